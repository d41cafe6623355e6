//! Puts sequences into the catalog, the way upload and workers do.

use bytes::Bytes;
use flaneur_catalog::model::{
    AccountId, DispatchPart, DispatchPlan, JobId, JobKind, Lease, NewUploadSet, Objects, Outline, PictureId,
    PlacedShot, Projection, Publication, Receipt, ReceivedFile, Redaction, RedactionId, RedactionOrigin,
    RedactionReceipt, RedactionState, RegionClass, Republication, Rights, Semantic, SequenceId, SequenceSummary,
    SortMethod, Summarised, TileMatrix, UploadSetId,
};
use flaneur_coverage::quadkey::Bbox;
use flaneur_jpeg::TileGrid;
use flaneur_storage::ObjectKind;
use jiff::SignedDuration;

use super::{Fixture, Recipe, panorama};

/// A sequence in the catalog.
#[derive(Debug, Clone)]
pub(crate) struct Seeded {
    pub id: SequenceId,
    pub upload_set: UploadSetId,
    pub account: AccountId,
    /// In order.
    pub pictures: Vec<PictureId>,
    recipe: Recipe,
}

impl Seeded {
    /// Where the picture of that number (from 0) is, (lon, lat) in degrees.
    pub(crate) fn position(&self, number: usize) -> (f64, f64) {
        self.recipe.position(number)
    }
}

impl Fixture {
    /// Three panoramas of the owner's that everybody may see.
    pub(crate) async fn sequence(&self) -> Seeded {
        self.sequence_with(|recipe| recipe).await
    }

    /// A sequence of the owner's. A second later than the one before.
    pub(crate) async fn sequence_with(&self, change: impl FnOnce(Recipe) -> Recipe) -> Seeded {
        self.clock.advance(SignedDuration::from_secs(1));
        let recipe = change(Recipe::default());
        let upload_set = self.upload_set(&recipe).await;
        let mut pictures = Vec::new();
        for number in 0..recipe.count {
            pictures.push(self.receive(&recipe, number, upload_set).await);
        }
        let id = SequenceId(self.api.world.id());
        self.dispatch(upload_set, id, &pictures).await;
        for _ in &pictures {
            self.publish(&recipe).await;
        }
        self.sum_up(&recipe, id).await;
        Seeded { id, upload_set, account: self.owner.account.id, pictures, recipe }
    }

    /// A picture of the owner's that no worker has had yet.
    pub(crate) async fn waiting_picture(&self) -> PictureId {
        let recipe = Recipe::default();
        let upload_set = self.upload_set(&recipe).await;
        self.receive(&recipe, 0, upload_set).await
    }

    async fn upload_set(&self, recipe: &Recipe) -> UploadSetId {
        let id = UploadSetId(self.api.world.id());
        let new = NewUploadSet {
            id,
            account: self.owner.account.id,
            title: "Sample set".to_owned(),
            estimated_nb_files: None,
            sort_method: SortMethod::TimeAsc,
            no_split: false,
            split_distance: None,
            split_time: None,
            no_deduplication: true,
            duplicate_distance: None,
            duplicate_rotation: None,
            relative_heading: None,
            visibility: recipe.visibility,
            semantics: vec![Semantic { key: "transport".to_owned(), value: "car".to_owned() }],
            metadata: serde_json::json!({}),
            user_agent: Some("PanoramaxCLI/1.4.1".to_owned()),
            rights: Rights::default(),
            created_at: self.api.world.now(),
        };
        self.api.catalog.create_upload_set(new).await.unwrap();
        id
    }

    async fn receive(&self, recipe: &Recipe, number: usize, upload_set: UploadSetId) -> PictureId {
        let id = PictureId(self.api.world.id());
        let picture = recipe.picture(number, id, self.owner.account.id, upload_set, self.api.world.now());
        let file = ReceivedFile {
            upload_set,
            file_name: picture.file_name.clone(),
            picture,
            notices: Vec::new(),
            place: None,
        };
        let receipt = self.api.catalog.receive_file(file, [self.job(), self.job(), self.job()]).await.unwrap();
        assert!(matches!(receipt, Receipt::Accepted(_)), "{receipt:?}");
        id
    }

    async fn dispatch(&self, upload_set: UploadSetId, sequence: SequenceId, pictures: &[PictureId]) {
        let now = self.api.world.now();
        self.api.catalog.complete_upload_set(upload_set, self.job(), now).await.unwrap();
        let lease = self.lease(JobKind::Dispatch).await;
        let shots = pictures.iter().map(|id| PlacedShot { id: *id, computed_heading: None }).collect();
        let parts = vec![DispatchPart { sequence, title: "Sample set".to_owned(), shots }];
        let plan = DispatchPlan { upload_set, parts, duplicates: Vec::new(), notices: Vec::new(), at: now };
        let world = self.api.world.clone();
        assert!(self.api.catalog.apply_dispatch(&lease, &plan, &move || JobId(world.id())).await.unwrap());
    }

    async fn publish(&self, recipe: &Recipe) {
        let lease = self.lease(JobKind::Process).await;
        let id = PictureId(lease.subject);
        let picture = self.api.catalog.picture(id).await.unwrap().unwrap();
        let objects = match recipe.projection {
            Projection::Equirectangular => self.panorama_objects(id, id.0.as_u128()).await,
            Projection::Flat => self.objects(id, content("master", id, 5000)).await,
        };
        let publication = Publication {
            picture: id,
            objects,
            shape: picture.shape,
            detections: recipe.detections.clone(),
            patch: None,
            revision: 0,
            at: self.api.world.now(),
        };
        let jobs = [self.job(), self.job(), self.job()];
        assert!(self.api.catalog.publish_picture(&lease, publication, jobs).await.unwrap());
        let destroy = self.lease(JobKind::Destroy).await;
        assert!(self.api.catalog.destroyed(&destroy, id).await.unwrap());
    }

