//! `/pages`: texts that administrators write for everybody: terms of service, an agreement, a banner.

mod publish;
mod read;
mod write;

#[cfg(test)]
mod tests;

use flaneur_catalog::model::{PageName, PageSummary};
use serde_json::{Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Api, ApiError, ApiResult, Link, PublicUrl};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(read::languages))
        .routes(routes!(read::text, write::save, write::remove))
        .routes(routes!(publish::publish))
}

/// What is said where an administrator is needed.
const FOR_ADMINISTRATORS: &str = "You must be logged-in as admin to edit pages";

fn page_name(text: &str) -> ApiResult<PageName> {
    PageName::ALL.into_iter().find(|name| name.as_str() == text).ok_or_else(|| {
        let names = PageName::ALL.map(PageName::as_str).join(", ");
        ApiError::not_found(format!("There is no page of this name; there may be {names}"))
    })
}

/// A language as in RFC 5646: two or three letters, and perhaps where or how it is written (`fr`, `pt-BR`, `zh-Hant`).
fn language(text: &str) -> ApiResult<&str> {
    let (language, rest) = text.split_once('-').unwrap_or((text, "xx"));
    let is_language = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_rest = (2..=8).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_language && is_rest {
        Ok(text)
    } else {
        Err(ApiError::bad_request(
            "A language is two or three small letters, as in `fr`, and perhaps a region, as in `pt-BR`",
        ))
    }
}

fn missing() -> ApiError {
    ApiError::not_found("Nobody has written this page in this language")
}

fn described(page: &PageSummary, url: &PublicUrl) -> Value {
    let languages: Vec<Value> = page
        .languages
        .iter()
        .map(|language| {
            let href = url.api(&format!("/pages/{}/{language}", page.name.as_str()));
            json!({ "language": language, "links": [Link { media_type: Some("text/html"), ..Link::json("self", href) }] })
        })
        .collect();
    json!({ "name": page.name.as_str(), "flaneur:version": page.version, "languages": languages })
}

/// What is written of a page, or 404.
async fn summary(api: &Api, name: PageName) -> ApiResult<PageSummary> {
    let pages = api.catalog.pages().await?;
    let nothing = || ApiError::not_found("Nobody has written this page");
    pages.into_iter().find(|page| page.name == name).ok_or_else(nothing)
}
