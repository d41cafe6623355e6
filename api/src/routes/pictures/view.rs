//! `/pictures/{id}/view.jpg`: what a camera in the middle of a panorama would see.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{Item, PictureId};
use flaneur_jpeg::PerspectiveView;
use http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    files::entity_tag,
    panorama::{made, panorama_of},
    send, with_files,
};
use crate::{
    Api, ApiError, ApiResult, Identity,
    error::ErrorBody,
    extract::{Path, Query},
    respond::Reply,
    stac::orientation::visible_area,
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(view))
}

/// Angles are rounded to this part of a degree, which moves the sharpest view (2048 pixels of 10 degrees) by a pixel at most.
const STEPS_PER_DEGREE: f64 = 100.0;

/// The camera, as it stands in a query string.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct ViewParameters {
    /// Where the camera looks: degrees clockwise from north, -360 to 360. Only if the picture's own heading is known
    /// (`flaneur:heading_source` is not `none`), and only without `yaw`.
    #[param(value_type = Option<f64>, minimum = -360, maximum = 360, example = 90)]
    heading: Option<String>,
    /// Where the camera looks: degrees to the right of the picture's middle, -360 to 360. 0 if neither is given.
    #[param(value_type = Option<f64>, minimum = -360, maximum = 360, example = -45)]
    yaw: Option<String>,
    /// Degrees above the horizon, -90 to 90.
    #[param(value_type = Option<f64>, minimum = -90, maximum = 90, default = 0, example = 5)]
    pitch: Option<String>,
    /// Degrees that the camera is turned clockwise around its axis, -180 to 180.
    #[param(value_type = Option<f64>, minimum = -180, maximum = 180, default = 0, example = 0)]
    roll: Option<String>,
    /// How much the view shows from its left to its right edge, degrees, 10 to 120.
    #[param(value_type = Option<f64>, minimum = 10, maximum = 120, default = 90, example = 75)]
    fov: Option<String>,
    /// Pixels per row, 16 to 2048.
    #[param(value_type = Option<u32>, minimum = 16, maximum = 2048, default = 1024, example = 1280)]
    width: Option<String>,
    /// Rows, 16 to 2048.
    #[param(value_type = Option<u32>, minimum = 16, maximum = 2048, default = 768, example = 720)]
    height: Option<String>,
}

/// Where the camera looks along the horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Towards {
    /// Degrees clockwise from north.
    Heading(f64),
    /// Degrees to the right of the picture's middle.
    Yaw(f64),
}

/// A view whose numbers are in their ranges; its `yaw_deg` still to come.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Camera {
    towards: Towards,
    view: PerspectiveView,
}

impl ViewParameters {
    fn read(&self) -> ApiResult<Camera> {
        let towards = match (&self.heading, &self.yaw) {
            (Some(_), Some(_)) => {
                let sentence =
                    "`heading` counts from north, `yaw` from the middle of the picture: give one of them only";
                return Err(ApiError::bad_request(sentence));
            }
            (Some(_), None) => Towards::Heading(angle("heading", self.heading.as_deref(), 0.0, (-360.0, 360.0))?),
            (None, yaw) => Towards::Yaw(angle("yaw", yaw.as_deref(), 0.0, (-360.0, 360.0))?),
        };
        let view = PerspectiveView {
            yaw_deg: 0.0,
            pitch_deg: angle("pitch", self.pitch.as_deref(), 0.0, (-90.0, 90.0))?,
            roll_deg: angle("roll", self.roll.as_deref(), 0.0, (-180.0, 180.0))?,
            fov_deg: angle("fov", self.fov.as_deref(), 90.0, (10.0, 120.0))?,
            width: side("width", self.width.as_deref(), 1024)?,
            height: side("height", self.height.as_deref(), 768)?,
        };
        Ok(Camera { towards, view })
    }
}

impl Camera {
    /// The view of a picture whose middle looks to `heading`, degrees clockwise from north.
    fn of(self, heading: Option<f64>) -> ApiResult<PerspectiveView> {
        let yaw = match (self.towards, heading) {
            (Towards::Yaw(yaw), _) => yaw,
            (Towards::Heading(wanted), Some(middle)) => wanted - middle,
            (Towards::Heading(_), None) => {
                return Err(ApiError::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "Nobody knows which way this picture looks; use `yaw`, which counts from its middle, in place of \
                     `heading`",
                ));
            }
        };
        Ok(PerspectiveView { yaw_deg: rounded((yaw + 180.0).rem_euclid(360.0) - 180.0), ..self.view })
    }
}

