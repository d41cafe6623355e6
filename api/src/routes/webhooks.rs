//! `/webhooks`: programs elsewhere that are told what changes.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use flaneur_catalog::model::{ChangeKind, NewWebhook, Webhook, WebhookId};
use flaneur_remote::{RemoteError, Url};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Api, ApiError, ApiResult, Doing, Identity, PublicUrl, Whom,
    error::ErrorBody,
    extract::{self, Path},
    respond::Reply,
    stac::utc,
    uploader::agreed,
    webhooks::{Letter, refusal, secret_of, send, shown, trouble},
};

/// Webhooks that an account may have.
const MOST: i64 = 10;
/// Made, tried and resumed in a minute by one account, at most.
const MOST_IN_A_MINUTE: u32 = 10;
/// Longest address.
const LONGEST: usize = 2000;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(one, remove))
        .routes(routes!(resume))
        .routes(routes!(test))
}

/// What is wanted.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct NewWebhookBody {
    /// Where the program is: an address that the internet can reach, by https.
    url: String,
    /// What it is told of: `published`, `edited`, `redacted`, `hidden`, `deleted`. Without it, everything.
    #[serde(default)]
    kinds: Vec<String>,
    /// The line of the change log behind which it begins. Without it, with what comes from now on.
    after: Option<i64>,
}

/// A webhook.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct WebhookDocument {
    /// Identifier.
    id: uuid::Uuid,
    /// Where the program is.
    url: String,
    /// What it is told of; empty: everything.
    kinds: Vec<&'static str>,
    /// `active`, `failing` (it is tried again) or `stopped` (it is not).
    status: &'static str,
    /// The last line of the change log that it was told, or that is of no interest to it.
    told: i64,
    /// When it was made.
    created: String,
    /// When it was last reached.
    delivered: Option<String>,
    /// When it is tried again, if it fails.
    next_try: Option<String>,
    /// Since when it fails.
    failing_since: Option<String>,
    /// Why it failed.
    message: Option<String>,
    /// What its letters are signed with. Told when it is made, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<Webhook> for WebhookDocument {
    fn from(webhook: Webhook) -> Self {
        let status = match (webhook.stopped, webhook.attempts) {
            (true, _) => "stopped",
            (false, 0) => "active",
            (false, _) => "failing",
        };
        Self {
            id: webhook.id.0,
            url: webhook.address,
            kinds: webhook.kinds.iter().map(|kind| kind.as_str()).collect(),
            status,
            told: webhook.told,
            created: utc(webhook.created_at),
            delivered: webhook.delivered_at.map(utc),
            next_try: (status == "failing").then(|| utc(webhook.due_at)),
            failing_since: webhook.failing_since.map(utc),
            message: webhook.message,
            secret: None,
        }
    }
}

/// The webhooks of an account.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Webhooks {
    /// The oldest first.
    webhooks: Vec<WebhookDocument>,
}

/// Have a program told what changes
///
/// The lines of `/changes` are sent to it as they are made: POST requests of JSON (`webhook`, `type`, `changes`, `after`, `next`), at
/// most 100 lines each, signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`, `webhook-signature`) with the `secret`
/// of the answer, which is told this once. Lines come in order, and none is left out; after a failure some may come twice. Every
/// answer of 2xx says that they arrived. Else they are sent again, later each time, for three days; an answer of 410 ends it at once.
#[utoipa::path(
    post, path = "/webhooks", tag = "Dataset",
    request_body(content = NewWebhookBody, example = json!({"url": "https://bot.example.org/flaneur", "kinds": ["published", "redacted"]})),
    responses(
        (status = 201, description = "It is made", body = WebhookDocument),
        (status = 400, description = "The address is none that is asked, or there is no such kind or line", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "Agree to the terms of service first", body = ErrorBody),
        (status = 415, description = "The body is not JSON", body = ErrorBody),
        (status = 422, description = "The account has as many as it may have", body = ErrorBody),
        (status = 429, description = "More in a minute than are made for one account", body = ErrorBody),
    )
)]
async fn make(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    extract::Json(body): extract::Json<NewWebhookBody>,
) -> ApiResult<Response> {
    let account = identity.require()?;
    agreed(&api, account, &url).await?;
    let now = api.world.now();
    api.pace.count(Whom::Account(account.id), Doing::Webhooks, MOST_IN_A_MINUTE, now)?;
    let new = NewWebhook {
        id: WebhookId(api.world.id()),
        account: account.id,
        address: address(&api, &body.url)?.into(),
        kinds: kinds(&body.kinds)?,
        after: after(&api, body.after).await?,
        created_at: now,
    };
    if !api.catalog.add_webhook(&new, MOST).await? {
        return Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("{MOST} webhooks are as many as one account may have: remove one first"),
        ));
    }
    let made = api.catalog.webhook(new.id).await?.ok_or_else(missing)?;
    let document = WebhookDocument { secret: Some(shown(&secret_of(&api.tokens, new.id))), ..made.into() };
    let location = url.api(format_args!("/webhooks/{}", new.id));
    let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, "no-store".to_owned())];
    Ok((StatusCode::CREATED, headers, Json(document)).into_response())
}

/// Reads where a program is.
fn address(api: &Api, text: &str) -> ApiResult<Url> {
    let refuse = |why: String| ApiError::bad_request(format!("`url`: {why}")).for_reason("bad_url");
    if text.len() > LONGEST {
        return Err(refuse(format!("an address has at most {LONGEST} characters")));
    }
    let mut address: Url = text
        .trim()
        .parse()
        .map_err(|_| refuse("this is no address, such as https://bot.example.org/flaneur".to_owned()))?;
    address.set_fragment(None);
    api.hooks.check(&address).map_err(|error| match error {
        RemoteError::Forbidden(why) => refuse(why),
        other => refuse(other.to_string()),
    })?;
    Ok(address)
}

