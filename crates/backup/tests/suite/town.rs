//! A small instance: a catalog, folders, and pictures that went all the way.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use flaneur_access::Visibility;
use flaneur_backup::{
    BackupError,
    backup::{self, Options, Source, backup},
    doctor,
    folder::Folder,
    progress::{Step, Watch},
    restore::{self, Target, restore},
    stores::{Content, Notes, Stores},
};
use flaneur_catalog::{
    Accounts as _, Jobs as _, Pictures as _, Sequences as _, UploadSets as _,
    archive::{TABLES, Value},
    model::{
        Account, AccountId, Camera, DispatchPart, DispatchPlan, Edited, Exif, JobId, JobKind, Lease, NewAccount,
        NewUploadSet, Objects, Orientation, Picture, PictureId, PictureStatus, PlacedShot, Projection, Publication,
        Receipt, ReceivedFile, Revisions, Rights, SequenceId, Shape, SortMethod, UploadSetId,
    },
    sqlite::SqliteCatalog,
    world::{Clock, Generator, SystemClock, World},
};
use flaneur_storage::{Listed, Listing, ObjectKind, OriginalKey, PatchKey, PublicKey, Storage, StorageError};
use futures::TryStreamExt as _;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// The real clock, for files and databases have no other, and as far ahead of it as the test wants.
#[derive(Debug, Default)]
pub struct Shifted(Mutex<SignedDuration>);

impl Clock for Shifted {
    fn now(&self) -> Timestamp {
        SystemClock.now() + *self.0.lock().unwrap()
    }
}

/// An instance.
pub struct Town {
    pub catalog: Arc<SqliteCatalog>,
    pub storage: Arc<Storage>,
    pub stores: Stores,
    pub world: World,
    pub clock: Arc<Shifted>,
    pub folder: TempDir,
}

pub struct Street {
    pub account: Account,
    pub set: UploadSetId,
    pub sequence: SequenceId,
    pub pictures: Vec<PictureId>,
}

impl Town {
    /// One in which nothing was ever done. `seed` makes its identifiers its own.
    pub async fn new(seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Arc::new(SqliteCatalog::open(&folder.path().join("catalog.db")).await.unwrap());
        let storage = Arc::new(Storage::local(&folder.path().join("public"), &folder.path().join("private")).unwrap());
        let clock = Arc::new(Shifted::default());
        let world = World::new(clock.clone(), Arc::new(Generator::seeded(seed)));
        Self { stores: storage.clone().into(), catalog, storage, world, clock, folder }
    }

    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    pub fn pass(&self, seconds: i64) {
        *self.clock.0.lock().unwrap() += SignedDuration::from_secs(seconds);
    }

    pub fn job(&self) -> JobId {
        JobId(self.world.id())
    }

    pub fn jobs(&self) -> [JobId; 2] {
        [self.job(), self.job()]
    }

    pub async fn account(&self, name: &str) -> Account {
        let new =
            NewAccount { id: AccountId(self.world.id()), name: name.to_owned(), admin: false, created_at: self.now() };
        self.catalog.create_account(new).await.unwrap()
    }

    pub async fn set(&self, account: &Account) -> UploadSetId {
        let id = UploadSetId(self.world.id());
        let new = NewUploadSet {
            id,
            account: account.id,
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
            metadata: serde_json::json!({ "a": 1.0 }),
            user_agent: None,
            rights: Rights::default(),
            created_at: self.now(),
        };
        self.catalog.create_upload_set(new).await.unwrap();
        id
    }

