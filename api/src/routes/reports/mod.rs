//! Reports: what people say is wrong with what is shown, what is done about it, and what is withheld meanwhile.

mod create;
mod filter;
mod list;
mod log;
mod one;
#[cfg(test)]
mod tests;
mod told;
mod view;

use flaneur_access::{Action, Subject, Visibility, decide};
use flaneur_catalog::model::{AccountId, Report, ReportId, ReportRole};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::{Api, ApiError, ApiResult, Identity, PublicUrl, identity::secret_hash};

pub(super) use create::issue;
use told::ReportDocument;
pub(crate) use view::{answers, event};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().merge(create::router()).merge(list::router()).merge(log::router()).merge(one::router())
}

/// What whoever asks is to a report: they may be several of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Roles {
    reporter: bool,
    owner: bool,
    moderator: bool,
    /// Whether they are signed in: who is not may look, and do nothing.
    signed_in: bool,
}

impl Roles {
    fn of(identity: &Identity, report: &Report) -> Self {
        let subject = Subject { owner: report.owner.0, visibility: Visibility::OwnerOnly, published: true };
        let account = identity.account.as_ref().map(|account| account.id);
        Self {
            reporter: account.is_some() && account == report.reporter,
            owner: account == Some(report.owner),
            signed_in: account.is_some(),
            moderator: decide(identity.viewer(), Action::Moderate, subject).is_ok(),
        }
    }

    /// Of who has the key of a case.
    const KEY: Self = Self { reporter: true, owner: false, moderator: false, signed_in: false };

    fn is_concerned(self) -> bool {
        self.reporter || self.owner || self.moderator
    }

    /// By their names in the API.
    fn names(self) -> Vec<ReportRole> {
        let all = [
            (self.reporter, ReportRole::Reporter),
            (self.owner, ReportRole::Owner),
            (self.moderator, ReportRole::Moderator),
        ];
        all.into_iter().filter(|(has, _)| *has).map(|(_, role)| role).collect()
    }
}

/// A report as an account is told of it that made it, or whose it is that was reported; whatever else that account may.
pub(crate) fn as_concerned(report: &Report, account: AccountId, url: &PublicUrl) -> ReportDocument {
    let reporter = report.reporter == Some(account);
    let roles = Roles { reporter, owner: report.owner == account, moderator: false, signed_in: true };
    view::report(report, roles, None, url)
}

/// Refuses whoever is no moderator.
fn require_moderator(identity: &Identity, refusal: &'static str) -> ApiResult<()> {
    identity.require()?;
    let anything = Subject { owner: Uuid::nil(), visibility: Visibility::OwnerOnly, published: true };
    decide(identity.viewer(), Action::Moderate, anything).map_err(|_| ApiError::forbidden(refusal))
}

/// A report that whoever asks may read: by who they are, or by the key of the case.
async fn find(api: &Api, identity: &Identity, id: Uuid, key: Option<&str>) -> ApiResult<(Report, Roles)> {
    let report = api.catalog.find_report(ReportId(id)).await?;
    let has_key = |report: &Report| key.is_some_and(|key| secret_hash(key) == report.case_sha256);
    let sign_in = || ApiError::unauthorized("Only authenticated users can access reports");
    let Some(report) = report else {
        identity.account.as_ref().ok_or_else(sign_in)?;
        return Err(ApiError::not_found("Report doesn't exist"));
    };
    let roles = Roles::of(identity, &report);
    if roles.is_concerned() {
        return Ok((report, roles));
    }
    if has_key(&report) {
        return Ok((report, Roles::KEY));
    }
    identity.account.as_ref().ok_or_else(sign_in)?;
    Err(ApiError::forbidden("You're not authorized to access this report"))
}
