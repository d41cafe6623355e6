//! All that is held on one account.

use std::collections::HashMap;

use async_trait::async_trait;
use flaneur_access::Viewer;
use jiff::Timestamp;

use super::{
    Connection, Store, at_least_none, edits, items,
    redactions::{REDACTION, RedactionRow},
    reports::{EVENT, EventRow},
    sequence_rows::{SEQUENCE, SequenceRow},
    statement::Values,
    transfers::{TRANSFER, TransferRow},
    upload_sets::{SET, SetRow},
};
use crate::{
    Result, Takeout,
    model::{
        AccountId, AccountTraces, Detection, EditChange, EditId, InviteTrace, Objects, OwnCounts, OwnPicture, OwnPlace,
        PageTrace, PictureId, Redaction, RedactionId, ReportEvent, ReportId, Sequence, SequencePlace, Transfer,
        TransferId, UploadSet, UploadSetId,
    },
    stored::{
        packed::Packed,
        rows::{micros, named, time},
    },
};

/// Pictures that are there, of the sets `u` of an account, which lead.
fn own(values: &mut Values, account: AccountId, set: Option<UploadSetId>) -> Result<String> {
    let account = values.bind(account)?;
    let set = match set {
        Some(set) => format!("AND u.id = {}", values.bind(set)?),
        None => String::new(),
    };
    Ok(format!(
        "upload_sets u CROSS JOIN pictures p
         WHERE u.account_id = {account} AND NOT u.deleted {set}
             AND p.upload_set_id = u.id AND p.status <> 'deleted'"
    ))
}

#[derive(sqlx::FromRow)]
struct CountsRow {
    pictures: i64,
    published: i64,
    waiting: i64,
    unsorted: i64,
    broken: i64,
    duplicates: i64,
}

impl From<CountsRow> for OwnCounts {
    fn from(row: CountsRow) -> Self {
        let CountsRow { pictures, published, waiting, unsorted, broken, duplicates } = row;
        Self { pictures, published, waiting, unsorted, broken, duplicates }
    }
}

#[derive(sqlx::FromRow)]
struct InviteRow {
    name: String,
    admin: bool,
    created_at: i64,
    expires_at: i64,
    redeemed_at: Option<i64>,
}

