//! Data of an earlier version are what they were after its schema was brought up to date.
//!
//! `previous/` has, for each database, data as a version of the schema held them: the file's name is the number of its last
//! migration. A released version adds a file; none is ever changed.
#![expect(clippy::unwrap_used, reason = "this is test code")]

mod server;

use std::sync::Arc;

use flaneur_access::Viewer;
use flaneur_catalog::{
    Catalog,
    model::{AccountId, JobKind, PictureId, PictureStatus, SequenceId, UploadSetId},
    postgres::PostgresCatalog,
    sqlite::SqliteCatalog,
};
use jiff::SignedDuration;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, migrate::Migrator};
use uuid::Uuid;

const ADA: AccountId = AccountId(Uuid::from_u128(1));
const SET: UploadSetId = UploadSetId(Uuid::from_u128(2));
const SEQUENCE: SequenceId = SequenceId(Uuid::from_u128(3));
const SHOWN: PictureId = PictureId(Uuid::from_u128(0x10));
const WAITING: PictureId = PictureId(Uuid::from_u128(0x11));
const GONE: PictureId = PictureId(Uuid::from_u128(0x12));

/// What every file in `previous/` says.
async fn check(catalog: Arc<dyn Catalog>) {
    let account = catalog.account_by_name("ADA").await.unwrap().unwrap();
    assert_eq!((account.id, account.name.as_str(), account.admin), (ADA, "Ada", true));
    let set = catalog.upload_set(SET).await.unwrap().unwrap();
    assert_eq!((set.options.title.as_str(), set.completed, set.options.split_distance), ("A walk", true, Some(50.5)));
    assert_eq!(set.options.semantics[0].key, "transport");
    let sequence = catalog.sequence(Viewer::Anonymous, SEQUENCE).await.unwrap().unwrap();
    assert_eq!((sequence.title.as_str(), sequence.summary.nb_pictures), ("A walk", 1));
    let item = catalog.item(Viewer::Anonymous, SHOWN).await.unwrap().unwrap();
    assert_eq!((item.picture.lon, item.picture.lat, item.picture.orientation.heading), (2.3499, 48.853, Some(90.0)));
    assert_eq!(item.picture.objects.unwrap().master, "10/m");
    assert_eq!(item.picture.exif.get("Exif.Image.Make").as_deref(), Some("Make"));
    assert_eq!(catalog.picture(WAITING).await.unwrap().unwrap().status, PictureStatus::Waiting);
    assert_eq!(catalog.picture(GONE).await.unwrap(), None);
    assert_eq!(catalog.files(SET, 0, 10).await.unwrap().len(), 3);
    let grid = catalog.grid(Viewer::Anonymous, None, 0..=i64::MAX >> 3, 0).await.unwrap();
    assert_eq!(grid[0].pictures, 1);
    let dead = catalog.dead_jobs(10).await.unwrap();
    assert_eq!((dead.len(), dead[0].kind, dead[0].reason.as_str()), (1, JobKind::Destroy, "no reason"));

    // The job of a worker that died long ago, and the one that was to be tried again, are done in the order of old.
    let hold = SignedDuration::from_secs(60);
    let first = catalog.lease(&[JobKind::Process], Uuid::from_u128(100), hold).await.unwrap().unwrap();
    assert_eq!((first.subject, first.attempt, first.version), (WAITING.0, 3, 2));
    assert!(catalog.finish(&first).await.unwrap());
    let second = catalog.lease(&JobKind::ALL, Uuid::from_u128(101), hold).await.unwrap().unwrap();
    assert_eq!((second.kind, second.subject, second.attempt), (JobKind::Refresh, SEQUENCE.0, 2));

    // It goes on from there: what is deleted is logged, and counted no more.
    let jobs =
        [flaneur_catalog::model::JobId(Uuid::from_u128(200)), flaneur_catalog::model::JobId(Uuid::from_u128(201))];
    let before = catalog.last_change().await.unwrap();
    assert!(catalog.delete_picture(SHOWN, jobs, set.options.created_at).await.unwrap());
    assert_eq!(catalog.changes(before, 10).await.unwrap()[0].picture, Some(SHOWN));
    assert_eq!(catalog.grid(Viewer::Anonymous, None, 0..=i64::MAX >> 3, 0).await.unwrap(), []);
    catalog.close().await;
}

/// The number in a file's name.
fn version(path: &std::path::Path) -> i64 {
    path.file_stem().unwrap().to_str().unwrap().parse().unwrap()
}

fn previous(database: &str) -> Vec<(i64, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/previous").join(database);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found: Vec<_> = files.map(|path| (version(&path), std::fs::read_to_string(path).unwrap())).collect();
    assert!(!found.is_empty());
    found
}

fn up_to(all: &Migrator, version: i64) -> Migrator {
    Migrator::with_migrations(all.iter().filter(|migration| migration.version <= version).cloned().collect())
}

#[tokio::test]
async fn sqlite_keeps_what_an_earlier_version_stored() {
    for (version, data) in previous("sqlite") {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        up_to(&sqlx::migrate!("../../migrations/sqlite"), version).run(&mut connection).await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(data)).await.unwrap();
        connection.close().await.unwrap();
        let pending = SqliteCatalog::pending_migrations(&path).await.unwrap();
        let all = sqlx::migrate!("../../migrations/sqlite").iter().count() as i64;
        assert_eq!(pending.len() as i64, all - version);
        check(Arc::new(SqliteCatalog::open(&path).await.unwrap())).await;
        assert_eq!(SqliteCatalog::pending_migrations(&path).await.unwrap(), Vec::<String>::new());
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
        let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_all(&mut options.connect().await.unwrap())
            .await
            .unwrap();
        assert_eq!(found, ["ok"]);
    }
}

#[tokio::test]
async fn postgres_keeps_what_an_earlier_version_stored() {
    for (version, data) in previous("postgres") {
        let Some(database) = server::database(false).await else { return };
        let mut connection = database.url.parse::<sqlx::postgres::PgConnectOptions>().unwrap().connect().await.unwrap();
        up_to(&sqlx::migrate!("../../migrations/postgres"), version).run(&mut connection).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(data)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        check(Arc::new(PostgresCatalog::open(&database.url).await.unwrap())).await;
        assert_eq!(PostgresCatalog::pending_migrations(&database.url).await.unwrap(), Vec::<String>::new());
    }
}

/// Of several processes that start at once on an empty database, one makes the schema.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_start_at_once_agree_on_the_schema() {
    let Some(database) = server::database(false).await else { return };
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let url = database.url.clone();
            tokio::spawn(async move { PostgresCatalog::open(&url).await.unwrap() })
        })
        .collect();
    for start in starts {
        start.await.unwrap().close().await;
    }
}
