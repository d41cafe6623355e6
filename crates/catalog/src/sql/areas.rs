//! Excluded areas: the one place where it is decided whether a picture is in one.
//!
//! **Side by side.** Whoever stores or publishes a picture decides by the areas that are committed by then, and commits
//! later: an area written in between would miss it, and the picture the area. So these transactions share a lock
//! ([`share`]) which is an area writer's alone: they see all areas that were written before, and a job that looks for
//! pictures in a new area sees all that did not see it. The lock is taken before any row, so that nobody waits in a circle.

use std::collections::BTreeSet;

use async_trait::async_trait;
use flaneur_coverage::quadkey::Bbox;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Connection, Store, dialect, explain, jobs, pictures::resettle, statement::Values};
use crate::{
    Areas, Result,
    model::{
        AccountId, AreaId, AreaLimits, AreaReceipt, AreaRevision, AreaShape, ExcludedArea, Exclusion, JobId, JobKind,
        Lease, PictureId, Sweep,
    },
    signals::Topic,
    stored::{
        areas::ranges,
        rows::{micros, named, time},
        shapes,
    },
};

const WORLD: Bbox = Bbox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };

/// Keeps areas as they are until the end of the transaction. For whoever is to call [`exclusion`]: before anything else.
pub async fn share(connection: &mut Connection) -> Result<()> {
    if let Some(sql) = dialect::SHARE_AREAS {
        sqlx::query(sql).execute(connection).await?;
    }
    Ok(())
}

/// Keeps others from deciding by areas until the end of the transaction.
async fn hold(connection: &mut Connection) -> Result<()> {
    if let Some(sql) = dialect::HOLD_AREAS {
        sqlx::query(sql).execute(connection).await?;
    }
    Ok(())
}

/// Why a picture of this account at this place is not to be shown, if it is not. The caller has called [`share`].
pub async fn exclusion(
    connection: &mut Connection,
    account: AccountId,
    lon: f64,
    lat: f64,
) -> Result<Option<Exclusion>> {
    let near = Near::load(connection, [(account, lon, lat)]).await?;
    Ok(near.exclusion(account, lon, lat))
}

/// The box around places. On the antimeridian, which has two longitudes, it reaches around the world.
fn around(places: impl IntoIterator<Item = (f64, f64)>) -> Bbox {
    let none = Bbox { west: 180.0, south: 90.0, east: -180.0, north: -90.0 };
    places.into_iter().fold(none, |bbox, (lon, lat)| {
        let (west, east) = if lon.abs() >= 180.0 { (-180.0, 180.0) } else { (lon, lon) };
        Bbox {
            west: bbox.west.min(west),
            south: bbox.south.min(lat),
            east: bbox.east.max(east),
            north: bbox.north.max(lat),
        }
    })
}

/// The box around two boxes, none of which crosses the antimeridian.
fn joined(one: Bbox, other: Bbox) -> Bbox {
    Bbox {
        west: one.west.min(other.west),
        south: one.south.min(other.south),
        east: one.east.max(other.east),
        north: one.north.max(other.north),
    }
}

/// The areas that may be around some pictures: the instance's, and those of the pictures' accounts.
pub struct Near {
    /// Whether pictures are to be in allowed areas only, here or elsewhere.
    restricted: bool,
    areas: Vec<(Option<AccountId>, bool, AreaShape)>,
}

impl Near {
    /// Those around pictures of these accounts at these places (longitude, latitude). The caller has called [`share`].
    pub async fn load(
        connection: &mut Connection,
        pictures: impl IntoIterator<Item = (AccountId, f64, f64)>,
    ) -> Result<Self> {
        let mut accounts = BTreeSet::new();
        let bbox = around(pictures.into_iter().map(|(account, lon, lat)| {
            accounts.insert(account.0);
            (lon, lat)
        }));
        let mut values = Values::default();
        let (accounts, east, west) = (values.ids(accounts)?, values.bind(bbox.east)?, values.bind(bbox.west)?);
        let (north, south) = (values.bind(bbox.north)?, values.bind(bbox.south)?);
        let sql = format!(
            "SELECT account_id, allowed, shape FROM areas
             WHERE (account_id IS NULL OR account_id IN ({accounts}))
                 AND west <= {east} AND east >= {west} AND south <= {north} AND north >= {south}"
        );
        let rows: Vec<(Option<AccountId>, bool, Vec<u8>)> = values.fetch_all(&mut *connection, sql).await?;
        let restricted = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM areas WHERE account_id IS NULL AND allowed)")
            .fetch_one(connection)
            .await?;
        let area = |(owner, allowed, shape): (_, _, Vec<u8>)| Ok((owner, allowed, shapes::decode(&shape)?));
        Ok(Self { restricted, areas: rows.into_iter().map(area).collect::<Result<_>>()? })
    }

    /// Why one of the pictures is not to be shown, if it is not.
    pub fn exclusion(&self, account: AccountId, lon: f64, lat: f64) -> Option<Exclusion> {
        let within = |owner: Option<AccountId>, allowed: bool| {
            self.areas
                .iter()
                .any(|(of, is_allowed, shape)| *of == owner && *is_allowed == allowed && shape.contains(lon, lat))
        };
        if within(None, false) || self.restricted && !within(None, true) {
            Some(Exclusion::General)
        } else if within(Some(account), false) {
            Some(Exclusion::Own)
        } else {
            None
        }
    }
}

