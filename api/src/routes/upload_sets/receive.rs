//! `POST /upload_sets/{id}/files`.

use std::time::Duration;

use axum::{
    Json,
    extract::{FromRequest as _, Multipart, Request, State},
};
use flaneur_access::Viewer;
use flaneur_catalog::model::{
    Account, Camera, ChosenPlace, Edited, FileRecord, JobId, Orientation, Picture, PictureId, PictureStatus,
    Projection, Receipt, ReceivedFile, RefusedFile, Rejection, Revisions, Rights, Semantic, SequenceId, Severity,
    Shape, UploadSet, UploadSetId,
};
use flaneur_geotag::Geotag;
use flaneur_storage::{OriginalKey, Received};
use http::{StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;

use super::{
    form::PictureForm,
    formats::Head,
    intake::{Arrival, take_in},
    notices, overrides,
    told::FileDocument,
    view,
};
use crate::{
    Api, ApiError, ApiResult, Doing, Identity, PublicUrl, Whom,
    extract::Path,
    metrics, quota,
    uploader::{missing, own_upload_set},
};

/// How long a file waits for its turn while many others are being received.
const QUEUE: Duration = Duration::from_secs(30);

/// Send a picture.
///
/// The form has the part `file` and, if wanted, `picture_id` before it (a UUID chosen at random: a request that is
/// repeated with it gets the same answer, and makes no second picture), `isBlurred`, `override_latitude` with `override_longitude`,
/// `override_capture_time`, and `override_Exif.…` or `override_Xmp.…` for single tags. The same bytes sent again by their
/// owner with other overrides correct the picture.
#[utoipa::path(
    post, path = "/upload_sets/{id}/files", tag = "Upload",
    params(("id" = String, Path, description = "The set's id")),
    request_body(content_type = "multipart/form-data", content = PictureForm),
    responses(
        (status = 202, description = "It is stored, and will be blurred and shown; or the sender's picture of the same bytes will say what was sent with them now", body = FileDocument),
        (status = 400, description = "The file is no picture we take, lacks place or time, or was taken in an excluded area", body = crate::error::ErrorBody),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 403, description = "The set belongs to another account", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such set", body = crate::error::ErrorBody),
        (status = 409, description = "It has been sent before", body = crate::error::ErrorBody),
        (status = 413, description = "It is too large", body = crate::error::ErrorBody),
        (status = 415, description = "Not a form", body = crate::error::ErrorBody),
        (status = 422, description = "The set, or its account, has as much as it may have", body = crate::error::ErrorBody),
        (status = 429, description = "Too many files in a minute", body = crate::error::ErrorBody),
        (status = 503, description = "Too many files at once; try again in a moment", body = crate::error::ErrorBody),
    )
)]
pub async fn receive(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    Path(id): Path<String>,
    request: Request,
) -> ApiResult<(StatusCode, Json<FileDocument>)> {
    let outcome = take(&api, &identity, &url, &id, request).await;
    if let Err(error) = &outcome {
        metrics::refused(error);
    }
    outcome
}

async fn take(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    id: &str,
    request: Request,
) -> ApiResult<(StatusCode, Json<FileDocument>)> {
    let id: UploadSetId = id.parse().map_err(|_| missing())?;
    let (set, account) = own_upload_set(api, identity, id).await?;
    let record = take_form(api, &set, &account, None, request).await?;
    Ok((StatusCode::ACCEPTED, Json(view::file(&record, &set, account.id, url))))
}

/// Takes the picture of a request's form in, into a set; and into a sequence of it, at the position that the form says, if one is
/// named.
pub async fn take_form(
    api: &Api,
    set: &UploadSet,
    account: &Account,
    sequence: Option<SequenceId>,
    request: Request,
) -> ApiResult<FileRecord> {
    let multipart = form_of(request).await?;
    admit(api, set, account, 0).await?;
    let _turn = turn(api).await?;
    let (picture, at, arrival) = take_in(api, multipart, PictureId(api.world.id())).await?;
    let place = sequence.map(|sequence| ChosenPlace { sequence, position: arrival.form.position });
    let size = arrival.file.received.size;
    let record = Arrived::sent(api, set, account, picture, at, place).judge(arrival).await?;
    quota::add(api, account.id, i64::try_from(size).unwrap_or(i64::MAX));
    Ok(record)
}

