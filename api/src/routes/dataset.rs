//! `/dataset`: everything that anybody may see, as GeoParquet files.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{DatasetPart, VARIOUS};
use flaneur_coverage::quadkey::Bbox;
use flaneur_dataset::ColumnDescription;
use flaneur_storage::ObjectKind;
use http::{HeaderMap, Method, StatusCode};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::pictures::{entity_tag, public_key, send, unchanged};
use crate::{
    Api, ApiError, ApiResult, Link, PublicUrl,
    error::ErrorBody,
    extract::Path,
    respond::{Members, Reply},
    stac::{Extent, STAC_VERSION, bbox_array, collection::license_link, multihash, utc},
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(collection)).routes(routes!(part))
}

/// The public's pictures as GeoParquet files
///
/// A STAC Collection with an asset a file. Together they have every picture that anybody may see, as the instance was when it
/// last wrote them (`updated`); what happened since the line `flaneur:change` of the change log is at `/changes`. The name of a
/// file says what is in it: who has one with a name that is on the list need not fetch it again. Where a picture was withdrawn,
/// the file that it was in is not given out any more and missing on the list (`flaneur:incomplete`) until it is written anew, a
/// moment later.
#[utoipa::path(
    get, path = "/dataset", tag = "Dataset",
    responses(
        (status = 200, description = "A STAC Collection", content_type = "application/json", body = DatasetCollection,
            example = json!({"type": "Collection", "stac_version": "1.0.0", "id": "dataset", "license": "CC-BY-SA-4.0",
                "flaneur:change": 4711, "flaneur:incomplete": false, "updated": "2026-11-30T02:00:00+00:00",
                "assets": {"120220013": {"href": "https://pics.example.org/api/dataset/120220013-8f3ac01d5d6b2f10.parquet",
                    "type": "application/vnd.apache.parquet", "roles": ["data"], "file:size": 1_204_112,
                    "table:row_count": 8123}}})),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "This instance makes none", body = ErrorBody,
            example = json!({"message": "this instance offers no dataset", "status_code": 404})),
    )
)]
async fn collection(State(api): State<Api>, url: PublicUrl, reply: Reply) -> ApiResult<Response> {
    if api.settings.dataset.is_none() {
        return Err(none_here());
    }
    let parts = api.catalog.dataset_parts().await?;
    let incomplete =
        parts.is_empty() && api.catalog.extent().await?.is_some() || parts.iter().any(|part| part.withdrawn);
    let shown: Vec<&DatasetPart> = parts.iter().filter(|part| !part.withdrawn).collect();
    reply.json(&describe(&api, &url, &shown, incomplete))
}

/// The dataset as a STAC Collection.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct DatasetCollection {
    /// Always `Collection`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Always `1.0.0`.
    stac_version: &'static str,
    /// Extensions whose schemas it keeps to.
    stac_extensions: [&'static str; 3],
    /// Always `dataset`.
    id: &'static str,
    /// Title.
    title: String,
    /// For people.
    description: &'static str,
    /// For searches by word.
    keywords: [&'static str; 2],
    /// SPDX identifier; `various` where pictures may have several.
    license: String,
    /// The instance.
    providers: [Host; 1],
    /// Where and when all of it was taken.
    extent: Extent,
    /// When the oldest of the files was written; null: there is none.
    #[schema(required)]
    updated: Option<String>,
    /// Number of the last line of the change log that surely is in all files.
    #[serde(rename = "flaneur:change")]
    change: i64,
    /// Whether a file is missing, because a picture in it was withdrawn or because none was written yet.
    #[serde(rename = "flaneur:incomplete")]
    incomplete: bool,
    /// Always `geometry`: the column that says where pictures are.
    #[serde(rename = "table:primary_geometry")]
    primary_geometry: &'static str,
    /// The columns of each file, in order.
    #[serde(rename = "table:columns")]
    columns: Vec<Column>,
    /// Pictures in all files.
    #[serde(rename = "table:row_count")]
    rows: i64,
    /// Where to go from here.
    links: Vec<Link>,
    /// The files, each named by the quadkey of the map's tile that its pictures are in.
    #[schema(value_type = HashMap<String, DatasetAsset>)]
    assets: Members<DatasetAsset>,
}

/// Who hosts the dataset.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Host {
    /// What the instance is called.
    name: String,
    /// Always `host`.
    roles: [&'static str; 1],
    /// Its address.
    url: String,
}

/// A column of the files.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Column {
    /// Its name.
    name: &'static str,
    /// Its type, in Arrow's words.
    #[serde(rename = "type")]
    kind: String,
    /// What it says.
    description: &'static str,
}

/// A file of the dataset.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct DatasetAsset {
    /// Absolute address, which changes when what is in the file does.
    href: String,
    /// Always `application/vnd.apache.parquet`.
    #[serde(rename = "type")]
    media_type: &'static str,
    /// Title.
    title: String,
    /// Always `data`.
    roles: [&'static str; 1],
    /// Bytes.
    #[serde(rename = "file:size")]
    size: i64,
    /// Pictures in it.
    #[serde(rename = "table:row_count")]
    rows: i64,
    /// Where they are: west, south, east, north, degrees.
    #[serde(rename = "proj:bbox")]
    bbox: [f64; 4],
    /// The time that it tells the pictures of.
    updated: String,
    /// What the bytes add up to, as a multihash in hexadecimal digits: SHA-256.
    #[serde(rename = "file:checksum", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    checksum: Option<String>,
}

