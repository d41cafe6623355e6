//! A picture as a STAC Item, field by field as Panoramax clients read it.

use flaneur_access::Visibility;
use flaneur_catalog::model::{
    self, Annotation, AnnotationId, Edited, Exif, Neighbour, Objects, Picture, PictureId, Semantic, SequenceId,
};
use flaneur_geotag::{CaptureTime, Position, Restated, TimeSource, restate};
use flaneur_storage::PublicKey;
use serde::Serialize;

use super::{
    InteriorOrientation, Provider, STAC_VERSION,
    tiles::{AssetTemplates, TileMatrixSets},
    utc,
};
use crate::{License, Link, PublicUrl};

/// A GeoJSON point, (lon, lat) in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Point {
    /// Always `Point`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Longitude, latitude, degrees.
    pub coordinates: [f64; 2],
}

impl Point {
    /// At (lon, lat), degrees.
    pub fn new(lon: f64, lat: f64) -> Self {
        Self { kind: "Point", coordinates: [lon, lat] }
    }
}

/// A picture as a STAC Item.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Item {
    /// Always `Feature`.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// Always `1.0.0`.
    pub(super) stac_version: &'static str,
    /// Extensions whose schemas the item keeps to.
    pub(super) stac_extensions: Vec<&'static str>,
    /// The picture.
    #[schema(value_type = uuid::Uuid)]
    pub id: PictureId,
    /// Its sequence.
    #[schema(value_type = uuid::Uuid)]
    pub collection: Option<SequenceId>,
    /// Where it was taken.
    pub geometry: Point,
    /// The same as a box.
    pub bbox: [f64; 4],
    /// Who made it: the account, then the photographer.
    pub providers: Vec<Provider>,
    /// What is known of it.
    pub properties: Properties,
    /// Where to go from here. `next`, `prev` and `related` carry `id` and `geometry`; `flaneur:view` of a panorama carries
    /// `uriTemplate`, with the parameters of views.
    pub links: Vec<Link>,
    /// The files: `hd`, `sd`, `thumb`.
    pub assets: Assets,
    /// Panoramas: how tiles are addressed, with `{TileCol}` and `{TileRow}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub asset_templates: Option<AssetTemplates>,
}

/// Properties of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = ItemProperties)]
pub struct Properties {
    /// When it was taken, UTC.
    pub datetime: String,
    /// When it was taken, local time with its offset.
    pub datetimetz: String,
    /// When it was received.
    pub created: String,
    /// When anything about it last changed.
    pub updated: String,
    /// SPDX identifier.
    pub license: String,
    /// Whom to name for it, if that is not just the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
    /// Heading, degrees clockwise from north. Clients cannot do without: 0 where `flaneur:heading_source` is `none`.
    #[serde(rename = "view:azimuth", serialize_with = "super::plain_number")]
    pub azimuth: f64,
    /// Where the heading is from: `file`, `track` (computed from the sequence), `edited` or `none`.
    #[serde(rename = "flaneur:heading_source")]
    pub heading_source: &'static str,
    /// What the camera saw.
    #[serde(rename = "pers:interior_orientation")]
    pub interior_orientation: InteriorOrientation,
    /// Degrees, up is positive.
    #[serde(rename = "pers:pitch", skip_serializing_if = "Option::is_none")]
    pub pitch: Option<f64>,
    /// Degrees, clockwise is positive.
    #[serde(rename = "pers:roll", skip_serializing_if = "Option::is_none")]
    pub roll: Option<f64>,
    /// Degrees, of the panorama's middle against the heading.
    #[serde(rename = "pers:yaw", skip_serializing_if = "Option::is_none")]
    pub yaw: Option<f64>,
    /// 95 % horizontal accuracy, metres.
    #[serde(rename = "quality:horizontal_accuracy", skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// Pixels per degree of view.
    #[serde(rename = "panoramax:horizontal_pixel_density", skip_serializing_if = "Option::is_none")]
    pub pixel_density: Option<i64>,
    /// `ready`; who may manage the picture also sees it as `waiting-for-process` or `broken`.
    #[serde(rename = "geovisio:status")]
    pub status: &'static str,
    /// Who sees it.
    #[serde(rename = "geovisio:visibility")]
    pub visibility: &'static str,
    /// Whether others don't see it because somebody reported it.
    #[serde(rename = "flaneur:withheld", skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
    /// Name of the account.
    #[serde(rename = "geovisio:producer")]
    pub producer: String,
    /// Place in the sequence, from 1.
    #[serde(rename = "geovisio:rank_in_collection")]
    pub rank: Option<i64>,
    /// Full resolution.
    #[serde(rename = "geovisio:image")]
    pub image: String,
    /// Thumbnail.
    #[serde(rename = "geovisio:thumbnail")]
    pub thumbnail: String,
    /// Name of the file sent.
    #[serde(rename = "original_file:name")]
    pub file_name: String,
    /// Bytes of the file sent.
    #[serde(rename = "original_file:size")]
    pub file_size: i64,
    /// EXIF and XMP values by their Exiv2 names, as far as they may be shown.
    #[schema(value_type = Object)]
    pub exif: Exif,
    /// Tags of the picture.
    #[schema(value_type = Vec<super::Tag>)]
    pub semantics: Vec<Semantic>,
    /// Tagged parts of the picture.
    pub annotations: Vec<ItemAnnotation>,
    /// What is told of the sequence with each of its pictures: its tags.
    pub collection: OfCollection,
    /// Panoramas: the grid of tiles.
    #[serde(rename = "tiles:tile_matrix_sets", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub tile_matrix_sets: Option<TileMatrixSets>,
}

