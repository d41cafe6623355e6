//! A sequence as a STAC Collection.

use flaneur_catalog::model::{Semantic, Sequence, SequenceId, SequenceStatus, VARIOUS};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Provider, STAC_VERSION, WORLD, bbox_array, utc};
use crate::{License, Link, PublicUrl};

/// Extent in space and time.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Extent {
    /// Where.
    pub spatial: SpatialExtent,
    /// When.
    pub temporal: TemporalExtent,
}

/// Extent in space.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SpatialExtent {
    /// One box: west, south, east, north, degrees.
    pub bbox: [[f64; 4]; 1],
}

/// Extent in time.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TemporalExtent {
    /// One interval; null is open.
    pub interval: [[Option<String>; 2]; 1],
}

impl Extent {
    /// Of what may have neither place nor time yet: then it is the whole world, at any time.
    pub fn of(
        bbox: Option<&flaneur_coverage::quadkey::Bbox>,
        interval: Option<(jiff::Timestamp, jiff::Timestamp)>,
    ) -> Self {
        let interval = interval.map_or([None, None], |(first, last)| [Some(utc(first)), Some(utc(last))]);
        Self {
            spatial: SpatialExtent { bbox: [bbox.map_or(WORLD, bbox_array)] },
            temporal: TemporalExtent { interval: [interval] },
        }
    }
}

/// How many of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Count {
    /// The number.
    pub count: i64,
}

/// A sequence as a STAC Collection.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Collection {
    /// Always `Collection`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Always `1.0.0`.
    stac_version: &'static str,
    /// Extensions whose schemas it keeps to.
    stac_extensions: Vec<&'static str>,
    /// The sequence.
    #[schema(value_type = uuid::Uuid)]
    pub id: SequenceId,
    /// Title.
    pub title: String,
    /// The same for all.
    pub description: &'static str,
    /// For searches by word.
    pub keywords: [String; 2],
    /// SPDX identifier; `various` where its pictures have several.
    pub license: String,
    /// Whom to name for all its pictures, if that is not just the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
    /// The account.
    pub providers: [Provider; 1],
    /// Where and when.
    pub extent: Extent,
    /// When it was made.
    pub created: String,
    /// When anything in it last changed.
    pub updated: String,
    /// What its pictures have in common.
    #[schema(value_type = Object)]
    pub summaries: Map<String, Value>,
    /// Pictures in it.
    #[serde(rename = "stats:items")]
    pub items: Count,
    /// Tags.
    #[schema(value_type = Vec<super::Tag>)]
    pub semantics: Vec<Semantic>,
    /// Length of the track, km.
    #[serde(rename = "geovisio:length_km")]
    pub length_km: f64,
    /// Who sees it.
    #[serde(rename = "geovisio:visibility")]
    pub visibility: &'static str,
    /// The order that was asked for: `+gpsdate`, `-gpsdate`, `+filename`…
    #[serde(rename = "geovisio:sorted-by", skip_serializing_if = "Option::is_none")]
    pub sorted_by: Option<String>,
    /// `ready`, or for its owner `preparing`.
    #[serde(rename = "geovisio:status")]
    pub status: &'static str,
    /// With what it was sent: `cli`, `website`, `mobile_app`, `other`, `unknown`.
    #[serde(rename = "geovisio:upload-software")]
    pub upload_software: &'static str,
    /// The accuracy that nine of ten pictures reach, metres.
    #[serde(rename = "quality:horizontal_accuracy", skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// What kind of accuracy that is.
    #[serde(rename = "quality:horizontal_accuracy_type", skip_serializing_if = "Option::is_none")]
    pub accuracy_type: Option<&'static str>,
    /// Where to go from here.
    pub links: Vec<Link>,
}

