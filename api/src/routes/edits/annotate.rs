//! `POST /collections/{collection}/items/{id}/annotations` and `POST /pictures/{id}/annotations`: tagging a part of a picture.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use flaneur_access::Visibility;
use flaneur_catalog::model::{AnnotationId, EditChange, EditReceipt, Marked, PictureId, SequenceId, Shape, Wish};
use http::{HeaderValue, header};
use serde_json::{Map, Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Kinds, fields, make, new_edit, permit,
    tags::tag_edits,
    told::TagEdit,
    view::{AnnotationDocument, annotation_document},
};
use crate::{
    Api, ApiError, ApiResult, Identity, PublicUrl,
    error::ErrorBody,
    extract::{self, Path},
    routes::pictures::{find_item, no_item},
};

/// Most corners of a shape.
const MOST_CORNERS: usize = 1000;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(annotate_item)).routes(routes!(annotate_picture))
}

/// An annotation to be made.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what is read from a map")]
struct NewAnnotation {
    /// A box `[left, top, right, bottom]` or a GeoJSON polygon with one ring, pixels of the full resolution from its top left.
    #[schema(value_type = Value)]
    shape: Value,
    /// Its tags.
    #[schema(value_type = Option<Vec<TagEdit>>)]
    semantics: Option<Value>,
}

/// Tag a part of a picture
///
/// Where this very part is marked already, the tags are added to that annotation.
#[utoipa::path(
    post, path = "/collections/{collection}/items/{id}/annotations", tag = "Editing",
    params(
        ("collection" = Uuid, Path, description = "The sequence"),
        ("id" = Uuid, Path, description = "The picture"),
    ),
    request_body = NewAnnotation,
    responses(
        (status = 200, description = "The annotation; `Location` is its address", body = AnnotationDocument),
        (status = 400, description = "The shape is not in the picture, or a tag makes no sense", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There is no such picture in this sequence, as far as this viewer goes", body = ErrorBody),
        (status = 415, description = "The body is not JSON", body = ErrorBody),
        (status = 429, description = "More edits in a minute than are taken from one account", body = ErrorBody),
    )
)]
async fn annotate_item(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    Path((sequence, picture)): Path<(Uuid, Uuid)>,
    extract::Json(body): extract::Json<Map<String, Value>>,
) -> ApiResult<Response> {
    annotate(&api, &identity, &url, (Some(SequenceId(sequence)), PictureId(picture)), &body).await
}

/// Tag a part of a picture, by the picture's id alone
///
/// As below its sequence.
#[utoipa::path(
    post, path = "/pictures/{id}/annotations", tag = "Editing",
    params(("id" = Uuid, Path, description = "The picture")),
    request_body = NewAnnotation,
    responses(
        (status = 200, description = "The annotation; `Location` is its address", body = AnnotationDocument),
        (status = 400, description = "The shape is not in the picture, or a tag makes no sense", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There is no such picture, as far as this viewer goes", body = ErrorBody),
        (status = 415, description = "The body is not JSON", body = ErrorBody),
        (status = 429, description = "More edits in a minute than are taken from one account", body = ErrorBody),
    )
)]
async fn annotate_picture(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    Path(picture): Path<Uuid>,
    extract::Json(body): extract::Json<Map<String, Value>>,
) -> ApiResult<Response> {
    annotate(&api, &identity, &url, (None, PictureId(picture)), &body).await
}

async fn annotate(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    (sequence, picture): (Option<SequenceId>, PictureId),
    body: &Map<String, Value>,
) -> ApiResult<Response> {
    identity.require()?;
    let item = find_item(api, identity, picture).await?;
    if sequence.is_some() && item.picture.sequence != sequence {
        return Err(no_item());
    }
    let kinds = Kinds { tags: true, ..Kinds::default() };
    permit(api, identity, item.picture.subject(Visibility::Anyone), kinds, "picture").await?;
    fields::only(body, &["shape", "semantics"])?;
    let shape = ring(body.get("shape").unwrap_or(&Value::Null), item.picture.shape)?;
    let tags = body.get("semantics").map(tag_edits).transpose()?.unwrap_or_default();
    if !tags.remove.is_empty() {
        return Err(ApiError::bad_request("an annotation that is made has no tags to delete"));
    }
    let id = AnnotationId(api.world.id());
    let marked = Marked { shape: shape.clone(), semantics: tags.add };
    let wish = Wish::Mark { id, picture, marked };
    let id = match make(api, &new_edit(api, identity, json!({ "annotate": picture }), vec![wish])?).await? {
        EditReceipt::Done { changes, .. } => changes.into_iter().find_map(|change| match change {
            EditChange::Annotation { id, .. } => Some(id),
            EditChange::Picture { .. } | EditChange::Sequence { .. } => None,
        }),
        // The part is marked already, and nothing was to be added.
        _ => {
            item.annotations.iter().find(|annotation| annotation.marked.shape == shape).map(|annotation| annotation.id)
        }
    };
    let annotation = match id {
        Some(id) => api.catalog.annotation(id).await?,
        None => None,
    };
    let annotation = annotation.ok_or_else(no_item)?;
    let address = url.api(format_args!("/annotations/{}", annotation.id));
    let mut answer = Json(annotation_document(&annotation)).into_response();
    if let Ok(address) = HeaderValue::try_from(address) {
        answer.headers_mut().insert(header::LOCATION, address);
    }
    Ok(answer)
}

/// A box or polygon as a closed ring inside a picture.
pub(super) fn ring(value: &Value, size: Shape) -> ApiResult<Vec<[i64; 2]>> {
    let refuse = || {
        ApiError::bad_request(format!(
            "`shape` has to be a box [left, top, right, bottom] or a polygon {{\"type\": \"Polygon\", \"coordinates\": [[[x, y], …]]}} \
             of one closed ring with at most {MOST_CORNERS} corners, in whole pixels"
        ))
    };
    let pixel = |value: &Value| {
        // Some clients write 100.0.
        value.as_i64().or_else(|| value.as_f64().filter(|number| number.fract() == 0.0).map(|number| number as i64))
    };
    let ring: Vec<[i64; 2]> = match value {
        Value::Array(sides) if sides.len() == 4 => {
            let sides: Vec<i64> = sides.iter().map(pixel).collect::<Option<_>>().ok_or_else(refuse)?;
            let [left, top, right, bottom] = sides[..] else { return Err(refuse()) };
            if left >= right || top >= bottom {
                return Err(ApiError::bad_request("the box has no inside: it is [left, top, right, bottom]"));
            }
            vec![[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]
        }
        Value::Object(polygon) if polygon.get("type") == Some(&json!("Polygon")) => {
            let rings = polygon.get("coordinates").and_then(Value::as_array).ok_or_else(refuse)?;
            let [Value::Array(points)] = rings.as_slice() else { return Err(refuse()) };
            let point = |value: &Value| match value.as_array()?.as_slice() {
                [x, y] => Some([pixel(x)?, pixel(y)?]),
                _ => None,
            };
            let ring: Vec<[i64; 2]> = points.iter().map(point).collect::<Option<_>>().ok_or_else(refuse)?;
            if ring.len() < 4 || ring.len() > MOST_CORNERS || ring.first() != ring.last() {
                return Err(refuse());
            }
            ring
        }
        _ => return Err(refuse()),
    };
    let inside = |[x, y]: &[i64; 2]| (0..=size.width).contains(x) && (0..=size.height).contains(y);
    if ring.iter().all(inside) {
        Ok(ring)
    } else {
        Err(ApiError::bad_request(format!(
            "the shape reaches beyond the picture, which has {} × {} pixels",
            size.width, size.height
        )))
    }
}