/// The condition on areas of an owner, who is `$1`.
fn of(owner: Option<AccountId>) -> &'static str {
    if owner.is_some() { "account_id = $1" } else { "account_id IS NULL AND $1 IS NULL" }
}

/// What areas are named by where there are none: the instance.
fn subject(owner: Option<AccountId>) -> Uuid {
    owner.map_or(Uuid::nil(), |account| account.0)
}

/// How many areas an owner has, and positions of them all.
async fn count(connection: &mut Connection, owner: Option<AccountId>) -> Result<(i64, i64)> {
    let sql = format!("SELECT COUNT(*), CAST(COALESCE(SUM(positions), 0) AS BIGINT) FROM areas WHERE {}", of(owner));
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(owner).fetch_one(connection).await?)
}

async fn insert(connection: &mut Connection, area: &ExcludedArea) -> Result<()> {
    let bbox = area.shape.bbox();
    sqlx::query(
        "INSERT INTO areas (id, account_id, allowed, is_public, west, south, east, north, positions, created_at, label, shape)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(area.id)
    .bind(area.owner)
    .bind(area.allowed)
    .bind(area.is_public)
    .bind(bbox.west)
    .bind(bbox.south)
    .bind(bbox.east)
    .bind(bbox.north)
    .bind(area.shape.positions() as i64)
    .bind(micros(area.created_at))
    .bind(&area.label)
    .bind(shapes::encode(&area.shape))
    .execute(connection)
    .await
    .map_err(|error| explain(error, "the area's id", "the account"))?;
    Ok(())
}

/// Where pictures may be shown or hidden by an area's coming or going.
fn reach(allowed: bool, bbox: Bbox) -> Bbox {
    if allowed { WORLD } else { bbox }
}

/// Has pictures looked at again. Where that is under way elsewhere, it begins anew with both.
async fn ask_sweep(
    connection: &mut Connection,
    owner: Option<AccountId>,
    bbox: Bbox,
    job: JobId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO area_sweeps (owner, west, south, east, north, after_quadkey, after_id)
         VALUES ($1, $2, $3, $4, $5, -1, $6)
         ON CONFLICT (owner) DO UPDATE SET
             west = CASE WHEN excluded.west < area_sweeps.west THEN excluded.west ELSE area_sweeps.west END,
             south = CASE WHEN excluded.south < area_sweeps.south THEN excluded.south ELSE area_sweeps.south END,
             east = CASE WHEN excluded.east > area_sweeps.east THEN excluded.east ELSE area_sweeps.east END,
             north = CASE WHEN excluded.north > area_sweeps.north THEN excluded.north ELSE area_sweeps.north END,
             after_quadkey = excluded.after_quadkey, after_id = excluded.after_id",
    )
    .bind(subject(owner))
    .bind(bbox.west)
    .bind(bbox.south)
    .bind(bbox.east)
    .bind(bbox.north)
    .bind(Uuid::nil())
    .execute(&mut *connection)
    .await?;
    jobs::ask(connection, job, JobKind::Areas, subject(owner), now).await
}

#[derive(sqlx::FromRow)]
struct AreaRow {
    id: AreaId,
    account_id: Option<AccountId>,
    allowed: bool,
    is_public: bool,
    created_at: i64,
    label: Option<String>,
    shape: Vec<u8>,
}

impl AreaRow {
    fn area(self) -> Result<ExcludedArea> {
        Ok(ExcludedArea {
            id: self.id,
            owner: self.account_id,
            allowed: self.allowed,
            label: self.label,
            is_public: self.is_public,
            shape: shapes::decode(&self.shape)?,
            created_at: time(self.created_at)?,
        })
    }
}