impl Collection {
    /// Writes a sequence down.
    pub fn new(sequence: Sequence, url: &PublicUrl, license: &License) -> Self {
        let own = url.api(format_args!("/collections/{}", sequence.id));
        let summary = &sequence.summary;
        let license = license.of(&summary.rights);
        let mut stac_extensions = vec!["https://stac-extensions.github.io/stats/v0.2.0/schema.json"];
        if summary.rights.attribution.is_some() {
            stac_extensions.push("https://stac-extensions.github.io/attribution/v0.1.0/schema.json");
        }
        let mut links = vec![
            Link::json("root", url.api("")).titled("Instance catalog"),
            Link::json("parent", url.api("")).titled("Instance catalog"),
            Link::json("self", own.clone()).titled("Metadata of this sequence"),
            Link::geojson("items", format!("{own}/items")).titled("Pictures in this sequence"),
            Link::queryables(format!("{own}/queryables")).titled("What filters of its pictures may ask for"),
            Link::of("preview", "image/jpeg", format!("{own}/thumb.jpg")).titled("Thumbnail of the first picture"),
        ];
        // Of several licences, each picture names its own.
        links.extend((license.id != VARIOUS).then(|| license_link(&license)));
        links.push(
            Link::json("upload_set", url.api(format_args!("/upload_sets/{}", sequence.upload_set)))
                .titled("The upload it was made from"),
        );
        let accuracy = super::accuracy(summary.accuracy);
        Self {
            kind: "Collection",
            stac_version: STAC_VERSION,
            stac_extensions,
            id: sequence.id,
            description: "A sequence of geolocated pictures",
            keywords: ["pictures".to_owned(), sequence.title.clone()],
            license: license.id.clone(),
            attribution: summary.rights.attribution.clone(),
            providers: [Provider::account(sequence.account, sequence.producer.clone())],
            extent: Extent::of(summary.bbox.as_ref(), summary.interval),
            created: utc(sequence.created_at),
            updated: utc(sequence.updated_at),
            summaries: summaries(&sequence),
            items: Count { count: summary.nb_pictures },
            length_km: length_km(&sequence),
            visibility: sequence.visibility.as_str(),
            status: status_name(sequence.status),
            upload_software: upload_software(sequence.user_agent.as_deref()),
            accuracy,
            accuracy_type: accuracy.map(|_| "95% confidence interval"),
            links,
            sorted_by: sequence.sorted_by,
            semantics: sequence.semantics,
            title: sequence.title,
        }
    }
}

/// Metres as kilometres, to the metre.
pub(crate) fn kilometres(metres: f64) -> f64 {
    metres.round() / 1000.0
}

/// How long the track of a sequence is, kilometres.
pub(crate) fn length_km(sequence: &Sequence) -> f64 {
    kilometres(sequence.summary.length_m)
}

/// As the API names it.
pub(crate) fn status_name(status: SequenceStatus) -> &'static str {
    match status {
        SequenceStatus::Waiting => "preparing",
        SequenceStatus::Ready => "ready",
        SequenceStatus::Deleted => "deleted",
    }
}

/// The link to the licence's text.
pub(crate) fn license_link(license: &License) -> Link {
    let mut link =
        Link::json("license", license.url.clone()).titled(format!("License for this object ({})", license.id));
    // What media type the text has is not ours to say.
    link.media_type = None;
    link
}

fn summaries(sequence: &Sequence) -> Map<String, Value> {
    let summary = &sequence.summary;
    let mut all = Map::new();
    let mut camera = Map::new();
    let (make, model) = summary.camera.clone().unwrap_or_default();
    camera.extend(make.map(|make| ("make".to_owned(), json!(make))));
    camera.extend(model.map(|model| ("model".to_owned(), json!(model))));
    camera.extend(summary.focal_length.map(|mm| ("focal_length".to_owned(), json!(mm))));
    camera.extend(summary.field_of_view.map(|degrees| ("field_of_view".to_owned(), json!(degrees.round() as i64))));
    if !camera.is_empty() {
        all.insert("pers:interior_orientation".to_owned(), json!([camera]));
    }
    if let Some(density) = summary.pixel_density {
        all.insert("panoramax:horizontal_pixel_density".to_owned(), json!([density]));
    }
    all
}

/// Which kind of program a User-Agent belongs to, in the words of the Panoramax API.
fn upload_software(user_agent: Option<&str>) -> &'static str {
    let Some(agent) = user_agent.map(str::trim).filter(|agent| !agent.is_empty()) else { return "unknown" };
    let begins = |names: &[&str]| names.iter().any(|name| agent.starts_with(name));
    if begins(&["PanoramaxCLI", "GeoVisioCLI"]) {
        "cli"
    } else if begins(&["PanoramaxApp"]) {
        "mobile_app"
    } else if begins(&["Mozilla/"]) {
        "website"
    } else {
        "other"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_apart() {
        for (agent, kind) in [
            (Some("PanoramaxCLI/1.4.1 CPython/3.11"), "cli"),
            (Some("GeoVisioCLI/0.4"), "cli"),
            (Some("PanoramaxApp/1.0"), "mobile_app"),
            (Some("Mozilla/5.0 (X11; Linux x86_64)"), "website"),
            (Some("curl/8"), "other"),
            (Some(" "), "unknown"),
            (None, "unknown"),
        ] {
            assert_eq!(upload_software(agent), kind, "{agent:?}");
        }
    }
}
