//! `/transfers` and `/users/{id}/transfers`: bringing sequences here from other instances.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use flaneur_catalog::model::{AccountId, JobId, NewTransfer, SequenceId, Transfer, TransferId, TransferReceipt};
use flaneur_remote::{RemoteError, Url};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Api, ApiError, ApiResult, Doing, Identity, Link, PublicUrl, Whom,
    error::ErrorBody,
    extract::{self, Path, Query},
    respond::Reply,
    routes::upload_sets::admit_set,
    stac::utc,
    uploader::agreed,
    words,
};

/// Transfers that an account may have open.
const MOST_OPEN: i64 = 20;
/// Transfers told of at most.
const MOST_LISTED: i64 = 200;
/// Begun in a minute by one account, at most.
const MOST_IN_A_MINUTE: u32 = 30;
/// Longest address.
const LONGEST: usize = 2000;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(begin))
        .routes(routes!(one, stop))
        .routes(routes!(mine))
        .routes(routes!(of_user))
}

/// What is to be brought.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct NewTransferBody {
    /// Address of the sequence at the other instance, as its API has it.
    collection_location: String,
}

/// A transfer that is begun.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BegunTransfer {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: TransferId,
}

/// How far a transfer is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Transfer)]
struct TransferDocument {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: TransferId,
    /// How far it is.
    #[schema(value_type = words::TransferStatus)]
    status: &'static str,
    /// The sequence, as it is here.
    collection: TransferredSequence,
    /// Where the sequence is brought from.
    collection_location: String,
    /// When it was asked for.
    #[schema(format = DateTime)]
    created_at: String,
    /// When anything about it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// What went wrong, or was left out.
    #[schema(required)]
    message: Option<String>,
    /// Always empty: clients of the reference server expect it.
    #[schema(value_type = Vec<Object>)]
    jobs: [(); 0],
}

/// A sequence that is brought here.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct TransferredSequence {
    /// Identifier: the same as at the other instance.
    #[schema(value_type = Uuid)]
    id: SequenceId,
    /// How far it is here.
    #[schema(value_type = words::SequenceStatus)]
    status: &'static str,
    /// Pictures that are to come, as far as that is known.
    nb_items_to_transfer: i64,
    /// Pictures that came.
    nb_transfered_items: i64,
    /// Pictures that were refused here, or could not be had.
    nb_left_out_items: i64,
    /// `self`: the sequence.
    links: [Link; 1],
}

/// Transfers of an account.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Transfers {
    /// The latest first.
    transfers: Vec<TransferDocument>,
}

/// Bring a sequence here from another instance
///
/// Its public pictures come in the background, through the same checks as what is sent, and are blurred anew; pictures and sequence
/// keep their identifiers, licence, position, time and tags. Nothing is deleted there. Asked for again by the same account, it is
/// the same transfer, unless that failed or left something out: then the rest comes. `Location` is where the sequence will be.
#[utoipa::path(
    post, path = "/transfers", tag = "Transfers",
    request_body(content = NewTransferBody, example = json!({"collection_location": "https://other.example.org/api/collections/f6a2f13d-0676-4f8c-81c6-c7ec5ef10e72"})),
    responses(
        (status = 202, description = "It is begun: ask how far it is with the `id`", body = BegunTransfer,
            example = json!({"id": "721e7fa4-b974-49c5-919f-c77fff3f4899"})),
        (status = 400, description = "The address is none of a sequence, or none that is asked", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "Agree to the terms of service first", body = ErrorBody),
        (status = 409, description = "The sequence is here, or on its way for another account", body = ErrorBody),
        (status = 415, description = "The body is not JSON", body = ErrorBody),
        (status = 422, description = "So many transfers are open that another has to wait", body = ErrorBody),
        (status = 429, description = "More transfers in a minute, or uploads in a day, than are begun for one account", body = ErrorBody),
    )
)]
async fn begin(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    extract::Json(body): extract::Json<NewTransferBody>,
) -> ApiResult<Response> {
    let account = identity.require()?;
    agreed(&api, account, &url).await?;
    admit_set(&api, account).await?;
    let now = api.world.now();
    api.pace.count(Whom::Account(account.id), Doing::Transfers, MOST_IN_A_MINUTE, now)?;
    let (location, sequence) = location(&api, &body.collection_location, &url)?;
    let (id, job) = (TransferId(api.world.id()), JobId(api.world.id()));
    let new = NewTransfer { id, account: account.id, location: location.into(), sequence, created_at: now };
    match api.catalog.begin_transfer(&new, MOST_OPEN, job).await? {
        TransferReceipt::Begun => Ok(accepted(&url, sequence, id)),
        TransferReceipt::Earlier(id) => Ok(accepted(&url, sequence, id)),
        TransferReceipt::UnderWay => Err(ApiError::conflict("This sequence is on its way here already")),
        TransferReceipt::AlreadyHere => Err(ApiError::conflict("There is, or was, a sequence of this identifier here")),
        TransferReceipt::TooMany => Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("{MOST_OPEN} transfers are as many as one account may have open: wait until one is finished"),
        )),
    }
}

