//! `POST /reports`.

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use flaneur_catalog::model::{
    Issue, JobId, NewReport, PictureId, ReportId, ReportReceipt, Reported, SequenceId, WithholdRule,
};
use http::StatusCode;
use serde_json::{Map, Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Roles, told::ReportDocument, view};
use crate::{
    Api, ApiError, ApiResult, ClientAddress, Doing, Identity, Link, PublicUrl, Whom,
    error::ErrorBody,
    extract,
    identity::secret_hash,
    post::{LONGEST_ADDRESS, case_key, case_key_of, case_page, is_address},
    routes::{collections::find_sequence, pictures::find_item},
};

/// Longest text of a comment, characters.
pub const LONGEST_COMMENT: usize = 4000;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(create))
}

/// What is reported, as a client writes it.
#[derive(utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "for the documentation; what comes is read field by field, to say what is wrong with which"
)]
struct PostReport {
    /// What is wrong: `blur_missing`, `blur_excess`, `inappropriate`, `privacy`, `picture_low_quality`, `mislocated`,
    /// `copyright` or `other`.
    issue: String,
    /// The picture.
    picture_id: Option<Uuid>,
    /// Without a picture: the sequence as a whole.
    sequence_id: Option<Uuid>,
    /// Where to reach the reporter. Only moderators see it; it is forgotten 90 days after the report was closed.
    #[schema(max_length = 254)]
    reporter_email: Option<String>,
    /// What is wrong, and where.
    #[schema(max_length = 4000)]
    reporter_comments: Option<String>,
}

fn refuse(fields: &[&str], error: &str) -> ApiError {
    ApiError::bad_request("Impossible to create a Report")
        .with("details", json!([{ "fields": fields, "error": error }]))
}

fn text<'b>(body: &'b Map<String, Value>, name: &str, most: usize) -> ApiResult<Option<&'b str>> {
    let text = match body.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.trim()).filter(|text| !text.is_empty()),
        Some(_) => return Err(refuse(&[name], "Input should be a text")),
    };
    if text.is_some_and(|text| text.chars().count() > most) {
        return Err(refuse(&[name], &format!("Text should have at most {most} characters")));
    }
    Ok(text)
}

fn id(body: &Map<String, Value>, name: &str) -> ApiResult<Option<Uuid>> {
    text(body, name, 100)?.map(|text| text.parse().map_err(|_| refuse(&[name], "Input should be a UUID"))).transpose()
}

/// An issue by its name.
pub fn issue(name: Option<&str>) -> ApiResult<Issue> {
    Issue::ALL.into_iter().find(|issue| Some(issue.as_str()) == name).ok_or_else(|| {
        let names: Vec<String> = Issue::ALL.iter().map(|issue| format!("'{}'", issue.as_str())).collect();
        refuse(&["issue"], &format!("Input should be one of {}", names.join(", ")))
    })
}

/// An e-mail address, as far as can be told from its looks.
pub fn email(body: &Map<String, Value>) -> ApiResult<Option<String>> {
    let Some(text) = text(body, "reporter_email", LONGEST_ADDRESS)? else { return Ok(None) };
    if !is_address(text) {
        return Err(refuse(&["reporter_email"], "Input should be an e-mail address, or left out"));
    }
    Ok(Some(text.to_owned()))
}

/// What the reporter sees may be reported.
async fn about(api: &Api, identity: &Identity, body: &Map<String, Value>) -> ApiResult<Reported> {
    match (id(body, "picture_id")?, id(body, "sequence_id")?) {
        (Some(picture), _) => Ok(Reported::Picture(find_item(api, identity, PictureId(picture)).await?.picture.id)),
        (None, Some(sequence)) => Ok(Reported::Sequence(find_sequence(api, identity, SequenceId(sequence)).await?.id)),
        (None, None) => Err(refuse(&[], "Value error, At least one ID between picture_id and sequence_id must be set")),
    }
}