    /// A file that was received: it waits to be processed.
    pub async fn send(&self, account: &Account, set: UploadSetId) -> PictureId {
        let id = PictureId(self.world.id());
        let bytes = format!("the original of {id}").into_bytes();
        let mut writer = self.storage.private.receive(OriginalKey(id.0), 1 << 20).await.unwrap();
        writer.write(&bytes).await.unwrap();
        let received = writer.finish().await.unwrap();
        let now = self.now();
        let picture = Picture {
            id,
            account: account.id,
            upload_set: set,
            sequence: None,
            rank: None,
            status: PictureStatus::Waiting,
            visibility: Visibility::Anyone,
            exclusion: None,
            withheld: false,
            lon: 2.35,
            lat: 48.85,
            altitude: None,
            accuracy: Some(0.1),
            captured_at: now,
            captured_local: now.to_string(),
            orientation: Orientation::default(),
            projection: Projection::Flat,
            shape: Shape { width: 320, height: 200 },
            camera: Camera::default(),
            exif: Exif::default(),
            overrides: serde_json::json!({}),
            revisions: Revisions::default(),
            edited: Edited::default(),
            semantics: Vec::new(),
            rights: Rights { license: Some("CC-BY-SA-4.0".to_owned()), attribution: None },
            annotation_changes: 0,
            file_name: format!("{id}.jpg"),
            content_md5: received.md5,
            content_sha256: received.sha256,
            size: received.size as i64,
            claimed_blurred: false,
            original: Some(OriginalKey(id.0).to_string()),
            objects: None,
            created_at: now,
            updated_at: now,
        };
        let file =
            ReceivedFile { upload_set: set, file_name: format!("{id}.jpg"), picture, notices: Vec::new(), place: None };
        let receipt = self.catalog.receive_file(file, [self.job(), self.job(), self.job()]).await.unwrap();
        assert!(matches!(receipt, Receipt::Accepted(_)), "{receipt:?}");
        id
    }

    pub async fn lease(&self, kind: JobKind, subject: uuid::Uuid) -> Lease {
        let mut others = Vec::new();
        loop {
            let hold = SignedDuration::from_secs(60);
            let lease = self.catalog.lease(&[kind], self.world.id(), hold).await.unwrap();
            let lease = lease.unwrap_or_else(|| panic!("no {kind:?} job for {subject}"));
            if lease.subject == subject {
                for other in others {
                    assert!(self.catalog.release(&other).await.unwrap());
                }
                return lease;
            }
            others.push(lease);
        }
    }

    /// Redacted, so to speak: it has objects, and no original any more.
    pub async fn publish(&self, id: PictureId) {
        self.publish_as(id, "").await;
    }

    /// Redacted in another way than before.
    pub async fn redact_again(&self, id: PictureId) {
        self.catalog.enqueue(self.job(), JobKind::Process, id.0, self.now()).await.unwrap();
        self.publish_as(id, "again: ").await;
    }

    async fn publish_as(&self, id: PictureId, how: &str) {
        let lease = self.lease(JobKind::Process, id.0).await;
        let put = async |kind, what: &str| {
            let bytes = Bytes::from(format!("{how}{what} of {id}").repeat(100));
            String::from(self.storage.public.put(id.0, kind, bytes).await.unwrap())
        };
        let publication = Publication {
            picture: id,
            objects: Objects {
                master: put(ObjectKind::Master, "master").await,
                master_size: 100,
                sd: put(ObjectKind::Sd, "sd").await,
                thumb: put(ObjectKind::Thumb, "thumb").await,
                tiles: None,
            },
            shape: Shape { width: 320, height: 200 },
            detections: Vec::new(),
            patch: None,
            revision: 0,
            at: self.now(),
        };
        assert!(self.catalog.publish_picture(&lease, publication, [self.job(), self.job(), self.job()]).await.unwrap());
    }

    /// Does what workers do with deleted and published pictures.
    pub async fn destroy(&self) {
        let hold = SignedDuration::from_secs(60);
        while let Some(lease) = self.catalog.lease(&[JobKind::Destroy], self.world.id(), hold).await.unwrap() {
            let id = PictureId(lease.subject);
            self.storage.private.destroy(OriginalKey(id.0)).await.unwrap();
            if let Some(gone) = self.catalog.picture_to_destroy(id).await.unwrap() {
                for key in gone.objects.iter().flat_map(Objects::keys) {
                    self.storage.public.remove(&key.parse().unwrap()).await.unwrap();
                }
            }
            assert!(self.catalog.destroyed(&lease, id).await.unwrap());
        }
    }

