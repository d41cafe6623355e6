//! Upload sets and the files sent to them.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::types::Json;

use super::{
    Connection, Store, areas, at_least_none,
    chosen_places::Place,
    commit, corrections, dialect, dispatch, erasure, explain, jobs,
    picture_rows::insert_picture,
    tombstones::{self, Of, hold_pictures},
    upload_set_revision, upload_set_state, uploads,
};
use crate::{
    Result, UploadSets,
    model::{
        AccountId, ChangeOfSet, Exclusion, FileNotice, FileRecord, JobId, JobKind, NewUploadSet, Notice, Picture,
        PictureId, PictureStatus, Receipt, ReceivedFile, RefusedFile, Rejection, Rights, Semantic, SequenceId,
        Severity, UploadSet, UploadSetId, UploadSetState,
    },
    signals::Topic,
    stored::rows::{micros, named, time},
};

/// The columns of [`SetRow`].
pub const SET: &str = "id, account_id, title, estimated_nb_files, sort_method, no_split, split_distance, split_time,
    no_deduplication, duplicate_distance, duplicate_rotation, relative_heading, visibility, semantics, metadata,
    user_agent, license, attribution, created_at, completed, dispatched, received, notices";

#[derive(sqlx::FromRow)]
/// A set as it is stored.
pub struct SetRow {
    id: UploadSetId,
    account_id: AccountId,
    title: String,
    estimated_nb_files: Option<i64>,
    sort_method: String,
    no_split: bool,
    split_distance: Option<f64>,
    split_time: Option<f64>,
    no_deduplication: bool,
    duplicate_distance: Option<f64>,
    duplicate_rotation: Option<f64>,
    relative_heading: Option<f64>,
    visibility: String,
    semantics: Json<Vec<Semantic>>,
    metadata: Json<serde_json::Value>,
    user_agent: Option<String>,
    created_at: i64,
    completed: bool,
    dispatched: bool,
    received: i64,
    notices: Json<Vec<Notice>>,
    #[sqlx(flatten)]
    rights: Rights,
}

impl SetRow {
    pub fn set(self) -> Result<UploadSet> {
        Ok(UploadSet {
            completed: self.completed,
            dispatched: self.dispatched,
            received: self.received,
            notices: self.notices.0,
            options: NewUploadSet {
                id: self.id,
                account: self.account_id,
                title: self.title,
                estimated_nb_files: self.estimated_nb_files,
                sort_method: named(&self.sort_method)?,
                no_split: self.no_split,
                split_distance: self.split_distance,
                split_time: self.split_time,
                no_deduplication: self.no_deduplication,
                duplicate_distance: self.duplicate_distance,
                duplicate_rotation: self.duplicate_rotation,
                relative_heading: self.relative_heading,
                visibility: named(&self.visibility)?,
                rights: self.rights,
                semantics: self.semantics.0,
                metadata: self.metadata.0,
                user_agent: self.user_agent,
                created_at: time(self.created_at)?,
            },
        })
    }
}

/// A set, unless it was deleted.
pub async fn find(connection: &mut Connection, id: UploadSetId) -> Result<Option<UploadSet>> {
    fetch(connection, id, "").await
}

/// The same; until the end of the transaction nobody else changes it. What else the transaction changes is locked after
/// it, see [`tombstones`].
pub async fn hold(connection: &mut Connection, id: UploadSetId) -> Result<Option<UploadSet>> {
    fetch(connection, id, dialect::FOR_UPDATE).await
}