fn kinds(names: &[String]) -> ApiResult<Vec<ChangeKind>> {
    let mut kinds = Vec::new();
    for name in names {
        let kind = ChangeKind::ALL.into_iter().find(|kind| kind.as_str() == name).ok_or_else(|| {
            ApiError::bad_request("`kinds` are among `published`, `edited`, `redacted`, `hidden` and `deleted`")
        })?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

async fn after(api: &Api, wanted: Option<i64>) -> ApiResult<i64> {
    let last = api.catalog.last_change().await?;
    let after = wanted.unwrap_or(last);
    if (0..=last).contains(&after) {
        return Ok(after);
    }
    Err(ApiError::bad_request(format!("`after` is the number of a line of the change log, which ends at {last}")))
}

fn missing() -> ApiError {
    ApiError::not_found("Webhook doesn't exist")
}

/// A webhook that whoever asks may see.
async fn find(api: &Api, identity: &Identity, id: &str) -> ApiResult<Webhook> {
    let account = identity.require()?;
    let id: WebhookId = id.parse().map_err(|_| missing())?;
    let webhook = api.catalog.webhook(id).await?;
    webhook.filter(|webhook| account.admin || webhook.account == account.id).ok_or_else(missing)
}

/// My webhooks
#[utoipa::path(
    get, path = "/webhooks", tag = "Dataset",
    responses(
        (status = 200, description = "The account's webhooks, the oldest first", body = Webhooks, example = json!({"webhooks": []})),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 401, description = "Sign in first", body = ErrorBody),
    )
)]
async fn list(State(api): State<Api>, identity: Identity, reply: Reply) -> ApiResult<Response> {
    let webhooks = api.catalog.webhooks(identity.require()?.id).await?;
    reply.json(&Webhooks { webhooks: webhooks.into_iter().map(WebhookDocument::from).collect() })
}

/// How a webhook fares
#[utoipa::path(
    get, path = "/webhooks/{id}", tag = "Dataset",
    params(("id" = String, Path, description = "The webhook")),
    responses(
        (status = 200, description = "The webhook", body = WebhookDocument),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There is no such webhook, or it is another account's", body = ErrorBody),
    )
)]
async fn one(State(api): State<Api>, identity: Identity, reply: Reply, Path(id): Path<String>) -> ApiResult<Response> {
    reply.json(&WebhookDocument::from(find(&api, &identity, &id).await?))
}

/// Remove a webhook
///
/// Nothing more is sent, but for what is on its way.
#[utoipa::path(
    delete, path = "/webhooks/{id}", tag = "Dataset",
    params(("id" = String, Path, description = "The webhook")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There is no such webhook, or it is another account's", body = ErrorBody),
    )
)]
async fn remove(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let webhook = find(&api, &identity, &id).await?;
    if api.catalog.remove_webhook(webhook.id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

/// Go on telling a webhook
///
/// One that was stopped goes on where it was, so that it misses nothing; one that fails is tried at once.
#[utoipa::path(
    post, path = "/webhooks/{id}/resume", tag = "Dataset",
    params(("id" = String, Path, description = "The webhook")),
    responses(
        (status = 200, description = "The webhook", body = WebhookDocument),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There is no such webhook, or it is another account's", body = ErrorBody),
        (status = 429, description = "More in a minute than one account may", body = ErrorBody),
    )
)]
async fn resume(
    State(api): State<Api>,
    identity: Identity,
    Path(id): Path<String>,
) -> ApiResult<Json<WebhookDocument>> {
    let webhook = find(&api, &identity, &id).await?;
    let now = api.world.now();
    api.pace.count(Whom::Account(identity.require()?.id), Doing::Webhooks, MOST_IN_A_MINUTE, now)?;
    if !api.catalog.resume_webhook(webhook.id, now).await? {
        return Err(missing());
    }
    Ok(Json(find(&api, &identity, &id).await?.into()))
}

/// What came of a try.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = WebhookTest)]
struct Tried {
    /// Whether it arrived.
    delivered: bool,
    /// What it answered.
    answer: Option<u16>,
    /// Why it did not arrive.
    message: Option<String>,
}

/// Try a webhook
///
/// Sends it a signed request of the type `test`, without lines, and says what it answered.
#[utoipa::path(
    post, path = "/webhooks/{id}/test", tag = "Dataset",
    params(("id" = String, Path, description = "The webhook")),
    responses(
        (status = 200, description = "What came of it", body = Tried, example = json!({"delivered": false, "answer": 401, "message": "It answered 401"})),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There is no such webhook, or it is another account's", body = ErrorBody),
        (status = 429, description = "More in a minute than one account may", body = ErrorBody),
    )
)]
async fn test(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<Json<Tried>> {
    let webhook = find(&api, &identity, &id).await?;
    api.pace.count(Whom::Account(identity.require()?.id), Doing::Webhooks, MOST_IN_A_MINUTE, api.world.now())?;
    let letter = Letter::test(&webhook, api.world.id());
    Ok(Json(match send(&api, &webhook, &letter).await {
        Ok(answer) => {
            let delivered = answer.status.is_success();
            let message = (!delivered).then(|| refusal(answer.status));
            Tried { delivered, answer: Some(answer.status.as_u16()), message }
        }
        Err(error) => Tried { delivered: false, answer: None, message: Some(trouble(&webhook, &error)) },
    }))
}