/// West, south, east, north and whether it is allowed.
type Extent = (f64, f64, f64, f64, bool);

fn extent((west, south, east, north, allowed): Extent) -> Bbox {
    reach(allowed, Bbox { west, south, east, north })
}

#[derive(sqlx::FromRow)]
struct SweepRow {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
    after_quadkey: i64,
    after_id: Uuid,
}

/// A published picture that is to be looked at again.
#[derive(sqlx::FromRow)]
struct Candidate {
    id: PictureId,
    account_id: AccountId,
    quadkey: i64,
    lon: f64,
    lat: f64,
    exclusion: Option<String>,
}

/// The next pictures of a sweep, in the order of their keys and ids.
async fn candidates(
    connection: &mut Connection,
    sweep: &SweepRow,
    owner: Option<AccountId>,
    most: i64,
) -> Result<Vec<Candidate>> {
    let bbox = Bbox { west: sweep.west, south: sweep.south, east: sweep.east, north: sweep.north };
    let mut found: Vec<Candidate> = Vec::new();
    for range in ranges(&[bbox]).iter().filter(|range| *range.end() >= sweep.after_quadkey) {
        let left = most - found.len() as i64;
        if left <= 0 {
            break;
        }
        let mut values = Values::default();
        let (first, last) = (values.bind((*range.start()).max(sweep.after_quadkey))?, values.bind(*range.end())?);
        let (key, id) = (values.bind(sweep.after_quadkey)?, values.bind(sweep.after_id)?);
        let of_account = match owner {
            Some(account) => format!("AND account_id = {}", values.bind(account)?),
            None => String::new(),
        };
        let left = values.bind(left)?;
        let sql = format!(
            "SELECT id, account_id, quadkey, lon, lat, exclusion FROM pictures
             WHERE audience IS NOT NULL {of_account} AND quadkey BETWEEN {first} AND {last}
                 AND (quadkey > {key} OR id > {id})
             ORDER BY quadkey, id LIMIT +{left}"
        );
        found.append(&mut values.fetch_all(connection, sql).await?);
    }
    Ok(found)
}

/// Of some pictures, those whose exclusion is not what the areas say now.
async fn misjudged(connection: &mut Connection, candidates: &[Candidate]) -> Result<BTreeSet<PictureId>> {
    if candidates.is_empty() {
        return Ok(BTreeSet::new());
    }
    let near = Near::load(connection, candidates.iter().map(|each| (each.account_id, each.lon, each.lat))).await?;
    let mut misjudged = BTreeSet::new();
    for each in candidates {
        let now = near.exclusion(each.account_id, each.lon, each.lat);
        if now != each.exclusion.as_deref().map(named).transpose()? {
            misjudged.insert(each.id);
        }
    }
    Ok(misjudged)
}

#[async_trait]
impl Areas for Store {
    async fn add_area(&self, area: ExcludedArea, most: AreaLimits, job: JobId) -> Result<AreaReceipt> {
        let mut tx = self.write().await?;
        hold(&mut tx).await?;
        let (areas, positions) = count(&mut tx, area.owner).await?;
        if areas >= most.areas {
            return Ok(AreaReceipt::TooMany);
        }
        if positions.saturating_add(area.shape.positions() as i64) > most.positions {
            return Ok(AreaReceipt::TooDetailed);
        }
        insert(&mut tx, &area).await?;
        let reach = reach(area.allowed, area.shape.bbox());
        ask_sweep(&mut tx, area.owner, reach, job, area.created_at).await?;
        self.announce(tx, &[Topic::Jobs]).await?;
        Ok(AreaReceipt::Added)
    }

    async fn replace_areas(&self, areas: &[ExcludedArea], job: JobId, now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        hold(&mut tx).await?;
        let gone: Vec<Extent> =
            sqlx::query_as("DELETE FROM areas WHERE account_id IS NULL RETURNING west, south, east, north, allowed")
                .fetch_all(&mut *tx)
                .await?;
        for area in areas {
            insert(&mut tx, &ExcludedArea { owner: None, ..area.clone() }).await?;
        }
        let come = areas.iter().map(|area| reach(area.allowed, area.shape.bbox()));
        if let Some(reach) = gone.into_iter().map(extent).chain(come).reduce(joined) {
            ask_sweep(&mut tx, None, reach, job, now).await?;
        }
        self.announce(tx, &[Topic::Jobs]).await
    }

