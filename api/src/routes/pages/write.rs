//! `PUT`, `POST` and `DELETE /pages/{page}/{lang}`.

use std::collections::HashSet;

use axum::{body::Bytes, extract::State, response::Response};
use http::{HeaderMap, StatusCode, header};

use super::{Described, FOR_ADMINISTRATORS, described, language, missing, page_name, summary};
use crate::{
    Api, ApiError, ApiResult, Doing, Identity, PublicUrl, Whom,
    error::ErrorBody,
    extract::Path,
    respond::{Done, Reply},
};

/// Longest text, bytes.
const LONGEST: usize = 256 << 10;

/// Write a page in a language
///
/// For administrators. What runs, and what could be taken for a part of the site, is left out: scripts, styles, forms, frames.
/// The text before stays on record. The first text of a page publishes it; a change that people should read again is published
/// by `/publish-change`.
#[utoipa::path(
    method(put, post), path = "/pages/{page}/{lang}", tag = "Pages",
    params(
        ("page" = String, Path, description = "Which page"),
        ("lang" = String, Path, description = "The language, as in `fr` or `pt-BR`"),
    ),
    request_body(content = String, content_type = "text/html", example = json!("<h1>Terms</h1><p>Be kind.</p>")),
    responses(
        (status = 200, description = "The page as it is now", content_type = "application/json", body = Described),
        (status = 400, description = "That is no language, or no text", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "For administrators only", body = ErrorBody),
        (status = 404, description = "There is no such page", body = ErrorBody),
        (status = 413, description = "It is longer than 256 KiB", body = ErrorBody),
        (status = 415, description = "The body is not HTML", body = ErrorBody),
        (status = 429, description = "More edits in a minute than are taken from one account", body = ErrorBody),
    )
)]
pub async fn save(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path((page, lang)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> ApiResult<Response> {
    let account = identity.require_admin(FOR_ADMINISTRATORS)?.id;
    let (name, language) = (page_name(&page)?, language(&lang)?);
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/html") {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body has to be HTML, with `Content-Type: text/html`",
        ));
    }
    if body.len() > LONGEST {
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "a page has at most 256 KiB; shorten it"));
    }
    let text = std::str::from_utf8(&body).map_err(|_| ApiError::bad_request("the body has to be in UTF-8"))?;
    let text = harmless(text);
    if text.trim().is_empty() {
        return Err(ApiError::bad_request(
            "nothing is left of this text that could be shown; to take a page away, delete it",
        ));
    }
    let whom = Whom::Account(account);
    api.pace.count(whom, Doing::Edits, api.settings.max_edits_per_minute, api.world.now())?;
    api.catalog.write_page(name, language, Some(&text), account, api.world.now()).await?;
    reply.json(&described(summary(&api, name).await?, &url))
}

/// The text without what runs, and without what reaches beyond it.
fn harmless(html: &str) -> String {
    ammonia::Builder::default()
        .url_schemes(HashSet::from(["https", "http", "mailto", "tel"]))
        .link_rel(Some("noopener noreferrer"))
        .clean(&html.replace('\0', ""))
        .to_string()
}

/// Take a page away in a language
///
/// For administrators. The text stays on record. Terms of service that are written in no language ask nobody to agree.
#[utoipa::path(
    delete, path = "/pages/{page}/{lang}", tag = "Pages",
    params(
        ("page" = String, Path, description = "Which page"),
        ("lang" = String, Path, description = "The language, as in `fr` or `pt-BR`"),
    ),
    responses(
        (status = 200, description = "It is gone", content_type = "application/json", body = Done, example = json!({"message": "page removed"})),
        (status = 400, description = "That is no language", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "For administrators only", body = ErrorBody),
        (status = 404, description = "Nobody has written it in this language", body = ErrorBody),
    )
)]
pub async fn remove(
    State(api): State<Api>,
    identity: Identity,
    reply: Reply,
    Path((page, lang)): Path<(String, String)>,
) -> ApiResult<Response> {
    let account = identity.require_admin(FOR_ADMINISTRATORS)?.id;
    let (name, language) = (page_name(&page)?, language(&lang)?);
    if api.catalog.write_page(name, language, None, account, api.world.now()).await? {
        reply.json(&Done { message: "page removed" })
    } else {
        Err(missing())
    }
}