async fn fetch(connection: &mut Connection, id: UploadSetId, lock: &str) -> Result<Option<UploadSet>> {
    let sql = format!("SELECT {SET} FROM upload_sets WHERE id = $1 AND NOT deleted {lock}");
    sqlx::query_as::<_, SetRow>(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(connection)
        .await?
        .map(SetRow::set)
        .transpose()
}

/// The columns of [`FileRow`], in `files f` with their `pictures p`.
const FILE: &str = "f.file_name, f.picture_id, f.content_md5, f.size, f.inserted_at, f.rejection, f.notices, p.status,
    p.audience IS NOT NULL AS published, p.account_id, p.exclusion,
    EXISTS (SELECT 1 FROM withheld w WHERE w.picture_id = p.id) AS withheld, p.updated_at";
#[derive(sqlx::FromRow)]
struct FileRow {
    file_name: String,
    picture_id: Option<PictureId>,
    content_md5: Option<String>,
    size: Option<i64>,
    inserted_at: i64,
    rejection: Option<Json<Rejection>>,
    notices: Json<Vec<FileNotice>>,
    status: Option<String>,
    published: bool,
    account_id: Option<AccountId>,
    exclusion: Option<String>,
    withheld: bool,
    updated_at: Option<i64>,
}

impl FileRow {
    fn record(self) -> Result<FileRecord> {
        Ok(FileRecord {
            file_name: self.file_name,
            picture: self.picture_id,
            content_md5: self.content_md5,
            size: self.size,
            inserted_at: time(self.inserted_at)?,
            rejection: self.rejection.map(|json| json.0),
            notices: self.notices.0,
            status: self.status.as_deref().map(named).transpose()?,
            published: self.published,
            account: self.account_id,
            exclusion: self.exclusion.as_deref().map(named).transpose()?,
            withheld: self.withheld,
            changed_at: time(self.updated_at.unwrap_or(self.inserted_at))?,
        })
    }
}

/// The line of a picture on the set's list of files.
async fn line_of(connection: &mut Connection, set: UploadSetId, picture: PictureId) -> Result<Option<FileRecord>> {
    let sql = format!(
        "SELECT {FILE} FROM files f JOIN pictures p ON p.id = f.picture_id
         WHERE f.picture_id = $2 AND f.upload_set_id = $1"
    );
    let row: Option<FileRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(set).bind(picture).fetch_optional(connection).await?;
    row.map(FileRow::record).transpose()
}

/// Puts a line on the set's list of files in the place of a refused one of the same name; an accepted one is kept.
/// Completes the set if it was the last one expected.
async fn list(connection: &mut Connection, set: &UploadSet, file: &FileRecord, job: JobId) -> Result<()> {
    let id = set.options.id;
    let replaced = sqlx::query("DELETE FROM files WHERE upload_set_id = $1 AND file_name = $2 AND picture_id IS NULL")
        .bind(id)
        .bind(&file.file_name)
        .execute(&mut *connection)
        .await?;
    let listed = sqlx::query(
        "INSERT INTO files (upload_set_id, file_name, picture_id, content_md5, size, inserted_at, rejection, notices)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (upload_set_id, file_name) DO NOTHING",
    )
    .bind(id)
    .bind(&file.file_name)
    .bind(file.picture)
    .bind(&file.content_md5)
    .bind(file.size)
    .bind(micros(file.inserted_at))
    .bind(file.rejection.as_ref().map(Json))
    .bind(Json(&file.notices))
    .execute(&mut *connection)
    .await?;
    if listed.rows_affected() == 0 || replaced.rows_affected() > 0 {
        return Ok(());
    }
    let received: i64 =
        sqlx::query_scalar("UPDATE upload_sets SET received = received + 1 WHERE id = $1 RETURNING received")
            .bind(id)
            .fetch_one(&mut *connection)
            .await?;
    if set.options.estimated_nb_files.is_some_and(|expected| received >= expected) {
        complete(connection, id, job, file.inserted_at).await?;
    }
    Ok(())
}

/// Completes a set that is not complete, and has it dispatched.
async fn complete(connection: &mut Connection, id: UploadSetId, job: JobId, now: Timestamp) -> Result<()> {
    let completed =
        sqlx::query("UPDATE upload_sets SET completed = TRUE WHERE id = $1 AND NOT completed AND NOT deleted")
            .bind(id)
            .execute(&mut *connection)
            .await?;
    if completed.rows_affected() == 1 {
        jobs::ask(connection, job, JobKind::Dispatch, id.0, now).await?;
    }
    Ok(())
}

/// The picture that was made from these bytes, its set and its owner.
async fn same_bytes(connection: &mut Connection, sha256: &str) -> Result<Option<(PictureId, UploadSetId, AccountId)>> {
    Ok(sqlx::query_as(
        "SELECT id, upload_set_id, account_id FROM pictures WHERE content_sha256 = $1 AND status <> 'deleted'",
    )
    .bind(sha256)
    .fetch_optional(connection)
    .await?)
}

fn file_duplicate() -> Rejection {
    Rejection {
        reason: "file_duplicate".to_owned(),
        severity: Severity::Error,
        message: "This very file was sent before in another upload set. There is nothing to do: the picture is there."
            .to_owned(),
        details: None,
    }
}

fn corrected_elsewhere() -> Rejection {
    Rejection {
        severity: Severity::Info,
        message:
            "This very file was sent before in another upload set. The picture there says now what was sent with it \
                  this time. There is nothing to do."
                .to_owned(),
        ..file_duplicate()
    }
}

/// The refusal of a file that was taken in an excluded area. Where it is not the set's owner who sent it, that it is in one of
/// the sender's own areas is none of the set's owner's business.
fn in_excluded_area(exclusion: Exclusion, senders_own_set: bool) -> Rejection {
    let sentence = match exclusion {
        Exclusion::Own if !senders_own_set => Exclusion::FOR_OTHERS,
        told => told.sentence(),
    };
    Rejection {
        reason: "in_excluded_area".to_owned(),
        severity: Severity::Error,
        message: sentence.to_owned(),
        details: None,
    }
}

/// If these bytes are a picture of the sender's already (`before`) and came with other overrides, corrects that, wherever it
/// is. Answers the line that the file has on the set's list then.
async fn corrected(
    connection: &mut Connection,
    set: &UploadSet,
    file_name: &str,
    (picture, notices): (&Picture, &[FileNotice]),
    before: Option<(PictureId, UploadSetId, AccountId)>,
    [redact, complete, dispatch]: [JobId; 3],
) -> Result<Option<FileRecord>> {
    let own = before.filter(|(_, _, owner)| *owner == picture.account && picture.has_overrides());
    let Some((existing, its_set, _)) = own else {
        return Ok(None);
    };
    hold_pictures(connection, Of::Picture(existing)).await?;
    if !corrections::correct(connection, existing, picture, notices, [redact, dispatch]).await? {
        return Ok(None);
    }
    if its_set == set.options.id {
        return line_of(connection, its_set, existing).await;
    }
    let line = FileRecord::without_picture(file_name.to_owned(), picture, corrected_elsewhere());
    list(connection, set, &line, complete).await?;
    Ok(Some(line))
}

/// Stores a set; one that is complete has nothing to be dispatched yet.
async fn insert_set(connection: &mut Connection, new: &NewUploadSet, complete: bool) -> Result<()> {
    erasure::assert_not_erased(connection, new.account).await?;
    sqlx::query(
        "INSERT INTO upload_sets (id, account_id, title, estimated_nb_files, sort_method, no_split, split_distance,
             split_time, no_deduplication, duplicate_distance, duplicate_rotation, relative_heading, visibility,
             semantics, metadata, user_agent, created_at, license, attribution, completed, dispatched)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20)",
    )
    .bind(new.id)
    .bind(new.account)
    .bind(&new.title)
    .bind(new.estimated_nb_files)
    .bind(new.sort_method.as_str())
    .bind(new.no_split)
    .bind(new.split_distance)
    .bind(new.split_time)
    .bind(new.no_deduplication)
    .bind(new.duplicate_distance)
    .bind(new.duplicate_rotation)
    .bind(new.relative_heading)
    .bind(new.visibility.as_str())
    .bind(Json(&new.semantics))
    .bind(Json(&new.metadata))
    .bind(&new.user_agent)
    .bind(micros(new.created_at))
    .bind(&new.rights.license)
    .bind(&new.rights.attribution)
    .bind(complete)
    .execute(connection)
    .await
    .map_err(|error| explain(error, "the upload set's id", "the account"))?;
    Ok(())
}

