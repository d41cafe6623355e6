//! `GET /pages/{page}` and `GET /pages/{page}/{lang}`.

use axum::{extract::State, response::Response};
use http::{HeaderValue, header};

use super::{Described, described, language, missing, page_name, summary};
use crate::{Api, ApiResult, PublicUrl, error::ErrorBody, extract::Path, respond::Reply};

/// Opened by itself, a page runs nothing, sends nothing and is no part of the site: whoever wrote it, it came over the
/// network, and was stored.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src 'self' https: data:; sandbox; base-uri 'none'; form-action 'none'",
);

/// The languages of a page
///
/// `flaneur:version` counts how often the page was published: at first, and at changes that people should read again.
#[utoipa::path(
    get, path = "/pages/{page}", tag = "Pages",
    params(("page" = String, Path, description = "`terms-of-service`, `end-user-license-agreement`, `end-user-license-agreement-summary` or `custom-banner`")),
    responses(
        (status = 200, description = "The languages", content_type = "application/json", body = Described, example = json!({
            "name": "terms-of-service", "flaneur:version": 1,
            "languages": [{"language": "en", "links": [{"rel": "self", "type": "text/html", "href": "https://street.example.org/api/pages/terms-of-service/en"}]}]})),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "There is no such page, or nobody has written it", body = ErrorBody),
    )
)]
pub async fn languages(
    State(api): State<Api>,
    url: PublicUrl,
    reply: Reply,
    Path(page): Path<String>,
) -> ApiResult<Response> {
    let page = summary(&api, page_name(&page)?).await?;
    reply.json(&described(page, &url))
}

/// A page in a language, as HTML
#[utoipa::path(
    get, path = "/pages/{page}/{lang}", tag = "Pages",
    params(
        ("page" = String, Path, description = "Which page"),
        ("lang" = String, Path, description = "The language, as in `fr` or `pt-BR`"),
    ),
    responses(
        (status = 200, description = "The text, without anything that runs", content_type = "text/html", body = String),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 400, description = "That is no language", body = ErrorBody),
        (status = 404, description = "Nobody has written it in this language", body = ErrorBody),
    )
)]
pub async fn text(
    State(api): State<Api>,
    reply: Reply,
    Path((page, lang)): Path<(String, String)>,
) -> ApiResult<Response> {
    let page = api.catalog.page(page_name(&page)?, language(&lang)?).await?.ok_or_else(missing)?;
    let mut response = reply.text("text/html; charset=utf-8", page.html.into_bytes());
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}
