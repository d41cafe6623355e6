//! What the rules need over and over: accounts, sets, pictures, and the way of a picture from upload to being shown.

use std::sync::Arc;

use flaneur_access::{Viewer, Visibility};
use flaneur_coverage::quadkey::Bbox;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Subject;
use crate::{
    Catalog,
    model::{
        Account, AccountId, Camera, DispatchPart, DispatchPlan, Edited, Exif, Item, JobId, JobKind, Lease, NewAccount,
        NewUploadSet, Objects, Orientation, Picture, PictureId, PictureStatus, PlacedShot, Projection, Publication,
        Receipt, ReceivedFile, RefusedFile, Rejection, Revisions, Rights, SearchQuery, Semantic, SequenceId,
        SequenceQuery, SequenceSummary, Severity, Shape, SortMethod, Summarised, UploadSetId,
    },
    world::{Clock as _, Generator, ManualClock, World},
};

/// How long leases hold in the rules.
pub const HOLD: SignedDuration = SignedDuration::from_secs(60);

pub struct Scene {
    pub catalog: Arc<dyn Catalog>,
    pub world: World,
    clock: Arc<ManualClock>,
    _keep: Box<dyn std::any::Any + Send + Sync>,
}

/// A set with one sequence that is shown.
pub struct Street {
    pub account: Account,
    pub set: UploadSetId,
    pub sequence: SequenceId,
    pub pictures: Vec<PictureId>,
}

pub fn viewer(account: &Account) -> Viewer {
    Viewer::Account { id: account.id.0, admin: account.admin }
}

#[expect(
    clippy::unused_self,
    reason = "what a scene makes is asked of it, whether or not it needs to look anything up"
)]
impl Scene {
    pub fn new(subject: Subject) -> Self {
        let world = World::new(subject.clock.clone(), Arc::new(Generator::seeded(1)));
        Self { catalog: subject.catalog, world, clock: subject.clock, _keep: subject.keep }
    }

    /// The same catalog, with identifiers that go on where another scene's ended.
    pub fn continuing(self, other: &Self) -> Self {
        Self { world: other.world.clone(), ..self }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: i64) -> Timestamp {
        self.clock.advance(SignedDuration::from_secs(seconds));
        self.now()
    }

    pub fn job(&self) -> JobId {
        JobId(self.world.id())
    }

    pub fn three_jobs(&self) -> [JobId; 3] {
        [self.job(), self.job(), self.job()]
    }

    pub fn two_jobs(&self) -> [JobId; 2] {
        [self.job(), self.job()]
    }

    pub async fn account(&self, name: &str) -> Account {
        let new = NewAccount {
            id: AccountId(self.world.id()),
            name: name.to_owned(),
            admin: name == "admin",
            created_at: self.now(),
        };
        self.catalog.create_account(new).await.unwrap()
    }

    pub fn new_set(&self, account: &Account) -> NewUploadSet {
        NewUploadSet {
            id: UploadSetId(self.world.id()),
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
            semantics: vec![Semantic { key: "transport".to_owned(), value: "foot".to_owned() }],
            metadata: serde_json::json!({}),
            user_agent: Some("conformance/1".to_owned()),
            rights: Rights::default(),
            created_at: self.now(),
        }
    }

    pub async fn set(&self, account: &Account) -> UploadSetId {
        self.catalog.create_upload_set(self.new_set(account)).await.unwrap().options.id
    }

    /// A set that expects so many files.
    pub async fn set_of(&self, account: &Account, files: i64) -> UploadSetId {
        let new = NewUploadSet { estimated_nb_files: Some(files), ..self.new_set(account) };
        self.catalog.create_upload_set(new).await.unwrap().options.id
    }