/// Deletes a set whose pictures are deleted, with its sequences. The caller holds it.
async fn bury(connection: &mut Connection, id: UploadSetId, now: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE upload_sets SET deleted = TRUE, title = '', user_agent = NULL, attribution = NULL, semantics = '[]', metadata = '{}' WHERE id = $1",
    )
    .bind(id)
    .execute(&mut *connection)
    .await?;
    let sequences: Vec<SequenceId> =
        sqlx::query_scalar("SELECT id FROM sequences WHERE upload_set_id = $1 AND status <> 'deleted' ORDER BY id")
            .bind(id)
            .fetch_all(&mut *connection)
            .await?;
    for sequence in sequences {
        tombstones::bury_sequence(connection, sequence, now).await?;
    }
    uploads::expire(connection, id, now).await?;
    sqlx::query("DELETE FROM files WHERE upload_set_id = $1").bind(id).execute(&mut *connection).await?;
    jobs::forget(connection, JobKind::Dispatch, id.0).await
}

/// Deletes up to so many pictures of a set, and the set itself when none is left.
pub async fn bury_some(
    connection: &mut Connection,
    id: UploadSetId,
    most: i64,
    fresh: &(dyn Fn() -> JobId + Send + Sync),
    now: Timestamp,
) -> Result<()> {
    if hold(connection, id).await?.is_none() {
        return Ok(());
    }
    let buried = tombstones::bury_pictures(connection, Of::SomeOfUploadSet(id, most), fresh, now).await?;
    if (buried as i64) < most { bury(connection, id, now).await } else { Ok(()) }
}

