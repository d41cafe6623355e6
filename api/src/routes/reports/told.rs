//! Reports as clients are told of them, for the API's description.

use flaneur_catalog::model::{AccountId, Issue, PictureId, ReportId, ReportRole, ReportStatus, SequenceId};
use jiff::Timestamp;
use serde::Serialize;

use crate::{Link, words};

/// A report.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Report)]
pub(crate) struct ReportDocument {
    /// Identifier.
    #[schema(value_type = Uuid)]
    pub(crate) id: ReportId,
    /// What is wrong.
    #[schema(value_type = words::Issue)]
    pub(crate) issue: Issue,
    /// How far it is.
    #[schema(value_type = words::ReportStatus)]
    pub(crate) status: ReportStatus,
    /// The picture that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    pub(crate) picture_id: Option<PictureId>,
    /// The sequence that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    pub(crate) sequence_id: Option<SequenceId>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) ts_opened: Timestamp,
    /// For administrators, while it is open: by when it is to be decided. What it hides is shown again then, unless an
    /// administrator looked at it.
    #[serde(rename = "flaneur:due", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    pub(crate) due: Option<Timestamp>,
    /// When it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    pub(crate) ts_closed: Option<Timestamp>,
    /// What the reporter said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) reporter_comments: Option<String>,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) resolver_comments: Option<String>,
    /// Whether what it is about is withheld from others because of it.
    #[serde(rename = "flaneur:withheld")]
    pub(crate) withheld: bool,
    /// Whether what it is about is deleted.
    #[serde(rename = "flaneur:deleted")]
    pub(crate) deleted: bool,
    /// How far it is, in words.
    pub(crate) message: &'static str,
    /// What whoever asks is to it.
    #[serde(rename = "flaneur:roles")]
    #[schema(value_type = Vec<words::ReportRole>)]
    pub(crate) roles: Vec<ReportRole>,
    /// In which role somebody last acted on it.
    #[serde(rename = "flaneur:resolver_role", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReportRole>, nullable = false)]
    pub(crate) resolver_role: Option<ReportRole>,
    /// For administrators: where to reach the reporter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) reporter_email: Option<String>,
    /// For administrators: who reported, if signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    pub(crate) reporter_account_id: Option<AccountId>,
    /// For administrators: whose it is that was reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    pub(crate) owner_account_id: Option<AccountId>,
    /// For administrators: who last acted on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    pub(crate) resolver_account_id: Option<AccountId>,
    /// Where to go from here. When it was made: `case`, a page that tells whoever has the link how far it is, and `status`,
    /// the same for programs.
    pub(crate) links: Vec<Link>,
    /// Where it is told alone: what was said since it was made.
    #[serde(rename = "flaneur:answers", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) answers: Option<Vec<ReportAnswer>>,
    /// Where it is told alone, for administrators: what was done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) history: Option<Vec<ReportEventDocument>>,
}

/// Something that was said about a report.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReportAnswer {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: Timestamp,
    /// By whom.
    #[schema(value_type = words::ReportRole)]
    pub(super) role: ReportRole,
    /// What.
    pub(super) comments: String,
}

/// Something that was done about a report.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ReportEvent)]
pub(crate) struct ReportEventDocument {
    /// The report.
    #[schema(value_type = Uuid)]
    pub(super) report_id: ReportId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: Timestamp,
    /// In which role.
    #[schema(value_type = words::ReportRole)]
    pub(super) role: ReportRole,
    /// Who, if it was somebody with an account.
    #[schema(required)]
    pub(super) account: Option<Actor>,
    /// How far the report was then.
    #[schema(value_type = words::ReportStatus)]
    pub(super) status: ReportStatus,
    /// Whether it withheld something then.
    #[serde(rename = "flaneur:withheld")]
    pub(super) withheld: bool,
    /// What was said.
    #[schema(required)]
    pub(super) comments: Option<String>,
}

/// Who acted on a report.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Actor {
    /// The account.
    #[schema(value_type = Uuid)]
    pub(super) id: AccountId,
    /// Its name; null where the account was erased.
    #[schema(required)]
    pub(super) name: Option<String>,
}

/// A page of reports.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Reports {
    /// The latest first.
    pub(super) reports: Vec<ReportDocument>,
    /// `self`, and `next` where there are more.
    pub(super) links: Vec<Link>,
}

/// A page of the log of moderation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ModerationLog {
    /// The latest first.
    pub(super) events: Vec<ReportEventDocument>,
    /// `self`, and `next` where there are more.
    pub(super) links: Vec<Link>,
}