    pub async fn refresh(&self) {
        let hold = SignedDuration::from_secs(60);
        while let Some(lease) = self.catalog.lease(&[JobKind::Refresh], self.world.id(), hold).await.unwrap() {
            let id = SequenceId(lease.subject);
            let points = self.catalog.summary_points(id).await.unwrap();
            let summary = flaneur_catalog::model::SequenceSummary {
                nb_pictures: points.len() as i64,
                ..flaneur_catalog::model::SequenceSummary::default()
            };
            let summarised =
                flaneur_catalog::model::Summarised { summary, ..flaneur_catalog::model::Summarised::default() };
            assert!(self.catalog.store_summary(&lease, id, &summarised, self.now()).await.unwrap());
        }
    }

    /// A street of published pictures, and nothing left to do.
    pub async fn street(&self, account: &Account, pictures: usize) -> Street {
        let set = self.set(account).await;
        let mut ids = Vec::new();
        for _ in 0..pictures {
            ids.push(self.send(account, set).await);
        }
        for id in &ids {
            self.publish(*id).await;
        }
        self.catalog.complete_upload_set(set, self.job(), self.now()).await.unwrap().unwrap();
        let lease = self.lease(JobKind::Dispatch, set.0).await;
        let sequence = SequenceId(self.world.id());
        let shots = ids.iter().map(|id| PlacedShot { id: *id, computed_heading: None }).collect();
        let parts = vec![DispatchPart { sequence, title: "A walk".to_owned(), shots }];
        let plan = DispatchPlan { upload_set: set, parts, duplicates: Vec::new(), notices: Vec::new(), at: self.now() };
        assert!(self.catalog.apply_dispatch(&lease, &plan, &|| self.job()).await.unwrap());
        self.refresh().await;
        self.destroy().await;
        Street { account: account.clone(), set, sequence, pictures: ids }
    }

    /// Keys and bytes of everything public.
    pub async fn objects(&self) -> BTreeMap<String, Bytes> {
        let mut objects = BTreeMap::new();
        for key in self.storage.public.list(10_000).await.unwrap() {
            objects.insert(key.as_str().to_owned(), self.storage.public.read(&key, None).await.unwrap());
        }
        objects
    }

    pub async fn objects_of(&self, id: PictureId) -> Vec<PublicKey> {
        let picture = self.catalog.picture(id).await.unwrap().unwrap();
        picture.objects.iter().flat_map(Objects::keys).map(|key| key.parse().unwrap()).collect()
    }

    pub async fn status(&self, id: PictureId) -> Option<PictureStatus> {
        self.catalog.picture(id).await.unwrap().map(|picture| picture.status)
    }

    pub fn object_file(&self, key: &PublicKey) -> PathBuf {
        self.folder.path().join("public").join(key.as_str())
    }

    pub fn source<'a>(&'a self, watch: &'a Watch<'a>) -> Source<'a> {
        Source { catalog: self.catalog.as_ref(), stores: &self.stores, world: &self.world, watch }
    }

    pub async fn back_up(&self, to: &Path, options: Options) -> backup::Report {
        let (quiet, never) = quiet();
        backup(&self.source(&Watch::new(&quiet, &never)), to, &options).await.unwrap()
    }

    pub async fn restore_with(
        &self,
        from: &Path,
        others: &[Arc<dyn Notes>],
        options: restore::Options,
    ) -> Result<restore::Report, BackupError> {
        let (quiet, never) = quiet();
        let watch = Watch::new(&quiet, &never);
        let target = Target {
            catalog: self.catalog.as_ref(),
            stores: &self.stores,
            withdrawals: others,
            world: &self.world,
            watch: &watch,
        };
        restore(&target, from, &options).await
    }

    pub async fn restore(&self, from: &Path) -> restore::Report {
        self.restore_with(from, &[], restore::Options::default()).await.unwrap()
    }

    pub async fn examine(&self, options: doctor::Options) -> doctor::Report {
        let (quiet, never) = quiet();
        let watch = Watch::new(&quiet, &never);
        let patient =
            doctor::Patient { catalog: self.catalog.as_ref(), stores: &self.stores, world: &self.world, watch: &watch };
        doctor::examine(&patient, &options).await.unwrap()
    }

    /// What the catalog says of pictures, line by line, without what a restore changes.
    pub async fn rows(&self, table: &str) -> Vec<Vec<Value>> {
        let table = TABLES.iter().find(|each| each.name == table).unwrap();
        let mut snapshot = flaneur_catalog::Archive::snapshot(self.catalog.as_ref()).await.unwrap();
        snapshot.rows(table, None, 10_000).await.unwrap()
    }
}