    /// Gives a panorama other files and takes the old ones away, as what is drawn on it does.
    pub(crate) async fn republish(&self, id: PictureId) {
        let drawn = Redaction {
            id: RedactionId(self.api.world.id()),
            picture: id,
            origin: RedactionOrigin::Drawn,
            class: RegionClass::Other,
            outlines: vec![Outline::Box([1.0, 2.0, 30.0, 40.0])],
            state: RedactionState::Asked,
            asked_by: Some(self.owner.account.id),
            asked_at: self.api.world.now(),
            settled_at: None,
            message: None,
            undo: None,
        };
        let receipt = self.api.catalog.ask_redaction(drawn.clone(), 100, self.job()).await.unwrap();
        assert_eq!(receipt, RedactionReceipt::Taken);
        let lease = self.lease(JobKind::Redact).await;
        let before = self.api.catalog.picture(id).await.unwrap().unwrap().objects.unwrap();
        let new = Republication {
            picture: id,
            from: before.master,
            objects: self.panorama_objects(id, drawn.id.0.as_u128()).await,
            done: vec![drawn.id],
            undone: Vec::new(),
            patch: None,
            revision: 0,
            at: self.api.world.now(),
        };
        assert!(self.api.catalog.republish_picture(&lease, new, [self.job(), self.job()]).await.unwrap());
        let again = self.lease(JobKind::Redact).await;
        let keys = self.api.catalog.superseded(id).await.unwrap();
        for key in &keys {
            self.api.storage.public.remove(&key.parse().unwrap()).await.unwrap();
        }
        assert!(self.api.catalog.forget_superseded(&again, &keys).await.unwrap(), "which ends the job");
    }

    /// Those of a real panorama, as small as its grid can be. Another seed makes other pixels.
    async fn panorama_objects(&self, id: PictureId, seed: u128) -> Objects {
        let files = panorama(256, 128, seed);
        let TileGrid { columns, rows, tile_width, tile_height } = files.grid;
        let matrix = TileMatrix {
            columns: columns.into(),
            rows: rows.into(),
            tile_width: tile_width.into(),
            tile_height: tile_height.into(),
        };
        let index = self.put(id, ObjectKind::Tiles, files.index).await;
        Objects { tiles: Some((index, matrix)), ..self.objects(id, files.master).await }
    }

    async fn objects(&self, id: PictureId, master: Bytes) -> Objects {
        Objects {
            master_size: master.len() as i64,
            master: self.put(id, ObjectKind::Master, master).await,
            sd: self.put(id, ObjectKind::Sd, content("sd", id, 500)).await,
            thumb: self.put(id, ObjectKind::Thumb, content("thumb", id, 100)).await,
            tiles: None,
        }
    }

    async fn sum_up(&self, recipe: &Recipe, id: SequenceId) {
        // Sequences that were edited wait for theirs, too.
        let mut lease = self.lease(JobKind::Refresh).await;
        while lease.subject != id.0 {
            assert!(self.api.catalog.finish(&lease).await.unwrap());
            lease = self.lease(JobKind::Refresh).await;
        }
        let points = self.api.catalog.summary_points(id).await.unwrap();
        let (first, last) = (points.first().unwrap(), points.last().unwrap());
        let panorama = recipe.projection == Projection::Equirectangular;
        let summary = SequenceSummary {
            nb_pictures: points.len() as i64,
            bbox: Some(Bbox { west: first.lon, south: first.lat, east: last.lon, north: last.lat }),
            interval: Some((first.captured_at, last.captured_at)),
            length_m: 10.0 * (points.len() - 1) as f64,
            capture_date: Some("2021-07-29".to_owned()),
            camera: Some(first.camera.clone()),
            projection: Some(recipe.projection),
            field_of_view: Some(if panorama { 360.0 } else { 96.0 }),
            focal_length: Some(3.0),
            accuracy: Some(4.0),
            pixel_density: Some(if panorama { 16 } else { 20 }),
            rights: first.rights.clone(),
        };
        let lines = vec![points.iter().map(|point| (point.lon, point.lat)).collect()];
        let summarised = Summarised { summary, lines };
        assert!(self.api.catalog.store_summary(&lease, id, &summarised, self.api.world.now()).await.unwrap());
    }

    async fn lease(&self, kind: JobKind) -> Lease {
        let token = self.api.world.id();
        let hold = SignedDuration::from_secs(60);
        let lease = self.api.catalog.lease(&[kind], token, hold).await.unwrap();
        lease.unwrap_or_else(|| panic!("a job of kind {kind:?} is due"))
    }

    /// An id for a job.
    pub(crate) fn job(&self) -> JobId {
        JobId(self.api.world.id())
    }

    async fn put(&self, picture: PictureId, kind: ObjectKind, bytes: Bytes) -> String {
        self.api.storage.public.put(picture.0, kind, bytes).await.unwrap().into()
    }
}

/// Bytes that tell which file of which picture they are.
fn content(name: &str, id: PictureId, size: usize) -> Bytes {
    format!("{name} of {id} ").bytes().cycle().take(size).collect()
}