/// Report what is wrong with a picture or a sequence
///
/// No account is needed. Something urgent (`blur_missing`, `inappropriate`, `privacy`, `copyright`) is withheld from others
/// at once, if the operator's rule says so: then `status` is `open_autofix`. The link `case` leads to how far the report is,
/// for whoever has it; where there is a mail server, who leaves an address gets it by mail, too. The same reported again by the same reporter is the same report.
#[utoipa::path(
    post, path = "/reports", tag = "Reports",
    request_body(content = PostReport, example = json!({"issue": "blur_missing", "picture_id": "b8650662-1ef2-4d6f-8bc3-77f4a2896284",
        "reporter_email": "a@example.org", "reporter_comments": "The plate of the van to the left"})),
    responses(
        (status = 200, description = "The report", body = ReportDocument,
            example = json!({"id": "721e7fa4-b974-49c5-919f-c77fff3f4899", "issue": "blur_missing", "status": "open_autofix",
                "picture_id": "b8650662-1ef2-4d6f-8bc3-77f4a2896284", "ts_opened": "2026-11-23T16:58:21.226413Z",
                "reporter_comments": "The plate of the van to the left", "flaneur:withheld": true, "flaneur:roles": [],
                "message": "Nobody looked at it yet.", "links": []})),
        (status = 400, description = "A field makes no sense: `details` says which", body = ErrorBody),
        (status = 404, description = "There is no such picture or sequence, as far as this viewer goes", body = ErrorBody),
        (status = 409, description = "So many reports about it are open that one more would say nothing new", body = ErrorBody),
        (status = 415, description = "The body is not JSON", body = ErrorBody),
        (status = 429, description = "More reports in a minute than are taken from one account or address", body = ErrorBody),
    )
)]
async fn create(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    client: Option<Extension<ClientAddress>>,
    extract::Json(body): extract::Json<Map<String, Value>>,
) -> ApiResult<Response> {
    let issue = issue(text(&body, "issue", 100)?)?;
    let email = email(&body)?;
    let comments = text(&body, "reporter_comments", LONGEST_COMMENT)?.map(str::to_owned);
    let address = client.map(|Extension(client)| client);
    let reporter = identity.account.as_ref().map(|account| account.id);
    let whom = reporter.map_or(Whom::Address(address.map(ClientAddress::network)), Whom::Account);
    api.pace.count(whom, Doing::Reports, api.settings.max_reports_per_minute, api.world.now())?;
    let about = about(&api, &identity, &body).await?;
    let id = ReportId(api.world.id());
    let new = NewReport {
        id,
        about,
        issue,
        reporter,
        // An address is not kept: only what can't be turned back into it.
        reporter_key: match reporter {
            Some(account) => account.to_string(),
            None => api.tokens.pseudonym(&format!("reporter {:?}", address.map(ClientAddress::network))),
        },
        email,
        comments,
        case_sha256: secret_hash(&case_key(&api.tokens, id)),
        at: api.world.now(),
        rule: WithholdRule {
            reporters: api.settings.reports_to_withhold,
            anonymous: api.settings.anonymous_reports_withhold,
        },
    };
    let world = api.world.clone();
    let (report, is_new) = match api.catalog.report(&new, &move || JobId(world.id())).await? {
        ReportReceipt::Made(report) => (report, true),
        ReportReceipt::Repeated(report) => (report, false),
        ReportReceipt::Gone => return Err(ApiError::not_found("What you report was just deleted")),
        ReportReceipt::TooMany => {
            return Err(ApiError::conflict("It has been reported often enough: moderators know, and will look at it"));
        }
    };
    let mut document = view::report(
        &report,
        Roles { reporter: true, ..Roles::of(&identity, &report) },
        api.settings.report_review_days,
        &url,
    );
    if !is_new && reporter.is_none() {
        // Others come from the same network.
        (document.reporter_comments, document.resolver_comments) = (None, None);
    }
    if (is_new || reporter.is_some())
        && let Some(key) = case_key_of(&api.tokens, &report)
    {
        document.links.push(Link::of("case", "text/html", case_page(&url, report.id, &key)));
        document.links.push(Link::json("status", url.api(format_args!("/reports/{}?key={key}", report.id))));
    }
    Ok((StatusCode::OK, Json(document)).into_response())
}
