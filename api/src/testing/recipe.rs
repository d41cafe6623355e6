//! What the pictures of a sequence are like.

use flaneur_access::Visibility;
use flaneur_catalog::model::{
    AccountId, Camera, Detection, Edited, Orientation, Picture, PictureId, PictureStatus, Projection, Revisions,
    Rights, Shape, UploadSetId,
};
use jiff::{SignedDuration, Timestamp};

/// Pictures that go north, one every ten metres and two seconds.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    pub count: usize,
    pub visibility: Visibility,
    pub lon: f64,
    pub lat: f64,
    pub projection: Projection,
    pub heading: Option<f64>,
    pub artist: Option<String>,
    pub detections: Vec<Detection>,
}

impl Default for Recipe {
    /// Three panoramas that everybody may see.
    fn default() -> Self {
        Self {
            count: 3,
            visibility: Visibility::Anyone,
            lon: 1.919_185,
            lat: 49.006_89,
            projection: Projection::Equirectangular,
            heading: Some(349.0),
            artist: None,
            detections: Vec::new(),
        }
    }
}

impl Recipe {
    /// Ordinary photos, of which nobody knows where they look.
    pub(crate) fn flat(self) -> Self {
        Self { projection: Projection::Flat, heading: None, artist: Some("R. Tist".to_owned()), ..self }
    }

    /// Looking there.
    pub(crate) fn heading(self, degrees: f64) -> Self {
        Self { heading: Some(degrees), ..self }
    }

    /// Beginning there.
    pub(crate) fn at(self, lon: f64, lat: f64) -> Self {
        Self { lon, lat, ..self }
    }

    /// In which this was found.
    pub(crate) fn with_detections(self, detections: Vec<Detection>) -> Self {
        Self { detections, ..self }
    }

    /// For these eyes only.
    pub(crate) fn visible_to(self, visibility: Visibility) -> Self {
        Self { visibility, ..self }
    }

    /// Where the picture of that number is, (lon, lat) in degrees.
    pub(crate) fn position(&self, number: usize) -> (f64, f64) {
        (self.lon, self.lat + number as f64 * 10.0 / 111_195.0)
    }

    /// When the picture of that number was taken.
    pub(crate) fn captured_at(number: usize) -> Timestamp {
        let first: Timestamp = "2021-07-29T09:16:54Z".parse().unwrap();
        first + SignedDuration::from_secs(2 * number as i64)
    }

    pub(super) fn picture(
        &self,
        number: usize,
        id: PictureId,
        account: AccountId,
        upload_set: UploadSetId,
        now: Timestamp,
    ) -> Picture {
        let (lon, lat) = self.position(number);
        let panorama = self.projection == Projection::Equirectangular;
        let captured_at = Self::captured_at(number);
        let exif = [("Exif.Image.Make", "GoPro"), ("Exif.Image.Model", "Max"), ("Exif.Photo.FNumber", "28/10")];
        Picture {
            id,
            account,
            upload_set,
            sequence: None,
            rank: None,
            status: PictureStatus::Waiting,
            visibility: self.visibility,
            exclusion: None,
            withheld: false,
            lon,
            lat,
            altitude: Some(93.0),
            accuracy: Some(4.0),
            captured_at,
            captured_local: (captured_at + SignedDuration::from_hours(2)).to_string().replace('Z', "+02:00"),
            orientation: Orientation {
                heading: self.heading,
                heading_computed: false,
                sensor_heading: self.heading,
                pitch: panorama.then_some(0.5),
                roll: panorama.then_some(-1.0),
                yaw: None,
            },
            projection: self.projection,
            shape: if panorama { Shape { width: 5760, height: 2880 } } else { Shape { width: 1920, height: 1080 } },
            camera: Camera {
                make: Some("GoPro".to_owned()),
                model: Some("Max".to_owned()),
                focal_length: Some(3.0),
                field_of_view: Some(if panorama { 360.0 } else { 96.0 }),
                artist: self.artist.clone(),
            },
            exif: exif.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect(),
            overrides: serde_json::json!({}),
            revisions: Revisions::default(),
            edited: Edited::default(),
            semantics: Vec::new(),
            rights: Rights { license: Some("CC-BY-SA-4.0".to_owned()), attribution: None },
            annotation_changes: 0,
            file_name: format!("{}.jpg", number + 1),
            content_md5: format!("{:032x}", id.0.as_u128()),
            content_sha256: format!("{:064x}", id.0.as_u128()),
            size: 3_296_119,
            claimed_blurred: false,
            original: Some(id.to_string()),
            objects: None,
            created_at: now,
            updated_at: now,
        }
    }
}