#[async_trait]
impl UploadSets for Store {
    async fn create_upload_set(&self, new: NewUploadSet) -> Result<UploadSet> {
        let mut tx = self.write().await?;
        insert_set(&mut tx, &new, false).await?;
        commit(tx).await?;
        Ok(UploadSet { options: new, completed: false, dispatched: false, received: 0, notices: Vec::new() })
    }

    async fn begin_sequence(&self, new: NewUploadSet, sequence: SequenceId) -> Result<UploadSet> {
        let mut tx = self.write().await?;
        insert_set(&mut tx, &new, true).await?;
        dispatch::store_sequence(&mut tx, &new, sequence, &new.title, 0, new.created_at).await?;
        commit(tx).await?;
        Ok(UploadSet { options: new, completed: true, dispatched: true, received: 0, notices: Vec::new() })
    }

    async fn revise_upload_set(
        &self,
        id: UploadSetId,
        change: &ChangeOfSet<'_>,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
        now: Timestamp,
    ) -> Result<Option<UploadSet>> {
        let mut tx = self.write().await?;
        if !upload_set_revision::revise(&mut tx, id, change, fresh, now).await? {
            return Ok(None);
        }
        let set = find(&mut tx, id).await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(set)
    }

    async fn upload_set(&self, id: UploadSetId) -> Result<Option<UploadSet>> {
        find(&mut *self.readers.acquire().await?, id).await
    }

    async fn upload_set_state(&self, id: UploadSetId, now: Timestamp) -> Result<Option<UploadSetState>> {
        let mut tx = self.read().await?;
        match find(&mut tx, id).await? {
            Some(set) => Ok(Some(upload_set_state::state(&mut tx, set, now).await?)),
            None => Ok(None),
        }
    }

    async fn upload_sets(&self, account: AccountId, limit: i64) -> Result<Vec<UploadSet>> {
        let sql = format!(
            "SELECT {SET} FROM upload_sets WHERE account_id = $1 AND NOT deleted
             ORDER BY created_at DESC, id DESC LIMIT +$2",
        );
        sqlx::query_as::<_, SetRow>(sqlx::AssertSqlSafe(sql))
            .bind(account)
            .bind(at_least_none(limit))
            .fetch_all(&self.readers)
            .await?
            .into_iter()
            .map(SetRow::set)
            .collect()
    }

    async fn upload_sets_since(&self, account: AccountId, since: Timestamp) -> Result<i64> {
        let number = sqlx::query_scalar(
            "SELECT COUNT(*) FROM upload_sets WHERE account_id = $1 AND created_at >= $2 AND NOT deleted",
        );
        Ok(number.bind(account).bind(micros(since)).fetch_one(&self.readers).await?)
    }

