//! `/users/me/mail`: where an account wants to be written to. `/auth/mail`: what whoever reads mails there says of that.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{MailAddress, NewMailAddress};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Api, ApiError, ApiResult, Identity,
    error::ErrorBody,
    extract,
    identity::secret_hash,
    pace::{Doing, Whom},
    post,
    respond::Reply,
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show, give, take_away)).routes(routes!(confirm)).routes(routes!(refuse))
}

/// So many addresses an account may give in a day, to each of which a mail goes; and so many such mails an address gets.
const MOST_A_DAY: u32 = 5;

/// Where an account is written to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Mail)]
pub(crate) struct MailDocument {
    /// The address; null: there is none.
    #[schema(required)]
    address: Option<String>,
    /// Since when it is confirmed; null: it is not, and nothing but the link that confirms it is sent there.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    confirmed_at: Option<Timestamp>,
    /// Whether this server sends mails. If it does not, no address can be given.
    offered: bool,
}

impl MailDocument {
    pub(crate) fn of(api: &Api, address: Option<MailAddress>) -> Self {
        let confirmed_at = address.as_ref().and_then(|address| address.confirmed_at);
        Self { address: address.map(|address| address.address), confirmed_at, offered: api.settings.mails }
    }
}

/// Where you are written to
///
/// About reports of your pictures: that something is hidden or shown again because of one, and how it was decided, with the reasons.
#[utoipa::path(
    get, path = "/users/me/mail", tag = "Accounts",
    responses(
        (status = 200, description = "The address, if there is one", body = MailDocument,
            example = json!({"address": "ada@example.org", "confirmed_at": "2026-11-24T12:00:00Z", "offered": true})),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 401, description = "Sign in first", body = ErrorBody),
    )
)]
async fn show(State(api): State<Api>, identity: Identity, reply: Reply) -> ApiResult<Response> {
    let account = identity.require()?.id;
    let address = api.catalog.mail_address(account).await?;
    reply.private().json(&MailDocument::of(&api, address))
}

/// Where to be written to.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct GiveAddress {
    /// An address such as `ada@example.org`.
    #[schema(max_length = 254)]
    address: String,
}

/// Be written to
///
/// A mail with a link goes there; nothing else does before the link is opened, within seven days. It takes the place of the address
/// that you gave before.
#[utoipa::path(
    put, path = "/users/me/mail", tag = "Accounts", request_body = GiveAddress,
    responses(
        (status = 200, description = "The address as it is now", body = MailDocument,
            example = json!({"address": "ada@example.org", "confirmed_at": null, "offered": true})),
        (status = 400, description = "It is no address", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 409, description = "This server sends no mails", body = ErrorBody),
        (status = 415, description = "The body is not JSON", body = ErrorBody),
        (status = 429, description = "You gave too many addresses today, or others gave this one too often", body = ErrorBody),
    )
)]
async fn give(
    State(api): State<Api>,
    identity: Identity,
    reply: Reply,
    extract::Json(GiveAddress { address }): extract::Json<GiveAddress>,
) -> ApiResult<Response> {
    let account = identity.require()?.id;
    if !api.settings.mails {
        return Err(ApiError::conflict("This server sends no mails: its operator has not set it up for that"));
    }
    let address = address.trim();
    if !post::is_address(address) {
        return Err(ApiError::bad_request("`address` is an e-mail address such as ada@example.org"));
    }
    let now = api.world.now();
    let known = api.catalog.mail_address(account).await?;
    if known.is_none_or(|known| known.address != address || known.confirmed_at.is_none()) {
        let mailbox = Whom::Mailbox(Sha256::digest(address.to_lowercase()).into());
        for whom in [Whom::Account(account), mailbox] {
            api.pace.count(whom, Doing::Addresses, MOST_A_DAY, now)?;
        }
        let request = api.world.id();
        let key_sha256 = secret_hash(&post::address_key(&api.tokens, request));
        let new = NewMailAddress { account, address: address.to_owned(), request, key_sha256, at: now };
        api.catalog.give_mail_address(new).await?;
    }
    let address = api.catalog.mail_address(account).await?;
    reply.private().json(&MailDocument::of(&api, address))
}

/// Be written to no more
#[utoipa::path(
    delete, path = "/users/me/mail", tag = "Accounts",
    responses(
        (status = 204, description = "There is no address any more"),
        (status = 401, description = "Sign in first", body = ErrorBody),
    )
)]
async fn take_away(State(api): State<Api>, identity: Identity) -> ApiResult<StatusCode> {
    api.catalog.drop_mail_address(identity.require()?.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a mailed link proves.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct AddressKey {
    /// What stands behind `#` in the link.
    key: String,
}

fn gone() -> ApiError {
    ApiError::not_found(
        "This link holds no more: it was not opened in time, or the address was changed or taken away since. Whoever has the \
         account can have another one mailed, on the account's page",
    )
}

/// Confirm an address
///
/// By the key of the link that was mailed there: who opens it need not be signed in.
#[utoipa::path(
    post, path = "/auth/mail/confirm", tag = "Accounts", request_body = AddressKey,
    responses(
        (status = 200, description = "The address, confirmed", body = MailDocument,
            example = json!({"address": "ada@example.org", "confirmed_at": "2026-11-24T12:00:00Z", "offered": true})),
        (status = 400, description = "There is no key in it", body = ErrorBody),
        (status = 404, description = "The link holds no more", body = ErrorBody),
        (status = 415, description = "The body is not JSON", body = ErrorBody),
    )
)]
async fn confirm(
    State(api): State<Api>,
    reply: Reply,
    extract::Json(AddressKey { key }): extract::Json<AddressKey>,
) -> ApiResult<Response> {
    let now = api.world.now();
    let confirmed = api.catalog.confirm_mail_address(&secret_hash(&key), now - MailAddress::WAITS, now).await?;
    reply.private().json(&MailDocument::of(&api, Some(confirmed.ok_or_else(gone)?)))
}

/// Have an address taken away
///
/// By the key of any link that was mailed there, confirmed or not: nothing is sent there any more.
#[utoipa::path(
    post, path = "/auth/mail/refuse", tag = "Accounts", request_body = AddressKey,
    responses(
        (status = 200, description = "The address as it is now: none", body = MailDocument,
            example = json!({"address": null, "confirmed_at": null, "offered": true})),
        (status = 400, description = "There is no key in it", body = ErrorBody),
        (status = 404, description = "The link holds no more", body = ErrorBody),
        (status = 415, description = "The body is not JSON", body = ErrorBody),
    )
)]
async fn refuse(
    State(api): State<Api>,
    reply: Reply,
    extract::Json(AddressKey { key }): extract::Json<AddressKey>,
) -> ApiResult<Response> {
    api.catalog.refuse_mail_address(&secret_hash(&key)).await?.ok_or_else(gone)?;
    reply.private().json(&MailDocument::of(&api, None))
}