    /// A picture in Paris with bytes of its own, taken now.
    pub fn picture(&self, account: &Account) -> Picture {
        let id = self.world.id();
        let now = self.now();
        Picture {
            id: PictureId(id),
            account: account.id,
            upload_set: UploadSetId(Uuid::nil()),
            sequence: None,
            rank: None,
            status: PictureStatus::Waiting,
            visibility: Visibility::Anyone,
            exclusion: None,
            withheld: false,
            lon: 2.3499,
            lat: 48.853,
            altitude: Some(35.5),
            accuracy: Some(4.0),
            captured_at: now,
            captured_local: now.to_string(),
            orientation: Orientation {
                heading: Some(90.0),
                heading_computed: false,
                sensor_heading: Some(90.0),
                pitch: Some(1.5),
                roll: None,
                yaw: None,
            },
            projection: Projection::Flat,
            shape: Shape { width: 4000, height: 3000 },
            camera: Camera {
                make: Some("Make".to_owned()),
                model: Some("Model".to_owned()),
                focal_length: Some(4.5),
                field_of_view: Some(80.0),
                artist: None,
            },
            exif: Exif::from_iter([("Exif.Image.Make".to_owned(), "Make".to_owned())]),
            overrides: serde_json::json!({ "b": 1, "a": [null, "text"] }),
            revisions: Revisions::default(),
            edited: Edited::default(),
            semantics: Vec::new(),
            rights: Rights { license: Some("CC-BY-SA-4.0".to_owned()), attribution: None },
            annotation_changes: 0,
            file_name: String::new(),
            content_md5: format!("{:032x}", id.as_u128()),
            content_sha256: format!("{:064x}", id.as_u128()),
            size: 1_234_567,
            claimed_blurred: false,
            original: Some(format!("{id}/original")),
            objects: None,
            created_at: now,
            updated_at: now,
        }
    }

    pub async fn send(&self, set: UploadSetId, name: &str, picture: Picture) -> Receipt {
        let file =
            ReceivedFile { upload_set: set, file_name: name.to_owned(), picture, notices: Vec::new(), place: None };
        self.catalog.receive_file(file, self.three_jobs()).await.unwrap()
    }

    /// Sends a picture under a name of its own, and has it accepted.
    pub async fn accept(&self, set: UploadSetId, picture: Picture) -> PictureId {
        let id = picture.id;
        let receipt = self.send(set, &format!("{id}.jpg"), picture).await;
        assert!(matches!(receipt, Receipt::Accepted(_)), "{receipt:?}");
        id
    }

    pub fn refused(&self, set: UploadSetId, name: &str) -> RefusedFile {
        RefusedFile {
            upload_set: set,
            file_name: name.to_owned(),
            content_md5: None,
            size: Some(12),
            inserted_at: self.now(),
            rejection: self.rejection("invalid_file"),
        }
    }

    pub fn rejection(&self, reason: &str) -> Rejection {
        Rejection {
            reason: reason.to_owned(),
            severity: Severity::Error,
            message: "This is no picture.".to_owned(),
            details: Some(serde_json::json!({ "offset": 3 })),
        }
    }

    /// Leases the job of this kind for this subject; others are given back.
    pub async fn lease(&self, kind: JobKind, subject: Uuid) -> Lease {
        let mut others = Vec::new();
        let wanted = loop {
            let lease = self.lease_any(kind).await.unwrap_or_else(|| panic!("no {kind:?} job for {subject}"));
            if lease.subject == subject {
                break lease;
            }
            others.push(lease);
        };
        for lease in others {
            assert!(self.catalog.release(&lease).await.unwrap());
        }
        wanted
    }

    pub async fn lease_any(&self, kind: JobKind) -> Option<Lease> {
        self.catalog.lease(&[kind], self.world.id(), HOLD).await.unwrap()
    }

    /// How many jobs are queued for a subject and kind (0 or 1), found by leasing all of the kind and giving them back.
    pub async fn queued(&self, kind: JobKind, subject: Uuid) -> usize {
        let mut leases = Vec::new();
        while let Some(lease) = self.lease_any(kind).await {
            leases.push(lease);
        }
        for lease in &leases {
            assert!(self.catalog.release(lease).await.unwrap());
        }
        leases.iter().filter(|lease| lease.subject == subject).count()
    }

    pub fn publication(&self, picture: PictureId) -> Publication {
        Publication {
            picture,
            objects: Objects {
                master: format!("{picture}/master"),
                master_size: 1_000_000,
                sd: format!("{picture}/sd"),
                thumb: format!("{picture}/thumb"),
                tiles: None,
            },
            shape: Shape { width: 3000, height: 4000 },
            detections: Vec::new(),
            patch: None,
            revision: 0,
            at: self.now(),
        }
    }

    pub async fn publish(&self, picture: PictureId) {
        let lease = self.lease(JobKind::Process, picture.0).await;
        let publication = self.publication(picture);
        assert!(self.catalog.publish_picture(&lease, publication, self.three_jobs()).await.unwrap());
    }

    pub async fn break_down(&self, picture: PictureId) {
        let lease = self.lease(JobKind::Process, picture.0).await;
        let (rejection, jobs) = (self.rejection("broken"), self.two_jobs());
        assert!(self.catalog.break_picture(&lease, picture, rejection, jobs, self.now()).await.unwrap());
    }

