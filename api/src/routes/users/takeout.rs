//! `/users/me/takeout` and `/users/{id}/takeout`: all that an account has here, as one archive.

use std::convert::Infallible;

use axum::{
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse as _, Response},
};
use flaneur_catalog::model::{Account, AccountId, UploadSet, UploadSetId};
use futures::stream;
use http::{HeaderValue, Method, header};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Api, ApiError, ApiResult, Doing, Identity, PublicUrl, Whom,
    error::ErrorBody,
    extract::{Path, Query},
    takeout::{Takeout, archive_name},
    uploader::missing,
};

/// Archives that an account may begin in an hour at one process: enough to take a large account set by set.
const MOST_IN_AN_HOUR: u32 = 60;
/// Most files of pictures in one archive, unless a set may have more: what is told of them at the end is kept in memory.
const MOST_FILES: i64 = 200_000;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(my_own)).routes(routes!(of_user))
}

/// What of it.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// `false` leaves the files of the pictures out.
    #[param(value_type = Option<bool>, default = true)]
    pictures: Option<String>,
    /// Only this upload set: large accounts can be taken set by set.
    #[param(value_type = Option<Uuid>)]
    #[serde(default)]
    upload_set: Vec<String>,
}

impl Which {
    fn with_pictures(&self) -> ApiResult<bool> {
        match self.pictures.as_deref() {
            None | Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(_) => Err(ApiError::bad_request("`pictures` has to be `true` or `false`")),
        }
    }

    /// The set, if it is the account's.
    async fn set(&self, api: &Api, account: &Account) -> ApiResult<Option<UploadSet>> {
        let refuse = || {
            ApiError::bad_request(
                "`upload_set` has to be the UUID of one upload set, as `/users/me/upload_sets` lists them: others go into archives of \
                 their own",
            )
        };
        let id: UploadSetId = match self.upload_set.as_slice() {
            [] => return Ok(None),
            [id] => id.parse().map_err(|_| refuse())?,
            _ => return Err(refuse()),
        };
        let set = api.catalog.upload_set(id).await?;
        set.filter(|set| set.options.account == account.id).map(Some).ok_or_else(missing)
    }
}

/// Take along all that I have here
///
/// A tar with all that is held on the account, and the files of its pictures: `README.md` in it says what is what. It is made while it is
/// read; its last file is `SHA256SUMS`, and without that it was cut short. It takes a token that may do everything: privacy zones
/// and the like are in it.
#[utoipa::path(
    get, path = "/users/me/takeout", tag = "Accounts",
    params(Which),
    responses(
        (status = 200, description = "The archive", content_type = "application/x-tar", body = [u8]),
        (status = 400, description = "A parameter makes no sense, or these are more pictures than one archive has", body = ErrorBody,
            example = json!({"message": "`pictures` has to be `true` or `false`", "status_code": 400})),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "The token may not do everything", body = ErrorBody),
        (status = 404, description = "You have no such upload set", body = ErrorBody),
        (status = 429, description = "An archive is being made for you, or you had as many as there may be in an hour; `Retry-After` says when to come back", body = ErrorBody),
        (status = 503, description = "As many archives are being made as the server makes at once; `Retry-After` says when to come back", body = ErrorBody),
    )
)]
async fn my_own(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    method: Method,
    Query(which): Query<Which>,
) -> ApiResult<Response> {
    let account = identity.require()?.clone();
    answer(&api, account.id, account, url, &method, &which).await
}

/// Take along all that an account has here
///
/// For the account itself, and for administrators, who do not get what only the account is told: tokens, logins, webhooks, sessions,
/// invites and privacy zones.
#[utoipa::path(
    get, path = "/users/{id}/takeout", tag = "Accounts",
    params(("id" = Uuid, Path, description = "The account", example = "52864614-8ee3-4e42-9578-9ffa0a554f1f"), Which),
    responses(
        (status = 200, description = "The archive", content_type = "application/x-tar", body = [u8]),
        (status = 400, description = "A parameter makes no sense, or these are more pictures than one archive has", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "It is another account, or the token may not do everything", body = ErrorBody),
        (status = 404, description = "There is no such account, or it has no such upload set", body = ErrorBody),
        (status = 429, description = "An archive is being made for you, or you had as many as there may be in an hour; `Retry-After` says when to come back", body = ErrorBody),
        (status = 503, description = "As many archives are being made as the server makes at once; `Retry-After` says when to come back", body = ErrorBody),
    )
)]
async fn of_user(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    method: Method,
    Path(id): Path<Uuid>,
    Query(which): Query<Which>,
) -> ApiResult<Response> {
    let asker = identity.require()?;
    if !asker.admin && asker.id != AccountId(id) {
        return Err(ApiError::forbidden("Only an account itself and administrators take along what it has here"));
    }
    let account = super::find(&api, AccountId(id)).await?;
    answer(&api, asker.id, account, url, &method, &which).await
}

async fn answer(
    api: &Api,
    asker: AccountId,
    account: Account,
    url: PublicUrl,
    method: &Method,
    which: &Which,
) -> ApiResult<Response> {
    let (with_pictures, set) = (which.with_pictures()?, which.set(api, &account).await?);
    let set_id = set.as_ref().map(|set| set.options.id);
    let counts = api.catalog.own_counts(account.id, set_id).await?;
    let most = api.settings.max_files_per_set.max(MOST_FILES);
    if with_pictures && counts.published > most {
        return Err(ApiError::bad_request(format!(
            "{} pictures are more than the {most} that one archive has: take them set by set, with `upload_set`, and all the rest with \
             `pictures=false`",
            counts.published
        )));
    }
    let made_at = api.world.now();
    let name = archive_name(&account, set_id, made_at);
    let turn = api.takeouts.begin(asker)?;
    // Who asks with HEAD wants to know whether it would be made.
    let body = if *method == Method::HEAD {
        // How long it would be is not known: an empty body would say that it is empty.
        Body::from_stream(stream::empty::<Result<Bytes, Infallible>>())
    } else {
        api.pace.count(Whom::Account(asker), Doing::Takeouts, MOST_IN_AN_HOUR, made_at)?;
        Takeout { api: api.clone(), url, account, asker, set, with_pictures, counts, made_at }.begin(turn)
    };
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .map_err(|error| ApiError::internal(&error))?;
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-tar"));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    // Proxies that gather answers before they pass them on are asked not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}
