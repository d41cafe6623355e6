//! `POST /upload_sets` and `GET /users/me/upload_sets`.

use axum::{Json, extract::State};
use flaneur_access::Visibility;
use flaneur_catalog::model::{
    Account, AccountChoices, LONGEST_KEY, LONGEST_VALUE, MOST_TAGS, NewUploadSet, Rights, Semantic, SortMethod,
    StatusCounts, UploadSetId, UploadSetState,
};
use http::{HeaderMap, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    told::{UploadSetDocument, UploadSets},
    view,
};
use crate::{
    Api, ApiError, ApiResult, Identity, PublicUrl,
    extract::refuse_nul,
    quota, rights,
    routes::edits::TagEdit,
    uploader::{agreed, uploader},
};

/// What a new upload set is to be.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSet {
    /// Title; sequences are named after it.
    #[schema(example = "Rue de la Paix, by bike")]
    pub(super) title: Option<String>,
    /// How many files will come, if known. When that many have, the set completes itself.
    pub(super) estimated_nb_files: Option<i64>,
    /// `time-asc` (default), `time-desc`, `filename-asc` or `filename-desc`.
    #[schema(value_type = Option<String>, example = "time-asc")]
    pub(super) sort_method: Option<SortMethod>,
    /// One sequence whatever the gaps.
    pub(super) no_split: Option<bool>,
    /// Metres between neighbours above which a new sequence begins.
    pub(super) split_distance: Option<f64>,
    /// Seconds between neighbours above which a new sequence begins.
    pub(super) split_time: Option<f64>,
    /// Keep near-duplicates.
    pub(super) no_deduplication: Option<bool>,
    /// Metres below which neighbours may be duplicates.
    pub(super) duplicate_distance: Option<f64>,
    /// Degrees of heading below which neighbours may be duplicates.
    pub(super) duplicate_rotation: Option<f64>,
    /// Degrees from the direction of travel to the direction of view, -360 to 360.
    pub(super) relative_heading: Option<f64>,
    /// `anyone` (default), `logged-only` or `owner-only`.
    #[schema(value_type = Option<String>, example = "anyone")]
    pub(super) visibility: Option<Visibility>,
    /// Licence of its pictures, one that `/configuration` offers; without it, the account's choice or the instance's.
    #[schema(example = "CC-BY-SA-4.0")]
    pub(super) license: Option<String>,
    /// Whom to name for its pictures, at most 200 characters; without it, the account's choice.
    pub(super) attribution: Option<String>,
    /// Tags of the sequences to be.
    #[schema(value_type = Option<Vec<TagEdit>>)]
    pub(super) semantics: Option<Vec<Semantic>>,
    /// Whatever the client notes about itself.
    #[schema(value_type = Option<Object>)]
    pub(super) metadata: Option<Map<String, Value>>,
    /// Older name of `visibility`: `owner-only` if false.
    pub(super) visible: Option<bool>,
}

impl NewSet {
    /// Who is to see it, if anything is said of that.
    pub(super) fn seen_by(&self) -> Option<Visibility> {
        let visible = |yes| if yes { Visibility::Anyone } else { Visibility::OwnerOnly };
        self.visibility.or_else(|| self.visible.map(visible))
    }
}

const DAY: SignedDuration = SignedDuration::from_hours(24);
const MAX_TITLE: usize = 500;
const MAX_METADATA: usize = 64 << 10;

/// Begin to send pictures.
#[utoipa::path(
    post, path = "/upload_sets", tag = "Upload",
    request_body = NewSet,
    responses(
        (status = 200, description = "The set; send files to it", body = UploadSetDocument),
        (status = 400, description = "An option makes no sense", body = crate::error::ErrorBody),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 403, description = "Agree to the terms of service first", body = crate::error::ErrorBody),
        (status = 429, description = "Too many sets in a day", body = crate::error::ErrorBody),
    )
)]
pub async fn create(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> ApiResult<Json<UploadSetDocument>> {
    let account = uploader(&api, &identity).await?;
    agreed(&api, &account, &url).await?;
    refuse_nul(&body)?;
    let new: NewSet = serde_json::from_slice(&body)
        .map_err(|error| ApiError::bad_request("Parameter for this request should be valid JSON").because(error))?;
    let usual = api.catalog.choices(account.id).await?;
    let options = check(new, &api, &usual)?;
    let user_agent = user_agent(&headers);
    let created_at = api.world.now();
    admit(&api, &account).await?;
    quota::admit(&api, &account, 0).await?;
    let set = api
        .catalog
        .create_upload_set(NewUploadSet {
            id: UploadSetId(api.world.id()),
            account: account.id,
            user_agent,
            created_at,
            ..options
        })
        .await?;
    let state =
        UploadSetState { set, counts: StatusCounts::default(), nb_items: 0, sequences: Vec::new(), ready: false };
    Ok(Json(view::upload_set(&state, &url, Some(&account))))
}

/// Refuses an account that made as many sets in a day as it may.
pub(crate) async fn admit(api: &Api, account: &Account) -> ApiResult<()> {
    let yesterday = api.world.now().checked_sub(DAY).unwrap_or(Timestamp::MIN);
    let most = api.settings.max_sets_per_day;
    if api.catalog.upload_sets_since(account.id, yesterday).await? < most {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        format!("{most} upload sets in a day are as many as one account may make: send more files to each, or wait"),
    ))
}

