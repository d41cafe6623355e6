//! SQLite keeps the rules of the repository traits, and what it was given.
#![expect(clippy::unwrap_used, reason = "this is test code")]

use std::{path::Path, sync::Arc};

use flaneur_access::Visibility;
use flaneur_catalog::{
    Accounts as _, CatalogError, Jobs as _, UploadSets as _,
    conformance::{Subject, clock},
    model::{AccountId, JobId, JobKind, NewAccount, NewUploadSet, Rights, SortMethod, UploadSetId},
    sqlite::SqliteCatalog,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

async fn make() -> Subject {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock();
    let catalog = SqliteCatalog::open_with(&folder.path().join("catalog.sqlite"), clock.clone()).await.unwrap();
    Subject { catalog: Arc::new(catalog), clock, keep: Box::new(folder) }
}

flaneur_catalog::conformance_tests!(make);

const ADA: AccountId = AccountId(Uuid::from_u128(1));
const SET: UploadSetId = UploadSetId(Uuid::from_u128(2));

fn now() -> Timestamp {
    Timestamp::from_second(1_717_236_000).unwrap()
}

/// An account, and a set of it that is complete.
async fn fill(catalog: &SqliteCatalog) {
    let new = NewAccount { id: ADA, name: "Ada".to_owned(), admin: true, created_at: now() };
    catalog.create_account(new).await.unwrap();
    let new = NewUploadSet {
        id: SET,
        account: ADA,
        title: "A walk".to_owned(),
        estimated_nb_files: None,
        sort_method: SortMethod::TimeAsc,
        no_split: false,
        split_distance: None,
        split_time: None,
        no_deduplication: false,
        duplicate_distance: None,
        duplicate_rotation: None,
        relative_heading: None,
        visibility: Visibility::Anyone,
        semantics: Vec::new(),
        metadata: serde_json::json!({}),
        user_agent: None,
        rights: Rights::default(),
        created_at: now(),
    };
    catalog.create_upload_set(new).await.unwrap();
    catalog.complete_upload_set(SET, JobId(Uuid::from_u128(3)), now()).await.unwrap();
}

async fn check(path: &Path) {
    let catalog = SqliteCatalog::open(path).await.unwrap();
    assert_eq!(catalog.account_by_name("ada").await.unwrap().map(|account| account.id), Some(ADA));
    assert!(catalog.upload_set(SET).await.unwrap().unwrap().completed);
    let hold = SignedDuration::from_secs(60);
    let lease = catalog.lease(&JobKind::ALL, Uuid::from_u128(4), hold).await.unwrap().unwrap();
    assert_eq!((lease.kind, lease.subject), (JobKind::Dispatch, SET.0));
    catalog.close().await;
}

#[tokio::test]
async fn everything_is_there_after_closing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite");
    let catalog = SqliteCatalog::open(&path).await.unwrap();
    fill(&catalog).await;
    catalog.close().await;
    check(&path).await;
}

/// What lies on the disk at the moment of a crash is enough: the files are taken away under a running process.
#[tokio::test]
async fn everything_is_there_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite");
    let catalog = SqliteCatalog::open(&path).await.unwrap();
    fill(&catalog).await;
    let elsewhere = tempfile::tempdir().unwrap();
    for name in ["catalog.sqlite", "catalog.sqlite-wal"] {
        std::fs::copy(folder.path().join(name), elsewhere.path().join(name)).unwrap();
    }
    check(&elsewhere.path().join("catalog.sqlite")).await;
    catalog.close().await;
}

/// Two processes at one file, as when an operator makes a token while the server runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite");
    let both = [SqliteCatalog::open(&path).await.unwrap(), SqliteCatalog::open(&path).await.unwrap()];
    fill(&both[0]).await;
    let mut process = 0;
    let tasks = both.map(|catalog| {
        process += 1000;
        tokio::spawn(async move {
            for n in process..process + 50 {
                let (id, subject) = (JobId(Uuid::from_u128(n)), Uuid::from_u128(n % 1000));
                catalog.enqueue(id, JobKind::Refresh, subject, now()).await.unwrap();
            }
        })
    });
    for task in tasks {
        task.await.unwrap();
    }
    let catalog = SqliteCatalog::open(&path).await.unwrap();
    assert_eq!(catalog.job_counts().await.unwrap().queued, 51);
}

/// Clients hang up and take their half-done requests along: each is done whole or not at all, and none leaves the one
/// writing connection in a transaction.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn abandoned_writes_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite");
    let catalog = SqliteCatalog::open(&path).await.unwrap();
    let mut abandoned = 0;
    for n in 0..400u128 {
        let ours = catalog.clone();
        let task = tokio::spawn(async move {
            let new = NewAccount {
                id: AccountId(Uuid::from_u128(n)),
                name: format!("account {n}"),
                admin: false,
                created_at: now(),
            };
            ours.create_account(new).await.unwrap();
        });
        for _ in 0..n % 23 * 8 {
            tokio::task::yield_now().await;
        }
        task.abort();
        let done = task.await.is_ok();
        abandoned += i32::from(!done);
        let kept = catalog.account(AccountId(Uuid::from_u128(n))).await.unwrap();
        assert!(kept.is_some() || !done, "what was answered is there");
        if n % 50 == 0 {
            catalog.enqueue(JobId(Uuid::from_u128(n)), JobKind::Refresh, Uuid::from_u128(n), now()).await.unwrap();
        }
    }
    assert!(abandoned > 20, "{abandoned} were abandoned");
    let reopened = SqliteCatalog::open(&path).await.unwrap();
    assert_eq!(reopened.job_counts().await.unwrap().queued, 8, "answered writes are committed, not in somebody's way");
}

#[tokio::test]
async fn what_is_no_catalog_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite");
    std::fs::write(&path, "This is a text and not a database. ".repeat(100)).unwrap();
    assert!(matches!(SqliteCatalog::open(&path).await, Err(CatalogError::Database(_))));
    let nowhere = folder.path().join("missing/catalog.sqlite");
    assert!(SqliteCatalog::open(&nowhere).await.is_err());
}