fn accepted(url: &PublicUrl, sequence: SequenceId, id: TransferId) -> Response {
    let address = url.api(format_args!("/collections/{sequence}"));
    (StatusCode::ACCEPTED, [(header::LOCATION, address)], Json(BegunTransfer { id })).into_response()
}

/// Reads the address of a sequence elsewhere.
fn location(api: &Api, text: &str, own: &PublicUrl) -> ApiResult<(Url, SequenceId)> {
    let refuse = |why: String| ApiError::bad_request(why).for_reason("bad_location");
    let wrong = || {
        refuse(
            "`collection_location` is the address of a sequence, such as \
             https://other.example.org/api/collections/f6a2f13d-0676-4f8c-81c6-c7ec5ef10e72"
                .to_owned(),
        )
    };
    if text.len() > LONGEST {
        return Err(wrong());
    }
    let mut location: Url = text.trim().parse().map_err(|_| wrong())?;
    location.set_fragment(None);
    let parts: Vec<&str> = location.path_segments().map(Iterator::collect).unwrap_or_default();
    let [.., "collections", id] = parts.as_slice() else { return Err(wrong()) };
    let sequence: SequenceId = id.parse().map_err(|_| wrong())?;
    if own.0.parse::<Url>().is_ok_and(|own| own.origin() == location.origin()) {
        return Err(refuse("this sequence is of this very instance".to_owned()));
    }
    api.remote.check(&location).map_err(|error| match error {
        RemoteError::Forbidden(why) => refuse(why),
        other => refuse(other.to_string()),
    })?;
    Ok((location, sequence))
}

fn missing() -> ApiError {
    ApiError::not_found("Transfer doesn't exist")
}

/// A transfer that whoever asks may see.
async fn find(api: &Api, identity: &Identity, id: &str) -> ApiResult<Transfer> {
    let account = identity.require()?;
    let id: TransferId = id.parse().map_err(|_| missing())?;
    let transfer = api.catalog.transfer(id).await?;
    transfer.filter(|transfer| account.admin || transfer.options.account == account.id).ok_or_else(missing)
}

/// How far a transfer is
///
/// It is finished when `status` is `finished` and the sequence is `ready`: pictures are blurred after they came.
#[utoipa::path(
    get, path = "/transfers/{id}", tag = "Transfers",
    params(("id" = String, Path, description = "The transfer")),
    responses(
        (status = 200, description = "The transfer", body = TransferDocument),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There is no such transfer, or it is another account's", body = ErrorBody),
    )
)]
async fn one(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<String>,
) -> ApiResult<Response> {
    let transfer = find(&api, &identity, &id).await?;
    reply.json(&document(&api, &identity, &transfer, &url).await?)
}

