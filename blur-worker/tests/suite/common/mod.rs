//! A worker over a real catalog and real folders, with eyes of the test's own.

pub mod scissors;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use flaneur_catalog::{
    Accounts as _, Catalog, UploadSets as _,
    model::{
        Account, AccountId, BoxClass, Camera, Detection, Edited, JobId, NewAccount, NewUploadSet, Orientation, Picture,
        PictureId, PictureStatus, Projection, Receipt, ReceivedFile, Revisions, Rights, Shape, SortMethod, UploadSetId,
    },
    sqlite::SqliteCatalog,
    world::{Generator, ManualClock, World},
};
use flaneur_detect::{Canvas, DetectError};
use flaneur_storage::{OriginalKey, Storage};
use flaneur_worker::{DispatchDefaults, Look, Options, Worker, sweep::Sweeping};
use jiff::Timestamp;
use scissors::Scissors;

/// Sees one face of a fixed place in every picture; the first `failures` looks fail.
pub struct Eyes {
    pub failures: AtomicUsize,
    pub looks: AtomicUsize,
}

impl Look for Eyes {
    fn look(&self, _: &dyn Canvas, _: bool) -> Result<Vec<Detection>, DetectError> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        let failing =
            self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        assert!(!failing, "the model fails, as the test wants");
        Ok(vec![Detection {
            class: BoxClass::Face,
            score: 0.9,
            model: "eyes".to_owned(),
            model_version: "1".to_owned(),
            bounds: [100.0, 60.0, 140.0, 110.0],
        }])
    }
}

pub struct Bench {
    pub worker: Worker,
    pub catalog: Arc<SqliteCatalog>,
    pub storage: Arc<Storage>,
    pub clock: Arc<ManualClock>,
    pub world: World,
    pub eyes: Arc<Eyes>,
    pub account: Account,
    pub folder: tempfile::TempDir,
}

impl Bench {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let storage = Arc::new(Storage::local(&folder.path().join("public"), &folder.path().join("private")).unwrap());
        let clock = Arc::new(ManualClock::new(Timestamp::from_second(1_760_000_000).unwrap()));
        let catalog = SqliteCatalog::open_with(&folder.path().join("catalog.db"), clock.clone()).await.unwrap();
        let catalog = Arc::new(catalog);
        let world = World::new(clock.clone(), Arc::new(Generator::seeded(1)));
        let eyes = Arc::new(Eyes { failures: 0.into(), looks: 0.into() });
        let account = catalog
            .create_account(NewAccount {
                id: AccountId(world.id()),
                name: "ada".to_owned(),
                admin: false,
                created_at: world.now(),
            })
            .await
            .unwrap();
        let worker = Worker {
            catalog: catalog.clone() as Arc<dyn Catalog>,
            storage: storage.clone(),
            look: eyes.clone(),
            surgery: Arc::new(Scissors),
            world: world.clone(),
            options: Options {
                lanes: 1,
                max_pixels: 10_000_000,
                converter: "/nowhere/converter".into(),
                lease: Duration::from_mins(1),
                seal_to: flaneur_seal::Recipients::default(),
                sweep: Sweeping { grace: Duration::from_hours(1), before: None },
                review_days: Some(30),
                dispatch: DispatchDefaults {
                    split_distance: 100.0,
                    split_time: 300.0,
                    duplicate_distance: 1.0,
                    duplicate_rotation: 60.0,
                },
            },
        };
        Self { worker, catalog, storage, clock, world, eyes, account, folder }
    }

    pub async fn upload_set(&self, no_deduplication: bool) -> UploadSetId {
        let id = UploadSetId(self.world.id());
        self.catalog
            .create_upload_set(NewUploadSet {
                id,
                account: self.account.id,
                title: "walk".to_owned(),
                estimated_nb_files: None,
                sort_method: SortMethod::TimeAsc,
                no_split: false,
                split_distance: None,
                split_time: None,
                no_deduplication,
                duplicate_distance: None,
                duplicate_rotation: None,
                relative_heading: None,
                visibility: flaneur_access::Visibility::Anyone,
                semantics: Vec::new(),
                metadata: serde_json::json!({}),
                user_agent: None,
                rights: Rights::default(),
                created_at: self.world.now(),
            })
            .await
            .unwrap();
        id
    }

    /// Stores the bytes and has them accepted as a picture, `number` seconds and 7 m from the start.
    pub async fn send(&self, set: UploadSetId, number: u32, bytes: &[u8]) -> PictureId {
        let id = PictureId(self.world.id());
        let mut writer = self.storage.private.receive(OriginalKey(id.0), 1 << 20).await.unwrap();
        writer.write(bytes).await.unwrap();
        let received = writer.finish().await.unwrap();
        let captured_at = Timestamp::from_second(1_750_000_000 + i64::from(number)).unwrap();
        let now = self.world.now();
        let picture = Picture {
            id,
            account: self.account.id,
            upload_set: set,
            sequence: None,
            rank: None,
            status: PictureStatus::Waiting,
            visibility: flaneur_access::Visibility::Anyone,
            exclusion: None,
            withheld: false,
            lon: 2.0 + f64::from(number) * 1e-4,
            lat: 48.0,
            altitude: None,
            accuracy: Some(4.0),
            captured_at,
            captured_local: captured_at.to_string(),
            orientation: Orientation::default(),
            projection: Projection::Flat,
            shape: Shape { width: 320, height: 200 },
            camera: Camera::default(),
            exif: flaneur_catalog::model::Exif::default(),
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
        let jobs = [JobId(self.world.id()), JobId(self.world.id()), JobId(self.world.id())];
        let receipt = self.catalog.receive_file(file, jobs).await.unwrap();
        assert!(matches!(receipt, Receipt::Accepted(_)), "{receipt:?}");
        id
    }

    pub async fn complete(&self, set: UploadSetId) {
        self.catalog.complete_upload_set(set, JobId(self.world.id()), self.world.now()).await.unwrap().unwrap();
    }
}

/// A photo with a pattern that would be recognised anywhere; `seed` makes it unlike others.
pub fn photo(seed: u8) -> Vec<u8> {
    let mut rgb = Vec::new();
    for y in 0..200_u32 {
        for x in 0..320_u32 {
            let check = if (x / 4 + y / 4) % 2 == 0 { 40 } else { 200 };
            rgb.extend([check, (x % 256) as u8, seed]);
        }
    }
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 90).encode(&rgb, 320, 200, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}