/// Nobody listens, nobody stops it.
pub fn quiet() -> (impl Fn(Step) + Send + Sync, CancellationToken) {
    (|_| {}, CancellationToken::new())
}

pub fn keep(number: usize) -> Options {
    Options { keep: NonZeroUsize::new(number), ..Options::default() }
}

pub fn open(path: &Path) -> Folder {
    Folder::to_read(path).unwrap()
}

/// Files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// A storage that fails at the step of this number, and works otherwise.
pub struct Failing {
    storage: Arc<Storage>,
    step: std::sync::atomic::AtomicUsize,
    fails_at: usize,
}

impl Failing {
    pub fn stores(storage: &Arc<Storage>, fails_at: usize) -> (Stores, Arc<Self>) {
        let failing = Arc::new(Self { storage: storage.clone(), step: 0.into(), fails_at });
        let stores = Stores {
            objects: failing.clone(),
            originals: failing.clone(),
            patches: failing.clone(),
            parts: Arc::new(storage.private.clone()),
            notes: failing.clone(),
        };
        (stores, failing)
    }

    fn step(&self) -> Result<(), StorageError> {
        let step = self.step.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        if step == self.fails_at { Err(StorageError::Io(std::io::Error::other("as the test wants"))) } else { Ok(()) }
    }

    /// Whether it came to the step that fails.
    pub fn failed(&self) -> bool {
        self.step.load(std::sync::atomic::Ordering::SeqCst) > self.fails_at
    }

    fn listing<K: Send + 'static>(&self, listing: Listing<K>) -> Listing<K> {
        match self.step() {
            Ok(()) => listing,
            Err(error) => Box::pin(futures::stream::once(async { Err::<Listed<K>, _>(error) })),
        }
    }
}

#[async_trait]
impl flaneur_backup::stores::Patches for Failing {
    async fn size(&self, key: &PatchKey) -> Result<Option<u64>, StorageError> {
        self.step()?;
        self.storage.private.patch_size(key).await
    }

    async fn read(&self, key: &PatchKey) -> Result<Bytes, StorageError> {
        self.step()?;
        self.storage.private.read_patch(key).await
    }

    async fn put_at(&self, key: &PatchKey, sealed: Bytes) -> Result<(), StorageError> {
        self.step()?;
        self.storage.private.put_patch_at(key, sealed).await
    }

    async fn destroy(&self, key: &PatchKey) -> Result<(), StorageError> {
        self.step()?;
        self.storage.private.destroy_patch(key).await
    }

    fn entries(&self) -> Listing<PatchKey> {
        self.listing(self.storage.private.patches())
    }
}

#[async_trait]
impl flaneur_backup::stores::Objects for Failing {
    async fn size(&self, key: &PublicKey) -> Result<Option<u64>, StorageError> {
        self.step()?;
        flaneur_backup::stores::Objects::size(self.storage.as_ref(), key).await
    }

    async fn stream(&self, key: &PublicKey) -> Result<Content, StorageError> {
        self.step()?;
        let mut whole = flaneur_backup::stores::Objects::stream(self.storage.as_ref(), key).await?;
        let first = whole.try_next().await?.unwrap_or_default();
        // Halfway, it may fail again.
        let second = self.step().map(|()| first.slice(first.len() / 2..));
        let first = Ok(first.slice(..first.len() / 2));
        Ok(Box::pin(futures::StreamExt::chain(futures::stream::iter([first, second]), whole)))
    }

    async fn verify(&self, key: &PublicKey) -> Result<(), StorageError> {
        self.step()?;
        self.storage.verify(key).await
    }