    async fn receive_file(&self, file: ReceivedFile, jobs: [JobId; 3]) -> Result<Receipt> {
        let ReceivedFile { upload_set, file_name, picture, notices, place } = file;
        let [process, dispatch, _] = jobs;
        let now = picture.created_at;
        let mut tx = self.write().await?;
        areas::share(&mut tx).await?;
        let Some(set) = hold(&mut tx, upload_set).await? else {
            return Ok(Receipt::NoSuchSet);
        };
        let place = match place {
            Some(wanted) => Some(Place::settle(&mut tx, upload_set, wanted).await?),
            None => None,
        };
        let file_name = match place {
            Some(place) => place.name(&file_name),
            None => file_name,
        };
        let mut before = same_bytes(&mut tx, &picture.content_sha256).await?;
        if let Some(line) = corrected(&mut tx, &set, &file_name, (&picture, &notices), before, jobs).await? {
            self.announce(tx, &[Topic::Jobs]).await?;
            return Ok(Receipt::Corrected(line));
        }
        let of_id: Option<(UploadSetId, AccountId, String)> =
            sqlx::query_as("SELECT upload_set_id, account_id, content_sha256 FROM pictures WHERE id = $1")
                .bind(picture.id)
                .fetch_optional(&mut *tx)
                .await?;
        if let Some(of_id) = of_id {
            let same = of_id == (upload_set, picture.account, picture.content_sha256.clone());
            let line = if same { line_of(&mut tx, upload_set, picture.id).await? } else { None };
            return Ok(line.map_or(Receipt::IdTaken, Receipt::Repeated));
        }
        if let Some((existing, _, _)) = before.filter(|(_, same, _)| *same == upload_set) {
            return Ok(Receipt::SameInSet { existing });
        }
        let named: Option<PictureId> = sqlx::query_scalar(
            "SELECT picture_id FROM files WHERE upload_set_id = $1 AND file_name = $2 AND picture_id IS NOT NULL",
        )
        .bind(upload_set)
        .bind(&file_name)
        .fetch_optional(&mut *tx)
        .await?;
        let taken = match place {
            Some(place) => place.taken(&mut tx, upload_set).await?,
            None => None,
        };
        if let Some(existing) = named.or(taken) {
            return Ok(Receipt::NameTaken { existing });
        }
        let mut line = FileRecord {
            file_name,
            picture: Some(picture.id),
            content_md5: Some(picture.content_md5.clone()),
            size: Some(picture.size),
            inserted_at: now,
            rejection: None,
            notices,
            status: Some(PictureStatus::Waiting),
            published: false,
            account: Some(picture.account),
            exclusion: None,
            withheld: false,
            changed_at: now,
        };
        if before.is_none()
            && let Some(exclusion) = areas::exclusion(&mut tx, picture.account, picture.lon, picture.lat).await?
        {
            let rejection = in_excluded_area(exclusion, picture.account == set.options.account);
            line = FileRecord::without_picture(line.file_name, &picture, rejection);
            list(&mut tx, &set, &line, dispatch).await?;
            self.announce(tx, &[Topic::Jobs]).await?;
            return Ok(Receipt::InExcludedArea(exclusion));
        }
        if before.is_none() && !insert_picture(&mut tx, upload_set, &line.file_name, &picture).await? {
            // Somebody else was faster with the same bytes.
            before = same_bytes(&mut tx, &picture.content_sha256).await?;
        }
        if let Some((existing, upload_set, owner)) = before {
            line = FileRecord::without_picture(line.file_name, &picture, file_duplicate());
            list(&mut tx, &set, &line, dispatch).await?;
            self.announce(tx, &[Topic::Jobs]).await?;
            return Ok(Receipt::Duplicate { existing, upload_set, owner });
        }
        if let Some(place) = place
            && !place.put(&mut tx, upload_set, picture.id).await?
        {
            return Ok(Receipt::NoSuchSet);
        }
        jobs::ask(&mut tx, process, JobKind::Process, picture.id.0, now).await?;
        list(&mut tx, &set, &line, dispatch).await?;
        if set.completed {
            sqlx::query("UPDATE upload_sets SET dispatched = FALSE WHERE id = $1")
                .bind(upload_set)
                .execute(&mut *tx)
                .await?;
            jobs::ask(&mut tx, dispatch, JobKind::Dispatch, upload_set.0, now).await?;
        }
        self.announce(tx, &[Topic::Jobs]).await?;
        Ok(Receipt::Accepted(line))
    }

    async fn refuse_file(&self, file: RefusedFile, job: JobId) -> Result<bool> {
        let mut tx = self.write().await?;
        let Some(set) = hold(&mut tx, file.upload_set).await? else {
            return Ok(false);
        };
        let line = FileRecord {
            file_name: file.file_name,
            picture: None,
            content_md5: file.content_md5,
            size: file.size,
            inserted_at: file.inserted_at,
            rejection: Some(file.rejection),
            notices: Vec::new(),
            status: None,
            published: false,
            account: None,
            exclusion: None,
            withheld: false,
            changed_at: file.inserted_at,
        };
        list(&mut tx, &set, &line, job).await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(true)
    }

    async fn files(&self, id: UploadSetId, offset: i64, limit: i64) -> Result<Vec<FileRecord>> {
        // What is passed over is passed over before anything is looked up.
        let sql = format!(
            "SELECT {FILE} FROM (SELECT * FROM files WHERE upload_set_id = $1 ORDER BY id LIMIT +$3 OFFSET $2) f
             LEFT JOIN pictures p ON p.id = f.picture_id ORDER BY f.id",
        );
        sqlx::query_as::<_, FileRow>(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .bind(at_least_none(offset))
            .bind(at_least_none(limit))
            .fetch_all(&self.readers)
            .await?
            .into_iter()
            .map(FileRow::record)
            .collect()
    }

    async fn complete_upload_set(&self, id: UploadSetId, job: JobId, now: Timestamp) -> Result<Option<UploadSet>> {
        let mut tx = self.write().await?;
        complete(&mut tx, id, job, now).await?;
        let set = find(&mut tx, id).await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(set)
    }

    async fn delete_upload_set(
        &self,
        id: UploadSetId,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
        now: Timestamp,
    ) -> Result<bool> {
        let mut tx = self.write().await?;
        if hold(&mut tx, id).await?.is_none() {
            return Ok(false);
        }
        tombstones::bury_pictures(&mut tx, Of::UploadSet(id), fresh, now).await?;
        bury(&mut tx, id, now).await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(true)
    }
}