/// Stop a transfer
///
/// What has come stays.
#[utoipa::path(
    delete, path = "/transfers/{id}", tag = "Transfers",
    params(("id" = String, Path, description = "The transfer")),
    responses(
        (status = 204, description = "Nothing more comes"),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There is no such transfer, or it is another account's", body = ErrorBody),
        (status = 409, description = "It has come to an end", body = ErrorBody),
    )
)]
async fn stop(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let transfer = find(&api, &identity, &id).await?;
    let stopped = api.catalog.stop_transfer(transfer.options.id, "It was stopped", api.world.now()).await?;
    if stopped { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::conflict("This transfer has come to an end")) }
}

/// Which transfers.
#[derive(Debug, Deserialize)]
struct Which {
    /// Also those that have come to an end.
    show_all: Option<bool>,
}

/// My transfers
#[utoipa::path(
    get, path = "/users/me/transfers", tag = "Transfers",
    params(("show_all" = Option<bool>, Query, description = "Also those that have come to an end")),
    responses(
        (status = 200, description = "The transfers, the latest first, 200 at most", body = Transfers, example = json!({"transfers": []})),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 401, description = "Sign in first", body = ErrorBody),
    )
)]
async fn mine(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    which: Query<Which>,
) -> ApiResult<Response> {
    let account = identity.require()?.id;
    list(&api, &identity, &url, reply, account, &which.0).await
}

/// An account's transfers
///
/// For the account itself and administrators.
#[utoipa::path(
    get, path = "/users/{id}/transfers", tag = "Transfers",
    params(
        ("id" = Uuid, Path, description = "The account", example = "52864614-8ee3-4e42-9578-9ffa0a554f1f"),
        ("show_all" = Option<bool>, Query, description = "Also those that have come to an end"),
    ),
    responses(
        (status = 200, description = "The transfers, the latest first, 200 at most", body = Transfers, example = json!({"transfers": []})),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "It is another account", body = ErrorBody),
        (status = 404, description = "This is no account's identifier", body = ErrorBody),
    )
)]
async fn of_user(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<Uuid>,
    which: Query<Which>,
) -> ApiResult<Response> {
    let account = identity.require()?;
    if !account.admin && account.id != AccountId(id) {
        return Err(ApiError::forbidden("These are another account's transfers"));
    }
    list(&api, &identity, &url, reply, AccountId(id), &which.0).await
}

async fn list(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    reply: Reply,
    account: AccountId,
    which: &Which,
) -> ApiResult<Response> {
    let open = !which.show_all.unwrap_or(false);
    let mut transfers = Vec::new();
    for transfer in api.catalog.transfers(account, open, MOST_LISTED).await? {
        transfers.push(document(api, identity, &transfer, url).await?);
    }
    reply.json(&Transfers { transfers })
}

async fn document(api: &Api, identity: &Identity, transfer: &Transfer, url: &PublicUrl) -> ApiResult<TransferDocument> {
    let progress = &transfer.progress;
    let sequence = transfer.options.sequence;
    let found = api.catalog.sequence(identity.viewer(), sequence).await?;
    let status = found.as_ref().map_or("preparing", |found| crate::stac::collection::status_name(found.status));
    // Clients read its members without asking whether it is there.
    let collection = TransferredSequence {
        id: sequence,
        status,
        nb_items_to_transfer: progress.wanted.unwrap_or(progress.taken + progress.left_out),
        nb_transfered_items: progress.taken,
        nb_left_out_items: progress.left_out,
        links: [Link::json("self", url.api(format_args!("/collections/{sequence}")))],
    };
    Ok(TransferDocument {
        id: transfer.options.id,
        status: transfer.status.as_str(),
        collection,
        collection_location: transfer.options.location.clone(),
        created_at: utc(transfer.options.created_at),
        updated_at: utc(transfer.updated_at),
        message: progress.message.clone(),
        jobs: [],
    })
}