    async fn put_at(&self, key: &PublicKey, bytes: Bytes) -> Result<(), StorageError> {
        self.step()?;
        self.storage.put_at(key, bytes).await?;
        // It may also have been done, and the answer lost.
        self.step()
    }

    async fn discard(&self, keys: &[PublicKey]) -> Result<(), StorageError> {
        self.step()?;
        Storage::discard(&self.storage, keys).await
    }

    fn entries(&self) -> Listing<PublicKey> {
        self.listing(self.storage.public.entries())
    }

    async fn probe(&self) -> Result<(), StorageError> {
        self.step()?;
        self.storage.public.probe().await
    }
}

#[async_trait]
impl flaneur_backup::stores::Originals for Failing {
    async fn size(&self, key: OriginalKey) -> Result<Option<u64>, StorageError> {
        self.step()?;
        self.storage.private.size(key).await
    }

    async fn stream(&self, key: OriginalKey) -> Result<Content, StorageError> {
        self.step()?;
        self.storage.private.stream(key).await
    }

    async fn put(&self, key: OriginalKey, bytes: Bytes) -> Result<(), StorageError> {
        self.step()?;
        flaneur_backup::stores::Originals::put(&self.storage.private, key, bytes).await?;
        self.step()
    }

    async fn destroy(&self, key: OriginalKey) -> Result<(), StorageError> {
        self.step()?;
        self.storage.private.destroy(key).await
    }

    fn entries(&self) -> Listing<OriginalKey> {
        self.listing(self.storage.private.entries())
    }

    async fn probe(&self) -> Result<(), StorageError> {
        self.step()?;
        self.storage.private.probe().await
    }
}

#[async_trait]
impl Notes for Failing {
    async fn put(&self, name: &str, bytes: Bytes) -> Result<(), StorageError> {
        self.step()?;
        Notes::put(&self.storage.private, name, bytes).await
    }

    async fn read(&self, name: &str) -> Result<Option<Bytes>, StorageError> {
        self.step()?;
        Notes::read(&self.storage.private, name).await
    }

    async fn written_at(&self, prefix: &str) -> Result<Option<i64>, StorageError> {
        self.step()?;
        self.storage.private.written_at(prefix).await
    }

    fn names(&self, prefix: &str) -> futures::stream::BoxStream<'static, Result<String, StorageError>> {
        match self.step() {
            Ok(()) => self.storage.private.names(prefix),
            Err(error) => Box::pin(futures::stream::once(async { Err(error) })),
        }
    }

    async fn remove(&self, name: &str) -> Result<(), StorageError> {
        self.step()?;
        Notes::remove(&self.storage.private, name).await
    }
}

type Once = Box<dyn Fn() -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// A storage that does something before the first object is read.
pub struct First {
    storage: Arc<Storage>,
    what: Once,
    done: std::sync::atomic::AtomicBool,
}

impl First {
    pub fn new(storage: Arc<Storage>, what: Once) -> Self {
        Self { storage, what, done: false.into() }
    }
}

#[async_trait]
impl flaneur_backup::stores::Objects for First {
    async fn size(&self, key: &PublicKey) -> Result<Option<u64>, StorageError> {
        flaneur_backup::stores::Objects::size(self.storage.as_ref(), key).await
    }

    async fn stream(&self, key: &PublicKey) -> Result<Content, StorageError> {
        if !self.done.swap(true, std::sync::atomic::Ordering::SeqCst) {
            (self.what)().await;
        }
        flaneur_backup::stores::Objects::stream(self.storage.as_ref(), key).await
    }

    async fn verify(&self, key: &PublicKey) -> Result<(), StorageError> {
        self.storage.verify(key).await
    }

    async fn put_at(&self, key: &PublicKey, bytes: Bytes) -> Result<(), StorageError> {
        self.storage.put_at(key, bytes).await
    }

    async fn discard(&self, keys: &[PublicKey]) -> Result<(), StorageError> {
        Storage::discard(&self.storage, keys).await
    }

    fn entries(&self) -> Listing<PublicKey> {
        self.storage.public.entries()
    }

    async fn probe(&self) -> Result<(), StorageError> {
        self.storage.public.probe().await
    }
}
