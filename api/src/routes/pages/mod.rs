//! `/pages`: texts that administrators write for everybody: terms of service, an agreement, a banner.

mod publish;
mod read;
mod write;

#[cfg(test)]
mod tests;

use flaneur_catalog::model::{PageName, PageSummary};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Api, ApiError, ApiResult, Link, PublicUrl, words};

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

/// A page, and in which languages there is one.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Page)]
struct Described {
    /// Which page.
    #[schema(value_type = words::PageName)]
    name: &'static str,
    /// How often it was published: at first, and at changes that people should read again.
    #[serde(rename = "flaneur:version")]
    version: i64,
    /// In which languages it is written.
    languages: Vec<PageLanguage>,
}

/// A language that a page is written in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PageLanguage {
    /// As in `fr` or `pt-BR`.
    language: String,
    /// `self`: the text.
    links: [Link; 1],
}

fn described(page: PageSummary, url: &PublicUrl) -> Described {
    let name = page.name.as_str();
    let language = |language: String| {
        let href = url.api(format_args!("/pages/{name}/{language}"));
        PageLanguage { language, links: [Link::of("self", "text/html", href)] }
    };
    Described { name, version: page.version, languages: page.languages.into_iter().map(language).collect() }
}

/// What is written of a page, or 404.
async fn summary(api: &Api, name: PageName) -> ApiResult<PageSummary> {
    let pages = api.catalog.pages().await?;
    let nothing = || ApiError::not_found("Nobody has written this page");
    pages.into_iter().find(|page| page.name == name).ok_or_else(nothing)
}