impl InviteRow {
    fn trace(self) -> Result<InviteTrace> {
        Ok(InviteTrace {
            name: self.name,
            admin: self.admin,
            created_at: time(self.created_at)?,
            expires_at: time(self.expires_at)?,
            redeemed_at: self.redeemed_at.map(time).transpose()?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct PlaceRow {
    id: PictureId,
    set_id: UploadSetId,
    set_made_at: i64,
}

/// The pages that an account wrote and published, the oldest first.
async fn pages(connection: &mut Connection, account: AccountId) -> Result<Vec<PageTrace>> {
    let rows: Vec<(String, Option<String>, i64, i64)> = sqlx::query_as(
        "SELECT name, language, revision AS number, saved_at AS at FROM page_revisions WHERE account_id = $1
         UNION ALL SELECT name, NULL, version, published_at FROM page_versions WHERE account_id = $1
         ORDER BY 4, 1, 3",
    )
    .bind(account)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(page, language, number, at)| Ok(PageTrace { page: named(&page)?, language, number, at: time(at)? }))
        .collect()
}

#[async_trait]
impl Takeout for Store {
    async fn own_counts(&self, account: AccountId, set: Option<UploadSetId>) -> Result<OwnCounts> {
        let mut values = Values::default();
        let own = own(&mut values, account, set)?;
        // What is ready and in a sequence is published; told so, the index of a set's pictures says it all.
        let sql = format!(
            "SELECT COUNT(*) AS pictures,
                 COUNT(*) FILTER (WHERE p.status = 'ready' AND p.sequence_id IS NOT NULL) AS published,
                 COUNT(*) FILTER (WHERE p.status = 'waiting') AS waiting,
                 COUNT(*) FILTER (WHERE p.status = 'ready' AND p.sequence_id IS NULL) AS unsorted,
                 COUNT(*) FILTER (WHERE p.status = 'broken') AS broken,
                 COUNT(*) FILTER (WHERE p.status = 'duplicate') AS duplicates
             FROM {own}"
        );
        let rows: Vec<CountsRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        Ok(rows.into_iter().next().map(Into::into).unwrap_or_default())
    }

    async fn traces(&self, account: AccountId) -> Result<AccountTraces> {
        let mut tx = self.read().await?;
        let sessions: Vec<i64> =
            sqlx::query_scalar("SELECT expires_at FROM sessions WHERE account_id = $1 ORDER BY expires_at")
                .bind(account)
                .fetch_all(&mut *tx)
                .await?;
        // Names in another case are the same name.
        let invites: Vec<InviteRow> = sqlx::query_as(
            "SELECT name, admin, created_at, expires_at, redeemed_at FROM invites
             WHERE lower(name) = (SELECT name_key FROM accounts WHERE id = $1) ORDER BY created_at",
        )
        .bind(account)
        .fetch_all(&mut *tx)
        .await?;
        Ok(AccountTraces {
            sessions: sessions.into_iter().map(time).collect::<Result<_>>()?,
            invites: invites.into_iter().map(InviteRow::trace).collect::<Result<_>>()?,
            pages: pages(&mut tx, account).await?,
        })
    }

    async fn own_sets(
        &self,
        account: AccountId,
        after: Option<(Timestamp, UploadSetId)>,
        limit: i64,
    ) -> Result<Vec<UploadSet>> {
        let mut values = Values::default();
        let later = match after {
            Some((at, id)) => format!("(created_at, id) > ({}, {})", values.bind(micros(at))?, values.bind(id)?),
            None => "TRUE".to_owned(),
        };
        let sql = format!(
            "SELECT {SET} FROM upload_sets WHERE account_id = {} AND NOT deleted AND {later}
             ORDER BY created_at, id LIMIT +{}",
            values.bind(account)?,
            values.bind(at_least_none(limit))?,
        );
        let rows: Vec<SetRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        rows.into_iter().map(SetRow::set).collect()
    }

    async fn own_sequences(
        &self,
        account: AccountId,
        set: Option<UploadSetId>,
        after: Option<SequencePlace>,
        limit: i64,
    ) -> Result<Vec<Sequence>> {
        let mut values = Values::default();
        let mut conditions = vec![format!("s.account_id = {}", values.bind(account)?)];
        if let Some(set) = set {
            conditions.push(format!("s.upload_set_id = {}", values.bind(set)?));
        }
        if let Some(SequencePlace { at, id }) = after {
            conditions.push(format!("(s.created_at, s.id) > ({}, {})", values.bind(micros(at))?, values.bind(id)?));
        }
        let sql = format!(
            "SELECT {SEQUENCE} FROM sequences s JOIN accounts a ON a.id = s.account_id
             WHERE s.status <> 'deleted' AND {} ORDER BY s.created_at, s.id LIMIT +{}",
            conditions.join(" AND "),
            values.bind(at_least_none(limit))?,
        );
        let rows: Vec<SequenceRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        rows.into_iter().map(SequenceRow::sequence).collect()
    }

    async fn own_pictures(
        &self,
        account: AccountId,
        set: Option<UploadSetId>,
        after: Option<OwnPlace>,
        limit: i64,
    ) -> Result<Vec<OwnPicture>> {
        let mut tx = self.read().await?;
        let mut values = Values::default();
        let own = own(&mut values, account, set)?;
        let later = match after {
            Some(OwnPlace { set_made_at, upload_set, picture }) => {
                let (at, set) = (values.bind(micros(set_made_at))?, values.bind(upload_set)?);
                // The first condition is what an index leads by.
                format!(
                    "AND (u.created_at, u.id) >= ({at}, {set}) AND (u.id <> {set} OR p.id > {})",
                    values.bind(picture)?
                )
            }
            None => String::new(),
        };
        // Nothing that is not in the index of a set's pictures: of a large set, all that are left are looked at.
        let sql = format!(
            "SELECT p.id, u.id AS set_id, u.created_at AS set_made_at FROM {own} {later}
             ORDER BY u.created_at, u.id, p.id LIMIT +{}",
            values.bind(at_least_none(limit))?,
        );
        let rows: Vec<PlaceRow> = values.fetch_all(&mut tx, sql).await?;
        let mut values = Values::default();
        let list = values.ids(rows.iter().map(|row| row.id.0))?;
        let hits = format!("SELECT p.id FROM pictures p WHERE p.id IN ({list})");
        let viewer = Viewer::Account { id: account.0, admin: false };
        let items = items::items_anywhere(&mut tx, values, viewer, &hits, "p.id").await?;
        let mut items: HashMap<PictureId, _> = items.into_iter().map(|item| (item.picture.id, item)).collect();
        let mut values = Values::default();
        let list = values.ids(rows.iter().map(|row| row.id.0))?;
        let sql =
            format!("SELECT p.id, p.detections FROM pictures p WHERE p.id IN ({list}) AND p.detections IS NOT NULL");
        let found: Vec<(PictureId, Packed<Vec<Detection>>)> = values.fetch_all(&mut tx, sql).await?;
        let mut found: HashMap<PictureId, Vec<Detection>> =
            found.into_iter().map(|(id, Packed(all))| (id, all)).collect();
        rows.into_iter()
            .filter_map(|row| Some((items.remove(&row.id)?, row)))
            .map(|(item, row)| {
                Ok(OwnPicture {
                    place: OwnPlace { set_made_at: time(row.set_made_at)?, upload_set: row.set_id, picture: row.id },
                    item,
                    detections: found.remove(&row.id).unwrap_or_default(),
                })
            })
            .collect()
    }

    async fn objects_of(&self, pictures: &[PictureId]) -> Result<Vec<(PictureId, Objects)>> {
        let mut values = Values::default();
        let list = values.ids(pictures.iter().map(|id| id.0))?;
        let sql = format!(
            "SELECT p.id, p.objects FROM pictures p
             WHERE p.id IN ({list}) AND p.audience IS NOT NULL AND p.objects IS NOT NULL"
        );
        let rows: Vec<(PictureId, Packed<Objects>)> =
            values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        Ok(rows.into_iter().map(|(id, Packed(objects))| (id, objects)).collect())
    }

    async fn redactions_of(&self, pictures: &[PictureId]) -> Result<Vec<Redaction>> {
        let mut values = Values::default();
        let list = values.ids(pictures.iter().map(|id| id.0))?;
        let sql = format!(
            "SELECT {REDACTION} FROM redactions r WHERE r.picture_id IN ({list})
             ORDER BY r.picture_id, r.asked_at, r.id"
        );
        let rows: Vec<RedactionRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        rows.into_iter().map(RedactionRow::redaction).collect()
    }

    async fn changes_of_edits(&self, of: &[EditId]) -> Result<Vec<(EditId, EditChange)>> {
        edits::changes_of(&mut *self.readers.acquire().await?, of).await
    }

    async fn events_of_reports(&self, reports: &[ReportId]) -> Result<Vec<ReportEvent>> {
        let mut values = Values::default();
        let list = values.ids(reports.iter().map(|id| id.0))?;
        let sql = format!(
            "SELECT {EVENT} FROM report_events e LEFT JOIN accounts a ON a.id = e.account_id
             WHERE e.report_id IN ({list}) ORDER BY e.report_id, e.place"
        );
        let rows: Vec<EventRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        rows.into_iter().map(EventRow::event).collect()
    }

    async fn decisions_of(
        &self,
        account: AccountId,
        before: Option<(Timestamp, ReportId, i64)>,
        limit: i64,
    ) -> Result<Vec<ReportEvent>> {
        let mut values = Values::default();
        let earlier = match before {
            None => "TRUE".to_owned(),
            Some((at, report, place)) => format!(
                "(e.at, e.report_id, e.place) < ({}, {}, {})",
                values.bind(micros(at))?,
                values.bind(report)?,
                values.bind(place)?
            ),
        };
        let sql = format!(
            "SELECT {EVENT} FROM report_events e JOIN accounts a ON a.id = e.account_id
             WHERE e.account_id = {} AND {earlier} ORDER BY e.at DESC, e.report_id DESC, e.place DESC LIMIT +{}",
            values.bind(account)?,
            values.bind(at_least_none(limit))?
        );
        let rows: Vec<EventRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        rows.into_iter().map(EventRow::event).collect()
    }

    async fn redactions_by(
        &self,
        account: AccountId,
        after: Option<RedactionId>,
        limit: i64,
    ) -> Result<Vec<Redaction>> {
        let mut values = Values::default();
        let me = values.bind(account)?;
        let later = match after {
            Some(id) => format!("r.id > {}", values.bind(id)?),
            None => "TRUE".to_owned(),
        };
        let sql = format!(
            "SELECT {REDACTION} FROM redactions r JOIN pictures p ON p.id = r.picture_id
             WHERE (r.asked_by = {me} OR r.undo_by = {me}) AND p.account_id <> {me} AND {later}
             ORDER BY r.id LIMIT +{}",
            values.bind(at_least_none(limit))?
        );
        let rows: Vec<RedactionRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        rows.into_iter().map(RedactionRow::redaction).collect()
    }

    async fn own_transfers(
        &self,
        account: AccountId,
        after: Option<(Timestamp, TransferId)>,
        limit: i64,
    ) -> Result<Vec<Transfer>> {
        let mut values = Values::default();
        let later = match after {
            Some((at, id)) => format!("(created_at, id) > ({}, {})", values.bind(micros(at))?, values.bind(id)?),
            None => "TRUE".to_owned(),
        };
        let sql = format!(
            "SELECT {TRANSFER} FROM transfers WHERE account_id = {} AND {later} ORDER BY created_at, id LIMIT +{}",
            values.bind(account)?,
            values.bind(at_least_none(limit))?,
        );
        let rows: Vec<TransferRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        rows.into_iter().map(TransferRow::transfer).collect()
    }
}