/// What an item tells of its sequence.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct OfCollection {
    /// Tags of the sequence.
    #[schema(value_type = Vec<super::Tag>)]
    pub semantics: Vec<Semantic>,
}

/// The files of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Assets {
    /// Full resolution.
    pub hd: Asset,
    /// At most 2048 pixels wide and high.
    pub sd: Asset,
    /// 500 pixels wide.
    pub thumb: Asset,
}

/// A part of a picture that has tags.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ItemAnnotation {
    /// Identifier.
    #[schema(value_type = uuid::Uuid)]
    pub id: AnnotationId,
    /// Where it is.
    pub shape: PixelPolygon,
    /// Tags.
    #[schema(value_type = Vec<super::Tag>)]
    pub semantics: Vec<Semantic>,
}

impl From<Annotation> for ItemAnnotation {
    fn from(annotation: Annotation) -> Self {
        Self {
            id: annotation.id,
            shape: PixelPolygon::of(annotation.marked.shape),
            semantics: annotation.marked.semantics,
        }
    }
}

/// A polygon in a picture, written like one of GeoJSON.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PixelPolygon {
    /// Always `Polygon`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// One closed ring of (x, y), pixels of the full resolution from its top left.
    pub coordinates: [Vec<[i64; 2]>; 1],
}

impl PixelPolygon {
    /// With this outline.
    pub fn of(ring: Vec<[i64; 2]>) -> Self {
        Self { kind: "Polygon", coordinates: [ring] }
    }
}

/// A file.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Asset {
    /// What it is.
    pub title: &'static str,
    /// More about it.
    pub description: &'static str,
    /// `data`, `visual` or `thumbnail`.
    pub roles: [&'static str; 1],
    /// Always `image/jpeg`.
    #[serde(rename = "type")]
    pub media_type: &'static str,
    /// Absolute address.
    pub href: String,
    /// Bytes.
    #[serde(rename = "file:size", skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// What the bytes add up to, as a multihash in hexadecimal digits: SHA-256.
    #[serde(rename = "file:checksum", skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
}

impl Item {
    /// Writes a picture down.
    pub fn new(item: model::Item, url: &PublicUrl, license: &License) -> Self {
        let license = license.of(&item.picture.rights);
        let interior_orientation = InteriorOrientation::of(&item.picture);
        let links = links(&item, interior_orientation.visible_area.is_none(), url, &license);
        let model::Item { mut picture, producer, sequence_semantics, annotations, .. } = item;
        let exif = shown_exif(&mut picture);
        let tiles = picture.objects.as_ref().and_then(|objects| objects.tiles.as_ref()).map(|(_, matrix)| *matrix);
        let file = |name: &str| url.api(format_args!("/pictures/{}/{name}", picture.id));
        let mut providers = vec![Provider::account(picture.account, producer.clone())];
        providers.extend(picture.camera.artist.clone().map(Provider::photographer));
        let mut stac_extensions = vec![
            "https://stac-extensions.github.io/view/v1.0.0/schema.json",
            "https://stac-extensions.github.io/file/v2.1.0/schema.json",
        ];
        if tiles.is_some() {
            stac_extensions.push("https://stac-extensions.github.io/tiled-assets/v1.0.0/schema.json");
        }
        if picture.rights.attribution.is_some() {
            stac_extensions.push("https://stac-extensions.github.io/attribution/v0.1.0/schema.json");
        }
        let orientation = picture.orientation;
        Self {
            kind: "Feature",
            stac_version: STAC_VERSION,
            stac_extensions,
            id: picture.id,
            collection: picture.sequence,
            geometry: Point::new(picture.lon, picture.lat),
            bbox: [picture.lon, picture.lat, picture.lon, picture.lat],
            providers,
            links,
            assets: assets(&file, picture.objects.as_ref()),
            asset_templates: tiles.map(|_| AssetTemplates::at(file("tiled/{TileCol}_{TileRow}.jpg"))),
            properties: Properties {
                datetime: utc(picture.captured_at),
                datetimetz: picture.captured_local.clone(),
                created: utc(picture.created_at),
                updated: utc(picture.updated_at),
                license: license.id.clone(),
                attribution: picture.rights.attribution.clone(),
                azimuth: orientation.heading.unwrap_or(0.0),
                heading_source: heading_source(&picture),
                interior_orientation,
                pitch: orientation.pitch,
                roll: orientation.roll,
                yaw: orientation.yaw,
                accuracy: accuracy(picture.accuracy),
                pixel_density: picture.pixel_density(),
                status: "ready",
                visibility: picture.subject(Visibility::Anyone).visibility.as_str(),
                withheld: picture.withheld,
                producer,
                rank: picture.rank,
                image: file("hd.jpg"),
                thumbnail: file("thumb.jpg"),
                tile_matrix_sets: tiles.map(|matrix| TileMatrixSets::of(picture.id, matrix)),
                file_name: picture.file_name,
                file_size: picture.size,
                exif,
                semantics: picture.semantics,
                annotations: annotations.into_iter().map(ItemAnnotation::from).collect(),
                collection: OfCollection { semantics: sequence_semantics },
            },
        }
    }
}

