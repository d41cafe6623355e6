//! What a token that may not do everything needs for a request, and who may make it at all: decided here for all routes, by method
//! and path, so that a handler that is added needs a token that may do everything until somebody has thought about it.

use flaneur_access::{TokenScope, TokenScopes};
use http::Method;

use crate::{ApiError, ApiResult};

/// What a request takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// What every token may do.
    Read,
    /// This.
    One(TokenScope),
    /// A token without restrictions: who could make another token with this one could do anything.
    Everything,
}

/// What a request takes. The path is below `/api`.
pub fn need(method: &Method, path: &str) -> Need {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    match parts.as_slice() {
        // All that is held on an account is more than what it may read with this or that.
        ["auth", ..] | ["users", "me", "tokens" | "logins" | "mail", ..] | ["users", _, "takeout"] => Need::Everything,
        ["search"] => Need::Read,
        _ if reads => Need::Read,
        // Once begun, an upload may be given up by whoever may send.
        ["upload_sets", _, "tus", ..] | ["transfers", ..] => Need::One(TokenScope::Upload),
        ["upload_sets", ..] | ["collections"] | ["collections", _, "items"] if *method == Method::POST => {
            Need::One(TokenScope::Upload)
        }
        ["batch" | "annotations", ..]
        | ["pictures", _, "annotations", ..]
        | ["collections", _, "items", _, "annotations", ..] => Need::One(TokenScope::Annotate),
        ["upload_sets" | "collections" | "pictures" | "edits" | "reports", ..] => Need::One(TokenScope::Edit),
        ["configuration" | "admin" | "pages", ..] => Need::One(TokenScope::Moderate),
        _ => Need::Everything,
    }
}

/// Who may make a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// Anybody, as far as they may see what it is about.
    Anybody,
    /// Whoever is signed in; and anybody, where the operator lets nobodies send pictures.
    Uploader,
    /// Whoever is signed in.
    Account,
}

/// Who may make a request, for the API's description: handlers refuse others themselves. The path is below `/api`.
pub fn asker(method: &Method, path: &str) -> Asker {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let posts = *method == Method::POST;
    match parts.as_slice() {
        // What the server can do.
        _ if *method == Method::OPTIONS => Asker::Anybody,
        ["auth", "tokens", _, "claim"] if posts => Asker::Account,
        ["auth", "tokens", _] if !posts => Asker::Account,
        ["auth", ..] | ["search"] => Asker::Anybody,
        ["reports"] if posts => Asker::Anybody,
        ["upload_sets", _, "files" | "complete" | "tus", ..] => Asker::Uploader,
        ["upload_sets" | "collections"] | ["collections", _, "items"] if posts => Asker::Uploader,
        ["users", "me", ..]
        | ["users", _, "takeout" | "transfers"]
        | ["pictures", _, "redactions"]
        | ["admin" | "edits" | "transfers" | "webhooks", ..]
        | ["reports"] => Asker::Account,
        // One report: who has the key of the case need not be signed in.
        _ if matches!(*method, Method::GET | Method::HEAD) => Asker::Anybody,
        _ => Asker::Account,
    }
}

/// Refuses a request whose token may not do that.
pub fn check(scopes: Option<TokenScopes>, method: &Method, path: &str) -> ApiResult<()> {
    let Some(scopes) = scopes else { return Ok(()) };
    let (allowed, what) = match need(method, path) {
        Need::Read => (true, ""),
        Need::One(scope) => (scopes.allow(scope), scope.as_str()),
        Need::Everything => (false, "everything"),
    };
    if allowed {
        return Ok(());
    }
    Err(ApiError::forbidden(format!(
        "This token may not do that: it is made for `{scopes}`, and this takes one for `{what}`. Make one on your account's page"
    ))
    .for_reason("insufficient_scope"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What every route answers is compared with it by the table of permissions.
    #[test]
    fn what_nobody_thought_about_takes_an_account_if_it_changes_something() {
        assert_eq!(asker(&Method::PUT, "/something/new"), Asker::Account);
        assert_eq!(asker(&Method::GET, "/something/new"), Asker::Anybody);
        assert_eq!(asker(&Method::HEAD, "/upload_sets/1/tus/2"), Asker::Uploader);
        assert_eq!(asker(&Method::DELETE, "/upload_sets/1"), Asker::Account);
        assert_eq!(asker(&Method::GET, "/pictures/1/edits"), Asker::Anybody);
    }

    #[test]
    fn what_nobody_thought_about_takes_everything() {
        assert_eq!(need(&Method::POST, "/something/new"), Need::Everything);
        assert_eq!(need(&Method::PATCH, "/users/me"), Need::Everything);
        assert_eq!(need(&Method::GET, "/users/me/tokens/1"), Need::Everything, "it would tell a token");
        for method in [Method::GET, Method::HEAD] {
            for path in
                ["/users/me/takeout", "/users/52864614-8ee3-4e42-9578-9ffa0a554f1f/takeout", "/users/me/takeout/"]
            {
                assert_eq!(need(&method, path), Need::Everything, "it would tell where somebody lives");
            }
        }
        assert_eq!(need(&Method::GET, "/users/me"), Need::Read);
        assert_eq!(need(&Method::DELETE, "/upload_sets/1/tus/2/"), Need::One(TokenScope::Upload));
        assert_eq!(need(&Method::DELETE, "/upload_sets/1"), Need::One(TokenScope::Edit));
        assert_eq!(need(&Method::PATCH, "/collections/1/items/2/annotations/3"), Need::One(TokenScope::Annotate));
        assert_eq!(need(&Method::PATCH, "/collections/1/items/2"), Need::One(TokenScope::Edit));
        assert_eq!(need(&Method::POST, "/search/"), Need::Read);
        assert_eq!(need(&Method::PUT, "/configuration/excluded_areas"), Need::One(TokenScope::Moderate));
    }
}
