//! `/auth/login` and `/auth/logout`: where clients send a browser to.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect},
};
use http::HeaderMap;
use serde::Deserialize;

use super::session::close;
use crate::{Api, ApiResult, PublicUrl, extract::Query};

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    next_url: Option<String>,
}

/// Sign in, in a browser.
#[utoipa::path(
    get, path = "/auth/login", tag = "Accounts",
    params(("next_url" = Option<String>, Query, description = "Page of this instance to go to afterwards")),
    responses((status = 303, description = "To the page for signing in"))
)]
pub async fn login(url: PublicUrl, next: Query<Next>) -> Redirect {
    let next = own_path(&next.0, &url);
    let next = percent_encoding::utf8_percent_encode(&next, percent_encoding::NON_ALPHANUMERIC);
    Redirect::to(&format!("{}/sign-in?next={next}", url.0))
}

/// Sign out, in a browser.
#[utoipa::path(
    get, path = "/auth/logout", tag = "Accounts",
    params(("next_url" = Option<String>, Query, description = "Page of this instance to go to afterwards")),
    responses((status = 303, description = "To the page asked for"))
)]
pub async fn logout(
    State(api): State<Api>,
    url: PublicUrl,
    headers: HeaderMap,
    next: Query<Next>,
) -> ApiResult<impl IntoResponse> {
    let cookies = close(&api, &url, &headers).await?;
    Ok((cookies, Redirect::to(&format!("{}{}", url.0, own_path(&next.0, &url)))))
}

/// The page's path if it is one of ours, else the start page: nobody may use us to send people elsewhere.
fn own_path(next: &Next, url: &PublicUrl) -> String {
    let next = next.next_url.as_deref().unwrap_or_default();
    let Ok(base) = url::Url::parse(&format!("{}/", url.0)) else { return "/".to_owned() };
    match base.join(next) {
        Ok(target) if target.origin() == base.origin() => target[url::Position::BeforePath..].to_owned(),
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        let url = PublicUrl("https://street.example".to_owned());
        for (next, path) in [
            ("/upload?x=1#y", "/upload?x=1#y"),
            ("https://street.example/#pic=1", "/#pic=1"),
            ("https://evil.example/", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("", "/"),
        ] {
            let query = Next { next_url: Some(next.to_owned()) };
            assert_eq!(own_path(&query, &url), path, "{next}");
        }
        assert_eq!(own_path(&Next::default(), &url), "/");
    }
}