/// The form of a request that has a picture in it.
async fn form_of(request: Request) -> ApiResult<Multipart> {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("multipart/form-data"));
    if !is_form {
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content type should be multipart/form-data"));
    }
    Multipart::from_request(request, &())
        .await
        .map_err(|_| ApiError::bad_request("The form could not be read: its Content-Type names no boundary"))
}

/// Refuses a file that would be one too many, whatever it is; and one of so many bytes (0: it is not known yet) that does not fit.
pub async fn admit(api: &Api, set: &UploadSet, account: &Account, coming: i64) -> ApiResult<()> {
    let most = api.settings.max_files_per_set;
    if set.received >= most {
        return Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("{most} files came to this upload set, as many as it may have: make another for the rest"),
        )
        .for_reason("too_many"));
    }
    api.pace.count(Whom::Account(account.id), Doing::Files, api.settings.max_files_per_minute, api.world.now())?;
    quota::admit(api, account, coming).await
}

/// Waits for a place among those that send, and keeps it until dropped.
pub async fn turn(api: &Api) -> ApiResult<OwnedSemaphorePermit> {
    match tokio::time::timeout(QUEUE, api.uploads.clone().acquire_owned()).await {
        Ok(Ok(turn)) => Ok(turn),
        _ => Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "Too many files at once; try again in a moment")),
    }
}

/// Where a file is to lie that is to become this picture: where its original belongs, unless there is such a picture, whose
/// original must not be written over.
pub async fn spot(api: &Api, picture: PictureId) -> ApiResult<OriginalKey> {
    let taken = !api.catalog.picture_files(&[picture]).await?.is_empty();
    Ok(OriginalKey(if taken { api.world.id() } else { picture.0 }))
}

/// A file that has come, however it did.
pub struct Arrived<'a> {
    /// What it is judged with.
    pub api: &'a Api,
    /// The set it was sent to.
    pub set: &'a UploadSet,
    /// Who sent it.
    pub account: &'a Account,
    /// The picture it is to become.
    pub picture: PictureId,
    /// Where it lies: see [`spot`].
    pub at: OriginalKey,
    /// Where it goes, if the client chose that.
    pub place: Option<ChosenPlace>,
    /// Its licence, and whom to name.
    pub rights: Rights,
    /// Tags that it comes with.
    pub semantics: Vec<Semantic>,
}

impl<'a> Arrived<'a> {
    /// One that says no more of itself than its file does: the rest is as its set says.
    pub fn sent(
        api: &'a Api,
        set: &'a UploadSet,
        account: &'a Account,
        picture: PictureId,
        at: OriginalKey,
        place: Option<ChosenPlace>,
    ) -> Self {
        let rights = set.options.rights.clone();
        Self { api, set, account, picture, at, place, rights, semantics: Vec::new() }
    }

    /// Makes a picture of it, or refuses it; then it does not lie in the private storage any more. Doing it again with
    /// the same picture gives the same answer.
    pub async fn judge(&self, arrival: Arrival) -> ApiResult<FileRecord> {
        let Arrival { form, file } = arrival;
        let header = match file.header {
            Ok(header) => header,
            Err(refusal) => return Err(self.refuse(file.name, &file.received, refusal.into_error()).await?),
        };
        let judged = form.overrides().and_then(|overrides| {
            let tag = geotag(&header, &overrides)?;
            let picture = self.picture(
                &header,
                &tag,
                &file.received,
                &file.name,
                form.claimed_blurred,
                overrides::to_json(&overrides),
            )?;
            Ok((picture, notices::of(&header, &tag)))
        });
        let (picture, notices) = match judged {
            Ok(judged) => judged,
            Err(error) => {
                self.clear().await?;
                return Err(self.refuse(file.name, &file.received, error).await?);
            }
        };
        let bytes = file.received.size;
        let received =
            ReceivedFile { upload_set: self.set.options.id, file_name: file.name, picture, notices, place: self.place };
        let receipt = self.api.catalog.receive_file(received, [self.job(), self.job(), self.job()]).await;
        match receipt {
            Ok(Receipt::Accepted(record)) => {
                metrics::accepted(bytes);
                Ok(record)
            }
            Ok(Receipt::Repeated(record) | Receipt::Corrected(record)) => {
                self.clear().await?;
                Ok(record)
            }
            // Whether it was committed is unknown: the sweeper decides what becomes of the original.
            Err(error) => Err(error.into()),
            Ok(refused) => {
                self.clear().await?;
                Err(self.already(&refused).await?)
            }
        }
    }

