//! Reports as they are shown.

use flaneur_catalog::model::{Report, ReportEvent, ReportRole, ReportStatus, Reported};
use jiff::{SignedDuration, Timestamp};

use super::{
    Roles,
    told::{Actor, ReportAnswer, ReportDocument, ReportEventDocument},
};
use crate::{Link, PublicUrl};

/// A report, as far as somebody in these roles is told. Where to reach the reporter, and who decided, is the moderators'.
/// `review`: the days that moderators have, if they have not as long as they like.
pub fn report(report: &Report, roles: Roles, review: Option<u16>, url: &PublicUrl) -> ReportDocument {
    let own = url.api(format_args!("/reports/{}", report.id));
    let (picture_id, sequence_id, about) = match report.about {
        Reported::Picture(id) => (Some(id), None, Link::geojson("item", url.api(format_args!("/pictures/{id}")))),
        Reported::Sequence(id) => {
            (None, Some(id), Link::json("collection", url.api(format_args!("/collections/{id}"))))
        }
    };
    let mut links = vec![Link::json("self", own.clone())];
    if !report.deleted {
        links.push(about);
    }
    if roles.signed_in && (roles.moderator || !report.status.is_closed()) {
        links.push(Link::json("edit", own).with("method", "PATCH"));
    }
    let mut told = ReportDocument {
        id: report.id,
        issue: report.issue,
        status: report.status,
        picture_id,
        sequence_id,
        ts_opened: report.opened_at,
        due: None,
        ts_closed: report.closed_at,
        reporter_comments: report.comments.clone(),
        resolver_comments: report.resolver_comments.clone(),
        withheld: report.withholds,
        deleted: report.deleted,
        message: message(report),
        roles: roles.names(),
        resolver_role: report.resolver_role,
        reporter_email: None,
        reporter_account_id: None,
        owner_account_id: None,
        resolver_account_id: None,
        links,
        answers: None,
        history: None,
    };
    if roles.moderator {
        told.reporter_email.clone_from(&report.email);
        told.reporter_account_id = report.reporter;
        told.owner_account_id = Some(report.owner);
        told.resolver_account_id = report.resolver;
        told.due = review.filter(|_| !report.status.is_closed()).and_then(|days| due(report.opened_at, days));
    }
    told
}

/// So many days later; `None` after the end of time.
fn due(opened: Timestamp, days: u16) -> Option<Timestamp> {
    opened.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok()
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
        (ReportStatus::ClosedSolved, _, _) if report.deleted && of_picture => "The picture was deleted.",
        (ReportStatus::ClosedSolved, _, _) if report.deleted => "The sequence was deleted.",
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
pub fn answers(events: &[ReportEvent]) -> Vec<ReportAnswer> {
    let told = |event: &ReportEvent| {
        let answers = event.place > 1 || event.role != ReportRole::Reporter;
        let comments = event.comments.as_ref().filter(|comments| answers && !comments.is_empty())?;
        Some(ReportAnswer { at: event.at, role: event.role, comments: comments.clone() })
    };
    events.iter().filter_map(told).collect()
}

/// Something that was done about a report.
pub fn event(event: &ReportEvent) -> ReportEventDocument {
    ReportEventDocument {
        report_id: event.report,
        at: event.at,
        role: event.role,
        account: event.account.map(|id| Actor { id, name: event.name.clone() }),
        status: event.status,
        withheld: event.withholds,
        comments: event.comments.clone(),
    }
}
