//! What whoever runs the instance deletes of others, with its reasons.

use super::{Connection, pictures, reports, sequences};
use crate::{
    Result,
    model::{JobId, NewReport, Removal, ReportRole, ReportStatus, Reported, WithholdRule},
    stored::rows::micros,
};

/// Deletes it, and keeps that as a report that is closed. False if it is gone already.
pub async fn remove(
    connection: &mut Connection,
    removal: &Removal,
    fresh: &(dyn Fn() -> JobId + Send + Sync),
) -> Result<bool> {
    let Some(owner) = reports::owner(connection, removal.about).await? else { return Ok(false) };
    let report = NewReport {
        id: removal.id,
        about: removal.about,
        issue: removal.issue,
        reporter: Some(removal.by),
        reporter_key: removal.by.to_string(),
        email: None,
        comments: None,
        case_sha256: removal.case_sha256.clone(),
        at: removal.at,
        rule: WithholdRule { reporters: 0, anonymous: false },
    };
    reports::insert(connection, &report, owner, ReportStatus::Open).await?;
    let (by, why) = (removal.by, removal.reasons.as_deref());
    sqlx::query(
        "UPDATE reports SET status = 'closed_solved', closed_at = $2, resolver_id = $3, resolver_role = 'moderator',
             resolver_comments = $4
         WHERE id = $1",
    )
    .bind(removal.id)
    .bind(micros(removal.at))
    .bind(by)
    .bind(why)
    .execute(&mut *connection)
    .await?;
    reports::log(connection, removal.id, (Some(by), ReportRole::Moderator, why), removal.at).await?;
    match removal.about {
        Reported::Picture(id) => pictures::delete(connection, id, [fresh(), fresh()], removal.at).await,
        Reported::Sequence(id) => sequences::delete(connection, id, fresh, removal.at).await,
    }
}