/// Degrees between two others.
fn angle(name: &str, text: Option<&str>, default: f64, (least, most): (f64, f64)) -> ApiResult<f64> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(default) };
    match text.parse::<f64>() {
        Ok(degrees) if (least..=most).contains(&degrees) => Ok(rounded(degrees)),
        _ => Err(ApiError::bad_request(format!("`{name}` has to be a number of degrees from {least} to {most}"))),
    }
}

/// To the steps in which angles are told apart; never the negative zero, which is written differently.
fn rounded(degrees: f64) -> f64 {
    (degrees * STEPS_PER_DEGREE).round() / STEPS_PER_DEGREE + 0.0
}

/// Pixels of a side.
fn side(name: &str, text: Option<&str>, default: u32) -> ApiResult<u32> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(default) };
    match text.parse() {
        Ok(pixels) if (16..=2048).contains(&pixels) => Ok(pixels),
        _ => Err(ApiError::bad_request(format!("`{name}` has to be a whole number of pixels from 16 to 2048"))),
    }
}

/// What tells a view of a panorama from all others of it, and from its tiles.
fn name(view: &PerspectiveView) -> String {
    let PerspectiveView { yaw_deg, pitch_deg, roll_deg, fov_deg, width, height } = view;
    format!("view_{yaw_deg}_{pitch_deg}_{roll_deg}_{fov_deg}_{width}x{height}")
}

/// A perspective view of a panorama
///
/// What a camera in the middle of a 360° picture would see, as a plain JPEG file: for articles, notes and programs that cannot
/// show a panorama. Without parameters it looks ahead, to the middle of the picture. Angles count in the picture as it is,
/// whose horizon may be inclined. Flat pictures and panoramas of a part of the sphere have no views.
#[utoipa::path(
    get, path = "/pictures/{id}/view.jpg", tag = "Files",
    params(
        ("id" = Uuid, Path, description = "The picture", example = "b8650662-1ef2-4d6f-8bc3-77f4a2896284"),
        ViewParameters,
    ),
    responses(
        (status = 200, description = "The view", content_type = "image/jpeg", body = [u8]),
        (status = 206, description = "The bytes that `Range` asks for", content_type = "image/jpeg", body = [u8]),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 400, description = "A parameter is out of its range", body = ErrorBody,
            example = json!({"message": "`fov` has to be a number of degrees from 10 to 120", "status_code": 400})),
        (status = 404, description = "There is no such picture, as far as this viewer goes, or it is not a whole panorama", body = ErrorBody,
            example = json!({"message": "Views are made of 360° pictures only; this one is flat: use its hd.jpg or sd.jpg", "status_code": 404})),
        (status = 422, description = "The picture has no heading, or the view shows too much of it", body = ErrorBody,
            example = json!({"message": "Nobody knows which way this picture looks; use `yaw`, which counts from its middle, in place of `heading`", "status_code": 422})),
    )
)]
async fn view(
    State(api): State<Api>,
    identity: Identity,
    reply: Reply,
    method: Method,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Query(parameters): Query<ViewParameters>,
) -> ApiResult<Response> {
    let camera = parameters.read()?;
    let send = |item| send_view(&api, &reply, &method, &headers, item, camera);
    with_files(&api, &identity, PictureId(id), send).await
}

/// None if the files of the panorama went away after it was looked up.
async fn send_view(
    api: &Api,
    reply: &Reply,
    method: &Method,
    headers: &HeaderMap,
    item: Item,
    camera: Camera,
) -> ApiResult<Option<Response>> {
    let (panorama, _) = panorama_of(&item)?.ok_or_else(|| {
        ApiError::not_found("Views are made of 360° pictures only; this one is flat: use its hd.jpg or sd.jpg")
    })?;
    if visible_area(&item.picture.exif).is_some() {
        let sentence =
            "Views are made of whole panoramas only; this one shows a part of the sphere: use its hd.jpg or sd.jpg";
        return Err(ApiError::not_found(sentence));
    }
    let view = camera.of(item.picture.orientation.heading)?;
    let name = name(&view);
    let tag = entity_tag(&panorama.part(&name))?;
    if let Some(response) = send::unchanged(reply, &tag) {
        return Ok(Some(response));
    }
    let view = made(api.cutter.view(&api.storage.public, &panorama, &name, view).await)?;
    Ok(view.map(|file| send::send_made(reply, method, headers, &file, tag)))
}

#[cfg(test)]
mod tests;