    async fn change_area(
        &self,
        area: ExcludedArea,
        most: AreaLimits,
        job: JobId,
        now: Timestamp,
    ) -> Result<AreaRevision> {
        let mut tx = self.write().await?;
        hold(&mut tx).await?;
        let sql = format!(
            "SELECT id, account_id, allowed, is_public, created_at, label, shape FROM areas WHERE {} AND id = $2",
            of(area.owner)
        );
        let before: Option<AreaRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(area.owner).bind(area.id).fetch_optional(&mut *tx).await?;
        let Some(before) = before.map(AreaRow::area).transpose()? else {
            return Ok(AreaRevision::Missing);
        };
        let others = count(&mut tx, area.owner).await?.1 - before.shape.positions() as i64;
        if others.saturating_add(area.shape.positions() as i64) > most.positions {
            return Ok(AreaRevision::TooDetailed);
        }
        let after = ExcludedArea {
            allowed: before.allowed,
            is_public: before.allowed || area.is_public,
            created_at: before.created_at,
            ..area
        };
        sqlx::query("DELETE FROM areas WHERE id = $1").bind(after.id).execute(&mut *tx).await?;
        insert(&mut tx, &after).await?;
        if after.shape != before.shape {
            let reach = reach(after.allowed, joined(before.shape.bbox(), after.shape.bbox()));
            ask_sweep(&mut tx, after.owner, reach, job, now).await?;
        }
        self.announce(tx, &[Topic::Jobs]).await?;
        Ok(AreaRevision::Changed(Box::new(after)))
    }

    async fn remove_area(&self, owner: Option<AccountId>, id: AreaId, job: JobId, now: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        hold(&mut tx).await?;
        let sql =
            format!("DELETE FROM areas WHERE {} AND id = $2 RETURNING west, south, east, north, allowed", of(owner));
        let gone: Option<Extent> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(owner).bind(id).fetch_optional(&mut *tx).await?;
        let Some(gone) = gone else {
            return Ok(false);
        };
        ask_sweep(&mut tx, owner, extent(gone), job, now).await?;
        self.announce(tx, &[Topic::Jobs]).await?;
        Ok(true)
    }

    async fn areas(&self, owner: Option<AccountId>) -> Result<Vec<ExcludedArea>> {
        let sql = format!(
            "SELECT id, account_id, allowed, is_public, created_at, label, shape FROM areas WHERE {}
             ORDER BY created_at, id",
            of(owner)
        );
        let rows: Vec<AreaRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(owner).fetch_all(&self.readers).await?;
        rows.into_iter().map(AreaRow::area).collect()
    }

    async fn exclusion(&self, account: AccountId, lon: f64, lat: f64) -> Result<Option<Exclusion>> {
        exclusion(&mut *self.read().await?, account, lon, lat).await
    }

    async fn sweep_areas(
        &self,
        lease: &Lease,
        most: i64,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
        now: Timestamp,
    ) -> Result<Sweep> {
        let owner = (!lease.subject.is_nil()).then_some(AccountId(lease.subject));
        let most = most.max(1);
        let mut tx = self.write().await?;
        share(&mut tx).await?;
        // Two at once, one of whom lost the lease, do one after the other what is still to be done.
        let sql = format!(
            "SELECT west, south, east, north, after_quadkey, after_id FROM area_sweeps WHERE owner = $1 {}",
            dialect::FOR_UPDATE
        );
        let sweep: Option<SweepRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(lease.subject).fetch_optional(&mut *tx).await?;
        let found = match &sweep {
            Some(sweep) => candidates(&mut tx, sweep, owner, most).await?,
            None => Vec::new(),
        };
        let misjudged = misjudged(&mut tx, &found).await?;
        resettle(&mut tx, &misjudged, fresh, now).await?;
        let last = found.last().filter(|_| found.len() as i64 == most);
        let Some(last) = last else {
            sqlx::query("DELETE FROM area_sweeps WHERE owner = $1").bind(lease.subject).execute(&mut *tx).await?;
            if !jobs::end(&mut tx, lease, JobKind::Areas, lease.subject).await? {
                return Ok(Sweep::Lost);
            }
            self.announce(tx, &Topic::ALL).await?;
            return Ok(Sweep::Done);
        };
        sqlx::query("UPDATE area_sweeps SET after_quadkey = $2, after_id = $3 WHERE owner = $1")
            .bind(lease.subject)
            .bind(last.quadkey)
            .bind(last.id)
            .execute(&mut *tx)
            .await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(Sweep::Going)
    }
}
