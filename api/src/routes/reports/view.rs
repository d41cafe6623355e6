//! Reports as they are shown.

use flaneur_catalog::model::{Report, ReportEvent, ReportRole, ReportStatus, Reported};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Roles;
use crate::{Link, PublicUrl};

/// Times as the reference server writes them here.
fn at(time: Timestamp) -> String {
    time.to_string()
}

/// A report, as far as somebody in these roles is told. Where to reach the reporter, and who decided, is the moderators'.
pub fn report(report: &Report, roles: Roles, url: &PublicUrl) -> Map<String, Value> {
    let own = url.api(&format!("/reports/{}", report.id));
    let mut told = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            told.insert(name.to_owned(), value);
        }
    };
    put("id", json!(report.id));
    put("issue", json!(report.issue));
    put("status", json!(report.status));
    let about = match report.about {
        Reported::Picture(id) => {
            put("picture_id", json!(id));
            Link::geojson("item", url.api(&format!("/pictures/{id}")))
        }
        Reported::Sequence(id) => {
            put("sequence_id", json!(id));
            Link::json("collection", url.api(&format!("/collections/{id}")))
        }
    };
    put("ts_opened", json!(at(report.opened_at)));
    put("ts_closed", json!(report.closed_at.map(at)));
    put("reporter_comments", json!(report.comments));
    put("resolver_comments", json!(report.resolver_comments));
    put("flaneur:withheld", json!(report.withholds));
    put("message", json!(message(report)));
    put("flaneur:roles", json!(roles.names()));
    put("flaneur:resolver_role", json!(report.resolver_role));
    if roles.moderator {
        put("reporter_email", json!(report.email));
        put("reporter_account_id", json!(report.reporter));
        put("owner_account_id", json!(report.owner));
        put("resolver_account_id", json!(report.resolver));
    }
    let mut links = vec![Link::json("self", own.clone()), about];
    if roles.signed_in && (roles.moderator || !report.status.is_closed()) {
        links.push(Link::json("edit", own).with("method", "PATCH"));
    }
    put("links", json!(links));
    told
}

/// How far it is, in words for everybody concerned.
fn message(report: &Report) -> &'static str {
    let of_picture = matches!(report.about, Reported::Picture(_));
    match (report.status, report.withholds, report.resolver_role) {
        (ReportStatus::Open | ReportStatus::OpenAutofix, true, _) => {
            "Nobody looked at it yet. Until somebody does, what it is about is shown to its owner and administrators only."
        }
        (ReportStatus::Open | ReportStatus::OpenAutofix, false, _) => "Nobody looked at it yet.",
        (ReportStatus::Waiting, true, _) => {
            "It is being looked at. Meanwhile, what it is about is shown to its owner and administrators only."
        }
        (ReportStatus::Waiting, false, _) => "It is being looked at.",
        (ReportStatus::ClosedSolved, _, Some(ReportRole::Rule)) if of_picture => "The picture was deleted.",
        (ReportStatus::ClosedSolved, _, Some(ReportRole::Rule)) => "The sequence was deleted.",
        (ReportStatus::ClosedSolved, _, Some(ReportRole::Reporter)) => {
            "Whoever reported it took it back, or says that it is solved."
        }
        (ReportStatus::ClosedSolved, true, _) => {
            "It was right: what it is about is shown to its owner and administrators only from now on."
        }
        (ReportStatus::ClosedSolved, false, _) => "It was right, and what was wrong is so no more.",
        (ReportStatus::ClosedIgnored, _, _) => "Nothing was found to be wrong.",
    }
}

/// What was said about a report after it was made, for everybody concerned: by whom is told as their role.
pub fn answers(events: &[ReportEvent]) -> Value {
    let told = |event: &ReportEvent| {
        let comments = event.comments.as_ref().filter(|comments| event.place > 1 && !comments.is_empty())?;
        Some(json!({ "at": at(event.at), "role": event.role, "comments": comments }))
    };
    Value::Array(events.iter().filter_map(told).collect())
}

/// Something that was done about a report.
pub fn event(event: &ReportEvent) -> Value {
    json!({
        "report_id": event.report,
        "at": at(event.at),
        "role": event.role,
        "account": event.account.map(|id| json!({ "id": id, "name": event.name })),
        "status": event.status,
        "flaneur:withheld": event.withholds,
        "comments": event.comments,
    })
}