    /// Destroys what came, unless the picture exists and this is where its original belongs: a client that chooses ids may
    /// choose one twice, at once.
    async fn clear(&self) -> ApiResult<()> {
        let own = self.at.0 == self.picture.0;
        if own && !self.api.catalog.picture_files(&[self.picture]).await?.is_empty() {
            return Ok(());
        }
        Ok(self.api.storage.private.destroy(self.at).await?)
    }

    fn job(&self) -> JobId {
        JobId(self.api.world.id())
    }

    async fn already(&self, receipt: &Receipt) -> ApiResult<ApiError> {
        Ok(match receipt {
            Receipt::SameInSet { existing } => ApiError::conflict("The item has already been added to this upload set")
                .with("existing_item", json!({ "id": existing }))
                .for_reason("duplicate_in_set"),
            Receipt::NameTaken { existing } if self.place.is_some() => {
                ApiError::conflict("There is already a picture with the same index in the sequence")
                    .with("existing_item", json!({ "id": existing }))
                    .for_reason("name_taken")
            }
            Receipt::NameTaken { existing } => {
                ApiError::conflict("A different picture with the same name has already been added to this uploadset")
                    .with("existing_item", json!({ "id": existing }))
                    .for_reason("name_taken")
            }
            Receipt::Duplicate { existing, upload_set, owner } => {
                let error = ApiError::conflict("The same picture has already been sent in a past upload")
                    .for_reason("duplicate");
                let viewer = Viewer::Account { id: self.account.id.0, admin: self.account.admin };
                if *owner == self.account.id || self.account.admin {
                    error.with("upload_sets", json!([{ "upload_set_id": upload_set, "existing_item_id": existing }]))
                } else if self.api.catalog.item(viewer, *existing).await?.is_some() {
                    error.with("existing_picture", json!({ "id": existing }))
                } else {
                    // The id of what the sender may not see is not told.
                    error
                }
            }
            Receipt::IdTaken => {
                ApiError::conflict("There is another picture with this `picture_id`: choose a fresh one")
                    .for_reason("id_taken")
            }
            // It is the sender who is told: their own areas are no secret to them.
            Receipt::InExcludedArea(exclusion) => ApiError::bad_request("Picture is located within an excluded area")
                .because(exclusion.sentence())
                .for_reason("in_excluded_area"),
            Receipt::Accepted(_) | Receipt::Repeated(_) | Receipt::Corrected(_) | Receipt::NoSuchSet => missing(),
        })
    }

    /// Notes the refusal in the set's list of files, and answers it.
    async fn refuse(&self, file_name: String, received: &Received, error: ApiError) -> ApiResult<ApiError> {
        let details = error.detail().cloned();
        let reason = if details.as_ref().is_some_and(|details| details.get("missing_fields").is_some()) {
            "invalid_metadata"
        } else {
            "invalid_file"
        };
        let message = match details.as_ref().and_then(|details| details["error"].as_str()) {
            Some(sentence) => sentence.to_owned(),
            None => error.message().to_owned(),
        };
        let refused = RefusedFile {
            upload_set: self.set.options.id,
            file_name,
            content_md5: (received.size > 0).then(|| received.md5.clone()),
            size: Some(received.size as i64),
            inserted_at: self.api.world.now(),
            rejection: Rejection { reason: reason.to_owned(), severity: Severity::Error, message, details },
        };
        self.api.catalog.refuse_file(refused, self.job()).await?;
        Ok(error)
    }