fn describe(api: &Api, url: &PublicUrl, parts: &[&DatasetPart], incomplete: bool) -> DatasetCollection {
    let settings = &api.settings;
    let around = parts.iter().map(|part| part.bbox).reduce(|a, b| Bbox {
        west: a.west.min(b.west),
        south: a.south.min(b.south),
        east: a.east.max(b.east),
        north: a.north.max(b.north),
    });
    let captured = parts.iter().map(|part| part.captured).reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]);
    let several = settings.license_ids().count() > 1;
    let mut links = vec![
        Link::json("root", url.api("")).titled("Instance catalog"),
        Link::json("parent", url.api("")).titled("Instance catalog"),
        Link::json("self", url.api("/dataset")),
        Link::json("flaneur:changes", url.api("/changes")).titled("What changed, line by line"),
    ];
    links.extend((!several).then(|| license_link(&settings.license)));
    let column =
        |column: ColumnDescription| Column { name: column.name, kind: column.kind, description: column.description };
    DatasetCollection {
        kind: "Collection",
        stac_version: STAC_VERSION,
        stac_extensions: [
            "https://stac-extensions.github.io/table/v1.2.0/schema.json",
            "https://stac-extensions.github.io/file/v2.1.0/schema.json",
            "https://stac-extensions.github.io/projection/v1.1.0/schema.json",
        ],
        id: "dataset",
        title: format!("{}: all pictures", settings.name),
        description: "Every picture that anybody may see, a row each, as GeoParquet files: one a tile of the map, named by its quadkey. Columns are laid out as stac-geoparquet has it.",
        keywords: ["pictures", "street-level imagery"],
        license: if several { VARIOUS.to_owned() } else { settings.license.id.clone() },
        providers: [Host { name: settings.name.clone(), roles: ["host"], url: url.0.clone() }],
        extent: Extent::of(around.as_ref(), captured.map(|[first, last]| (first, last))),
        updated: parts.iter().map(|part| part.as_of).min().map(utc),
        change: parts.iter().map(|part| part.number).min().unwrap_or(0),
        incomplete,
        primary_geometry: "geometry",
        columns: flaneur_dataset::columns().into_iter().map(column).collect(),
        rows: parts.iter().map(|part| part.pictures).sum(),
        links,
        assets: parts.iter().map(|part| (part.tile.clone(), asset(part, url))).collect(),
    }
}

fn asset(part: &DatasetPart, url: &PublicUrl) -> DatasetAsset {
    DatasetAsset {
        href: url.api(format_args!("/dataset/{}", part.file)),
        media_type: ObjectKind::Dataset.media_type(),
        title: format!("Pictures in the tile {}", part.tile),
        roles: ["data"],
        size: part.size,
        rows: part.pictures,
        bbox: bbox_array(&part.bbox),
        updated: utc(part.as_of),
        checksum: public_key(&part.object).ok().map(|key| multihash(key.content_hash())),
    }
}

/// A file of the dataset
///
/// Answers a single `Range`, so that readers take of it only what they need. Its name says what is in it: it never changes.
#[utoipa::path(
    get, path = "/dataset/{file}", tag = "Dataset",
    params(("file" = String, Path, description = "As on the list at `/dataset`", example = "120220013-8f3ac01d5d6b2f10.parquet")),
    responses(
        (status = 200, description = "The file", content_type = "application/vnd.apache.parquet", body = [u8]),
        (status = 206, description = "The bytes that `Range` asks for", content_type = "application/vnd.apache.parquet", body = [u8]),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "There is no such file, or not any more", body = ErrorBody,
            example = json!({"message": "there is no such file: see /api/dataset for those that there are", "status_code": 404})),
        (status = 410, description = "A picture in it was withdrawn: it is written anew, under another name", body = ErrorBody,
            example = json!({"message": "a picture in this file was withdrawn: see /api/dataset for the one that takes its place", "status_code": 410})),
        (status = 416, description = "`Range` begins behind the end", body = ErrorBody,
            example = json!({"message": "the file has 1204112 bytes only", "status_code": 416})),
    )
)]
async fn part(
    State(api): State<Api>,
    reply: Reply,
    method: Method,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> ApiResult<Response> {
    if api.settings.dataset.is_none() {
        return Err(none_here());
    }
    let part = api.catalog.dataset_part(&file).await?.ok_or_else(no_file)?;
    if part.withdrawn {
        return Err(ApiError::new(
            StatusCode::GONE,
            "a picture in this file was withdrawn: see /api/dataset for the one that takes its place",
        ));
    }
    let key = public_key(&part.object)?;
    let tag = entity_tag(key.content_hash())?;
    if let Some(response) = unchanged(&reply, &tag) {
        return Ok(response);
    }
    let sent = send(&api, &reply, &method, &headers, &key, tag).await?;
    sent.ok_or_else(|| {
        tracing::warn!(file, "a file of the dataset is missing: replaced just now, or lost");
        no_file()
    })
}

fn none_here() -> ApiError {
    ApiError::not_found("this instance offers no dataset")
}

fn no_file() -> ApiError {
    ApiError::not_found("there is no such file: see /api/dataset for those that there are")
}