/// With which program a set was sent, as far as it says so.
pub(crate) fn user_agent(headers: &HeaderMap) -> Option<String> {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(shorten)
}

fn shorten(text: &str) -> String {
    text.chars().take(200).collect()
}

/// How pictures are to be sorted and split has to make sense.
pub(super) fn check_sorting(new: &NewSet) -> ApiResult<()> {
    let refuse = |name: &str, expected: &str| Err(ApiError::bad_request(format!("`{name}` must be {expected}")));
    for (name, value, most) in [
        ("split_distance", new.split_distance, 1e7),
        ("split_time", new.split_time, 1e9),
        ("duplicate_distance", new.duplicate_distance, 1e4),
        ("duplicate_rotation", new.duplicate_rotation, 360.0),
    ] {
        if value.is_some_and(|value| !(0.0..=most).contains(&value)) {
            return refuse(name, &format!("0 to {most}"));
        }
    }
    if new.relative_heading.is_some_and(|heading| !(-360.0..=360.0).contains(&heading)) {
        return refuse("relative_heading", "-360 to 360 degrees");
    }
    if new.no_split == Some(true) && (new.split_distance.is_some() || new.split_time.is_some()) {
        return refuse("no_split", "left out where split_distance or split_time is given");
    }
    if new.no_deduplication == Some(true) && (new.duplicate_distance.is_some() || new.duplicate_rotation.is_some()) {
        return refuse("no_deduplication", "left out where duplicate_distance or duplicate_rotation is given");
    }
    Ok(())
}

/// A title without the space around it.
pub(crate) fn check_title(title: &str) -> ApiResult<String> {
    let title = title.trim();
    if title.is_empty() {
        return Err(ApiError::bad_request("`title` is mandatory: a name for this set of pictures"));
    }
    if title.chars().count() > MAX_TITLE {
        return Err(ApiError::bad_request("`title` must be at most 500 characters"));
    }
    Ok(title.to_owned())
}

/// `usual` is what holds where nothing is said.
fn check(new: NewSet, api: &Api, usual: &AccountChoices) -> ApiResult<NewUploadSet> {
    let refuse = |name: &str, expected: &str| Err(ApiError::bad_request(format!("`{name}` must be {expected}")));
    let title = check_title(new.title.as_deref().unwrap_or_default())?;
    if new.estimated_nb_files.is_some_and(|number| !(1..=api.settings.max_files_per_set).contains(&number)) {
        return refuse("estimated_nb_files", &format!("1 to {}", api.settings.max_files_per_set));
    }
    check_sorting(&new)?;
    let visibility = new.seen_by().unwrap_or(usual.default_visibility.unwrap_or_default());
    let said = Rights {
        license: new.license.as_deref().map(|id| rights::license(&api.settings, id)).transpose()?,
        attribution: new.attribution.as_deref().map(rights::attribution).transpose()?.flatten(),
    };
    let rights = rights::for_new(&api.settings, said.or(&usual.rights));
    let mut semantics = new.semantics.unwrap_or_default();
    semantics.sort();
    let fits = |text: &str, longest| !text.is_empty() && text.len() <= longest;
    if semantics.len() > MOST_TAGS
        || !semantics.iter().all(|tag| fits(&tag.key, LONGEST_KEY) && fits(&tag.value, LONGEST_VALUE))
    {
        let expected = format!(
            "at most {MOST_TAGS} tags, each with a key of at most {LONGEST_KEY} bytes and a value of at most {LONGEST_VALUE}"
        );
        return refuse("semantics", &expected);
    }
    let metadata = new.metadata.map_or_else(|| json!({}), Value::Object);
    if metadata.to_string().len() > MAX_METADATA {
        return refuse("metadata", "at most 64 KiB of JSON");
    }
    Ok(NewUploadSet {
        id: UploadSetId(uuid::Uuid::nil()),
        account: flaneur_catalog::model::AccountId(uuid::Uuid::nil()),
        title,
        estimated_nb_files: new.estimated_nb_files,
        sort_method: new.sort_method.unwrap_or_default(),
        no_split: new.no_split.unwrap_or(false),
        split_distance: new.split_distance,
        split_time: new.split_time,
        no_deduplication: new.no_deduplication.unwrap_or(false),
        duplicate_distance: new.duplicate_distance,
        duplicate_rotation: new.duplicate_rotation,
        relative_heading: new.relative_heading,
        visibility,
        rights,
        semantics,
        metadata,
        user_agent: None,
        created_at: api.world.now(),
    })
}

/// One's own upload sets, the newest first (at most 1000).
#[utoipa::path(
    get, path = "/users/me/upload_sets", tag = "Upload",
    responses(
        (status = 200, description = "The sets", body = UploadSets),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
    )
)]
pub async fn list(State(api): State<Api>, identity: Identity, url: PublicUrl) -> ApiResult<Json<UploadSets>> {
    let account = identity.require()?;
    let now = api.world.now();
    let mut sets = Vec::new();
    for set in api.catalog.upload_sets(account.id, 1000).await? {
        if let Some(state) = api.catalog.upload_set_state(set.options.id, now).await? {
            sets.push(view::upload_set(&state, &url, Some(account)));
        }
    }
    let links = [crate::Link::json("self", url.api("/users/me/upload_sets"))];
    Ok(Json(UploadSets { upload_sets: sets, links }))
}
