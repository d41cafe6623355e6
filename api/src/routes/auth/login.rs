//! `/auth/login` and `/auth/logout`: where clients send a browser to.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use http::HeaderMap;
use serde::Deserialize;

use super::{
    providers::address as provider_address,
    session::{Left, leave},
};
use crate::{Api, ApiResult, PublicUrl, extract::Query};

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    /// The address of a page.
    pub next_url: Option<String>,
}

/// Sign in, in a browser
///
/// Where people sign in with an account elsewhere and there is one such place, that is where it leads; the page of this
/// instance is at `/sign-in`.
#[utoipa::path(
    get, path = "/auth/login", tag = "Accounts",
    params(("next_url" = Option<String>, Query, description = "Page of this instance to go to afterwards")),
    responses((status = 303, description = "To the page for signing in, or on to the only login provider"))
)]
pub async fn login(State(api): State<Api>, url: PublicUrl, next: Query<Next>) -> Redirect {
    let next = own_path(next.0.next_url.as_deref(), &url);
    match &*api.logins {
        [provider] => Redirect::to(&format!("{}?next_url={}", provider_address(provider, &url), encoded(&next))),
        _ => sign_in_page(&url, &next, None),
    }
}

/// To the page for signing in, which then leads on; `problem` is what it says has gone wrong.
pub fn sign_in_page(url: &PublicUrl, next: &str, problem: Option<&str>) -> Redirect {
    let problem = problem.map(|problem| format!("&problem={problem}")).unwrap_or_default();
    Redirect::to(&format!("{}/sign-in?next={}{problem}", url.0, encoded(next)))
}

fn encoded(text: &str) -> percent_encoding::PercentEncode<'_> {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
}

/// Sign out, in a browser
///
/// Who came here by a provider that has a place to sign out is led there first.
#[utoipa::path(
    get, path = "/auth/logout", tag = "Accounts",
    params(("next_url" = Option<String>, Query, description = "Page of this instance to go to afterwards")),
    responses((status = 303, description = "To the page asked for, or to the provider, which sends the browser on to it"))
)]
pub async fn logout(
    State(api): State<Api>,
    url: PublicUrl,
    headers: HeaderMap,
    Query(next): Query<Next>,
) -> ApiResult<Response> {
    let (cookies, left) = leave(&api, &url, &headers, &next).await?;
    Ok(match left {
        Left::Onward(ticket, address) => (cookies, ticket, Redirect::to(&address)).into_response(),
        Left::For(page) => (cookies, Redirect::to(&format!("{}{page}", url.0))).into_response(),
    })
}

/// The page's path if it is one of ours, else the start page: nobody may use us to send people elsewhere.
pub fn own_path(next: Option<&str>, url: &PublicUrl) -> String {
    let next = next.unwrap_or_default();
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
            assert_eq!(own_path(Some(next), &url), path, "{next}");
        }
        assert_eq!(own_path(None, &url), "/");
    }
}