    fn picture(
        &self,
        header: &Head,
        tag: &Geotag,
        received: &Received,
        file_name: &str,
        claimed_blurred: bool,
        overrides: Value,
    ) -> ApiResult<Picture> {
        let (position, captured) = match (&tag.position, &tag.captured) {
            (Some(position), Some(captured)) => (position, captured),
            (position, captured) => return Err(incomplete(position.is_none(), captured.is_none(), tag)),
        };
        let now = self.api.world.now();
        let (width, height) = header.size();
        let (width, height) = if tag.orientation >= 5 { (height, width) } else { (width, height) };
        Ok(Picture {
            id: self.picture,
            account: self.account.id,
            upload_set: self.set.options.id,
            sequence: None,
            rank: None,
            status: PictureStatus::Waiting,
            visibility: self.set.options.visibility,
            exclusion: None,
            withheld: false,
            lon: position.lon,
            lat: position.lat,
            altitude: position.altitude,
            accuracy: tag.accuracy,
            captured_at: captured.instant,
            captured_local: captured.local.clone(),
            orientation: Orientation {
                heading: tag.heading.as_ref().map(|heading| heading.degrees),
                heading_computed: false,
                sensor_heading: tag.heading.as_ref().map(|heading| heading.degrees),
                pitch: tag.pitch,
                roll: tag.roll,
                yaw: tag.yaw,
            },
            projection: match tag.projection {
                flaneur_geotag::Projection::Flat => Projection::Flat,
                flaneur_geotag::Projection::Equirectangular => Projection::Equirectangular,
            },
            shape: Shape { width: i64::from(width), height: i64::from(height) },
            camera: Camera {
                make: tag.make.clone(),
                model: tag.model.clone(),
                focal_length: tag.focal_length,
                field_of_view: tag.field_of_view,
                artist: tag.artist.clone(),
            },
            exif: tag.exif.clone().into(),
            overrides,
            revisions: Revisions::default(),
            edited: Edited::default(),
            rights: self.rights.clone(),
            semantics: self.semantics.clone(),
            annotation_changes: 0,
            file_name: file_name.to_owned(),
            content_md5: received.md5.clone(),
            content_sha256: received.sha256.clone(),
            size: received.size as i64,
            claimed_blurred,
            original: Some(OriginalKey(self.picture.0).to_string()),
            objects: None,
            created_at: now,
            updated_at: now,
        })
    }
}

fn geotag(header: &Head, overrides: &flaneur_geotag::Overrides) -> ApiResult<Geotag> {
    let mut tag = header.geotag().map_err(|error| invalid("Impossible to parse picture metadata").because(error))?;
    flaneur_geotag::apply(&mut tag, overrides)
        .map_err(|error| invalid("One of the overrides makes no sense").because(error))?;
    Ok(tag)
}

fn invalid(message: &'static str) -> ApiError {
    ApiError::bad_request(message).for_reason("invalid_metadata")
}

/// The words are those clients of the reference server compare with.
fn incomplete(no_position: bool, no_time: bool, tag: &Geotag) -> ApiError {
    let (place, time) =
        ("No GPS coordinates or broken coordinates in picture EXIF tags", "No valid date in picture EXIF tags");
    let (error, fields) = match (no_position, no_time) {
        (true, true) => (
            format!("The picture is missing mandatory metadata:\n\t- {place}\n\t- {time}"),
            vec!["datetime", "location"],
        ),
        (true, false) => (place.to_owned(), vec!["location"]),
        (false, _) => (time.to_owned(), vec!["datetime"]),
    };
    let doubts: Vec<String> = tag.doubts.iter().map(ToString::to_string).collect();
    ApiError::bad_request("Impossible to parse picture metadata")
        .with("details", json!({ "error": error, "missing_fields": fields, "doubts": doubts }))
        .for_reason("missing_metadata")
}
