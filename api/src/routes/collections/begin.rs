//! `POST /collections`: a sequence that a client begins itself, picture by picture.

use axum::{Json, extract::State, response::AppendHeaders};
use flaneur_access::Visibility;
use flaneur_catalog::{
    CatalogError,
    model::{Account, NewUploadSet, Rights, SequenceId, SortMethod, UploadSet, UploadSetId},
};
use http::{HeaderMap, HeaderName, header};
use serde_json::{Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{collection_document, find_sequence};
use crate::{
    Api, ApiError, ApiResult, Identity, PublicUrl,
    error::ErrorBody,
    rights,
    routes::{
        edits::Patch,
        upload_sets::{admit_set, check_title, user_agent},
    },
    stac::Collection,
    uploader::{agreed, uploader},
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(begin))
}

/// Begin a sequence
///
/// For programs that send pictures one by one to `POST /collections/{id}/items`, in the order that they say. Nothing is split or left
/// out as a duplicate; an upload set (`POST /upload_sets`) does that.
#[utoipa::path(
    post, path = "/collections", tag = "Upload",
    request_body(content((Object = "application/json"), (Object = "application/x-www-form-urlencoded"), (Object = "multipart/form-data")),
        description = "`title`; if wanted, `id` (a UUID chosen at random) and `visibility`",
        example = json!({"title": "A walk along the river"})),
    responses(
        (status = 200, description = "The sequence; `Location` is its address", content_type = "application/json", body = Collection),
        (status = 400, description = "There is no title, or something makes no sense", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "Agree to the terms of service first", body = ErrorBody),
        (status = 409, description = "The id is taken", body = ErrorBody),
        (status = 415, description = "The body is neither JSON nor a form", body = ErrorBody),
        (status = 429, description = "Too many sequences in a day", body = ErrorBody),
    )
)]
async fn begin(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    headers: HeaderMap,
    Patch(fields): Patch,
) -> ApiResult<(AppendHeaders<[(HeaderName, String); 1]>, Json<Collection>)> {
    let account = uploader(&api, &identity).await?;
    agreed(&api, &account, &url).await?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::trim);
    let id = match text("id") {
        None => api.world.id(),
        Some(id) => chosen(id)?,
    };
    let usual = api.catalog.choices(account.id).await?;
    let said = rights::spoken_of(&api.settings, &fields, &usual.rights)?.unwrap_or(usual.rights);
    let visibility = match text("visibility") {
        None => usual.default_visibility.unwrap_or_default(),
        Some(name) => {
            name.parse::<Visibility>().map_err(|error| ApiError::bad_request(format!("`visibility`: {error}")))?
        }
    };
    let title = check_title(text("title").unwrap_or_default())?;
    admit_set(&api, &account).await?;
    let sequence = SequenceId(id);
    let set = NewUploadSet {
        user_agent: user_agent(&headers),
        rights: rights::for_new(&api.settings, said),
        ..plain_set(&api, &account, title, visibility)
    };
    api.catalog.begin_sequence(set, sequence).await.map_err(|error| match error {
        CatalogError::Conflict(_) => ApiError::conflict("There is another sequence with this `id`: choose a fresh one"),
        error => error.into(),
    })?;
    let owner = Identity { account: Some(account) };
    let found = find_sequence(&api, &owner, sequence).await?;
    let document = collection_document(&api, &identity, &url, found).await?;
    let address = url.api(format_args!("/collections/{sequence}"));
    Ok((AppendHeaders([(header::LOCATION, address)]), Json(document)))
}

fn chosen(id: &str) -> ApiResult<Uuid> {
    let id = id.parse().ok().filter(|id: &Uuid| !id.is_nil());
    id.ok_or_else(|| ApiError::bad_request("`id` must be a UUID that you choose at random, for this sequence only"))
}

/// A set of one sequence, in which places are chosen.
pub fn plain_set(api: &Api, account: &Account, title: String, visibility: Visibility) -> NewUploadSet {
    NewUploadSet {
        id: UploadSetId(api.world.id()),
        account: account.id,
        title,
        estimated_nb_files: None,
        // The client's positions are what names begin with.
        sort_method: SortMethod::FilenameAsc,
        no_split: true,
        split_distance: None,
        split_time: None,
        no_deduplication: true,
        duplicate_distance: None,
        duplicate_rotation: None,
        relative_heading: None,
        visibility,
        rights: Rights::default(),
        semantics: Vec::new(),
        metadata: json!({}),
        user_agent: None,
        created_at: api.world.now(),
    }
}

/// Whether places in it can be chosen: what is split or sorted otherwise would not stay there.
pub fn takes_places(set: &UploadSet) -> bool {
    let options = &set.options;
    options.no_split && options.no_deduplication && options.sort_method == SortMethod::FilenameAsc
}