/// Where a picture's heading is from: `file`, `track`, `edited` or `none`.
pub(crate) fn heading_source(picture: &Picture) -> &'static str {
    match picture.orientation {
        model::Orientation { heading: None, .. } => "none",
        model::Orientation { heading_computed: true, .. } => "track",
        _ if picture.edited.heading => "edited",
        _ => "file",
    }
}

/// Metres as they are told: nobody knows centimetres.
pub(crate) fn accuracy(metres: Option<f64>) -> Option<f64> {
    metres.map(|metres| (metres * 10.0).round() / 10.0)
}

/// The tags of the file, telling what was edited since.
fn shown_exif(picture: &mut Picture) -> Exif {
    let exif = std::mem::take(&mut picture.exif);
    let edited = picture.edited;
    if edited == Edited::default() {
        return exif;
    }
    let orientation = picture.orientation;
    let position = Position { lon: picture.lon, lat: picture.lat, altitude: picture.altitude };
    let captured = || CaptureTime {
        instant: picture.captured_at,
        local: picture.captured_local.clone(),
        source: TimeSource::Override,
    };
    let mut values = exif.into_values();
    restate(
        &mut values,
        &Restated {
            position: edited.position.then_some(position),
            captured: edited.time.then(captured),
            heading: edited.heading.then_some(orientation.heading),
            pose: edited.pose.then_some([orientation.pitch, orientation.roll]),
        },
    );
    values.into()
}

fn assets(file: &dyn Fn(&str) -> String, objects: Option<&Objects>) -> Assets {
    let asset = |title, description, role, name: &str, key: Option<&String>| Asset {
        title,
        description,
        roles: [role],
        media_type: "image/jpeg",
        href: file(name),
        size: None,
        checksum: key.and_then(|key| key.parse().ok()).map(|key: PublicKey| multihash(key.content_hash())),
    };
    let hd = asset(
        "HD picture",
        "Highest resolution available of this picture",
        "data",
        "hd.jpg",
        objects.map(|objects| &objects.master),
    );
    Assets {
        hd: Asset { size: objects.map(|objects| objects.master_size), ..hd },
        sd: asset(
            "SD picture",
            "Picture in standard definition, at most 2048 pixels wide and high",
            "visual",
            "sd.jpg",
            objects.map(|objects| &objects.sd),
        ),
        thumb: asset(
            "Thumbnail",
            "Picture in low definition, 500 pixels wide",
            "thumbnail",
            "thumb.jpg",
            objects.map(|objects| &objects.thumb),
        ),
    }
}

/// A SHA-256 of 64 hexadecimal digits as a multihash: what it is (0x12), and how many bytes (0x20).
pub(crate) fn multihash(sha256: &str) -> String {
    format!("1220{sha256}")
}

fn links(item: &model::Item, whole_sphere: bool, url: &PublicUrl, license: &License) -> Vec<Link> {
    let address =
        |sequence: SequenceId, picture: PictureId| url.api(format_args!("/collections/{sequence}/items/{picture}"));
    let walk = |rel: &'static str, to: &Neighbour| {
        Link::geojson(rel, address(to.sequence, to.id)).to_picture(to.id, Point::new(to.lon, to.lat))
    };
    let picture = &item.picture;
    let mut links = vec![Link::json("root", url.api("")).titled("Instance catalog")];
    if let Some(sequence) = picture.sequence {
        let collection = url.api(format_args!("/collections/{sequence}"));
        links.push(Link::json("parent", collection.clone()));
        links.push(Link::json("collection", collection));
        links.push(Link::geojson("self", address(sequence, picture.id)));
    }
    links.push(super::collection::license_link(license));
    if whole_sphere && picture.objects.as_ref().is_some_and(|objects| objects.tiles.is_some()) {
        let file = url.api(format_args!("/pictures/{}/view.jpg", picture.id));
        // The address as it stands is a view, too: clients that know nothing of templates can follow it.
        let template = format!("{file}{{?heading,yaw,pitch,roll,fov,width,height}}");
        links.push(
            Link::of("flaneur:view", "image/jpeg", file).titled("Perspective view").with("uriTemplate", template),
        );
    }
    links.extend(item.links.next.as_ref().map(|to| walk("next", to)));
    links.extend(item.links.prev.as_ref().map(|to| walk("prev", to)));
    links.extend(item.links.related.iter().map(|to| walk("related", to).with("datetime", utc(to.captured_at))));
    links
}