    pub fn part(&self, sequence: SequenceId, pictures: &[PictureId]) -> DispatchPart {
        let shots = pictures.iter().map(|id| PlacedShot { id: *id, computed_heading: None }).collect();
        DispatchPart { sequence, title: format!("Part {sequence}"), shots }
    }

    pub fn plan(&self, upload_set: UploadSetId, parts: Vec<DispatchPart>) -> DispatchPlan {
        DispatchPlan { upload_set, parts, duplicates: Vec::new(), notices: Vec::new(), at: self.now() }
    }

    /// Completes the set, or asks for its dispatch once more, and carries the plan out.
    pub async fn dispatch(&self, plan: &DispatchPlan) {
        let lease = self.lease_dispatch(plan.upload_set).await;
        assert!(self.catalog.apply_dispatch(&lease, plan, &|| self.job()).await.unwrap());
    }

    pub async fn lease_dispatch(&self, set: UploadSetId) -> Lease {
        self.catalog.complete_upload_set(set, self.job(), self.now()).await.unwrap().unwrap();
        self.catalog.enqueue(self.job(), JobKind::Dispatch, set.0, self.now()).await.unwrap();
        self.lease(JobKind::Dispatch, set.0).await
    }

    /// Sums up what there is to sum up.
    pub async fn refresh(&self) {
        while let Some(lease) = self.lease_any(JobKind::Refresh).await {
            let id = SequenceId(lease.subject);
            let summary = self.summary(id).await;
            assert!(self.catalog.store_summary(&lease, id, &summary, self.now()).await.unwrap());
        }
    }

    /// The summary of a sequence as its pictures say.
    pub async fn summary(&self, id: SequenceId) -> Summarised {
        let points = self.catalog.summary_points(id).await.unwrap();
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return Summarised::default();
        };
        let fold = |of: fn(f64, f64) -> f64, value: fn(&crate::model::SummaryPoint) -> f64| {
            points.iter().map(value).reduce(of).unwrap()
        };
        let summary = SequenceSummary {
            nb_pictures: points.len() as i64,
            bbox: Some(Bbox {
                west: fold(f64::min, |point| point.lon),
                south: fold(f64::min, |point| point.lat),
                east: fold(f64::max, |point| point.lon),
                north: fold(f64::max, |point| point.lat),
            }),
            interval: Some((first.captured_at, last.captured_at)),
            length_m: 12.5,
            capture_date: Some(first.captured_local.chars().take(10).collect()),
            camera: Some(first.camera.clone()),
            projection: Some(first.projection),
            field_of_view: first.field_of_view,
            focal_length: first.focal_length,
            accuracy: first.accuracy,
            pixel_density: first.pixel_density,
            rights: first.rights.clone(),
        };
        Summarised { summary, lines: vec![points.iter().map(|point| (point.lon, point.lat)).collect()] }
    }

    /// Brings pictures all the way from upload to being shown, as one sequence of a set of their own.
    pub async fn show(&self, account: &Account, visibility: Visibility, pictures: Vec<Picture>) -> Street {
        let new = NewUploadSet { visibility, ..self.new_set(account) };
        let set = self.catalog.create_upload_set(new).await.unwrap().options.id;
        let mut ids = Vec::new();
        for picture in pictures {
            ids.push(self.accept(set, picture).await);
        }
        let sequence = SequenceId(self.world.id());
        self.dispatch(&self.plan(set, vec![self.part(sequence, &ids)])).await;
        for id in &ids {
            self.publish(*id).await;
        }
        self.refresh().await;
        Street { account: account.clone(), set, sequence, pictures: ids }
    }

    /// A street of so many pictures, eastward, a second apart.
    pub async fn street(&self, account: &Account, visibility: Visibility, pictures: usize) -> Street {
        let pictures = (0..pictures)
            .map(|at| {
                self.pass(1);
                Picture { lon: 2.35 + 0.0001 * at as f64, visibility, ..self.picture(account) }
            })
            .collect();
        self.show(account, visibility, pictures).await
    }

    pub fn query(&self, viewer: Viewer) -> SearchQuery {
        SearchQuery::all(viewer, 1000)
    }

    pub fn sequence_query(&self, viewer: Viewer) -> SequenceQuery {
        SequenceQuery::all(viewer, 1000)
    }

    pub async fn search(&self, query: &SearchQuery) -> Vec<PictureId> {
        ids(&self.catalog.search(query).await.unwrap().items)
    }
}

pub fn ids(items: &[Item]) -> Vec<PictureId> {
    items.iter().map(|item| item.picture.id).collect()
}
