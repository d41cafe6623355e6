//! Pictures as rows.

use flaneur_catalog::model::{BoxClass, DatasetItem, Detection, RegionClass, Semantic};
use flaneur_dataset::{Asset, Found, Mark, Row, Tag};
use flaneur_storage::PublicKey;

use crate::{License, stac};

/// A picture as a row. `address` is what API addresses begin with. None if the picture has no files or no sequence, as then
/// nobody sees it.
pub(super) fn row(item: DatasetItem, address: &str, license: &License) -> Option<Row> {
    let DatasetItem { item, detections } = item;
    let (picture, producer) = (item.picture, item.producer);
    let sequence = picture.sequence?;
    let objects = picture.objects.as_ref()?;
    let asset = |name: &str, key: &str, size: Option<i64>| {
        let key: PublicKey = key.parse().ok()?;
        Some(Asset {
            href: format!("{address}/pictures/{}/{name}.jpg", picture.id),
            sha256: (name != "thumb").then(|| key.content_hash().to_owned()),
            size,
        })
    };
    let orientation = picture.orientation;
    Some(Row {
        id: picture.id.0,
        sequence: sequence.0,
        lon: picture.lon,
        lat: picture.lat,
        altitude: picture.altitude,
        captured: picture.captured_at,
        created: picture.created_at,
        updated: picture.updated_at,
        license: license.of(&picture.rights).id.clone(),
        attribution: picture.rights.attribution.clone(),
        producer,
        azimuth: orientation.heading,
        heading_source: stac::heading_source(&picture),
        pitch: orientation.pitch,
        roll: orientation.roll,
        yaw: orientation.yaw,
        camera_make: picture.camera.make.clone(),
        camera_model: picture.camera.model.clone(),
        focal_length: picture.camera.focal_length,
        field_of_view: picture.camera.field_of_view,
        size: [picture.shape.width, picture.shape.height],
        accuracy: stac::accuracy(picture.accuracy),
        pixel_density: picture.pixel_density(),
        projection: picture.projection.as_str(),
        rank: picture.rank,
        semantics: tags(picture.semantics),
        annotations: item
            .annotations
            .into_iter()
            .map(|annotation| Mark {
                id: annotation.id.0,
                shape: annotation.marked.shape,
                semantics: tags(annotation.marked.semantics),
            })
            .collect(),
        found: found(&detections),
        hd: asset("hd", &objects.master, Some(objects.master_size))?,
        sd: asset("sd", &objects.sd, None)?,
        thumb: asset("thumb", &objects.thumb, None)?,
    })
}

fn tags(semantics: Vec<Semantic>) -> Vec<Tag> {
    semantics.into_iter().map(|tag| Tag { key: tag.key, value: tag.value }).collect()
}

/// How many of what, and by which models; not where: that is where somebody's face was.
fn found(detections: &[Detection]) -> Found {
    let count = |class: BoxClass| detections.iter().filter(|found| found.class == class).count() as i64;
    let mut models: Vec<[String; 3]> = detections
        .iter()
        .map(|found| {
            [RegionClass::from(found.class).as_str().to_owned(), found.model.clone(), found.model_version.clone()]
        })
        .collect();
    models.sort();
    models.dedup();
    Found { faces: count(BoxClass::Face), plates: count(BoxClass::Plate), models }
}
