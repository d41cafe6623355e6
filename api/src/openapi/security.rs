//! Who may ask for what, as the description says it: derived from the classes of routes that requests are checked by.

use flaneur_access::TokenScopes;
use http::Method;
use utoipa::openapi::{
    Components,
    path::Operation,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

use crate::{
    identity::SESSION_COOKIE,
    scopes::{Asker, Need, asker, need},
};

/// The scheme of tokens.
const TOKEN: &str = "token";
/// The scheme of a browser's session.
const SESSION: &str = "session";

const OF_TOKEN: &str = "A token, as an account's page, `POST /auth/tokens/generate` or the operator makes it. What one with \
                        scopes has to be made for is said with each operation: `read` (every token), `upload`, `edit`, `annotate` or \
                        `moderate`.";
const OF_SESSION: &str = "A browser's session. It begins with a token at `POST /auth/session`, with an invite at \
                          `POST /auth/invites/redeem`, or with an account elsewhere: `GET /auth/login/{provider}` leads a browser to a \
                          provider of OpenID Connect or to OpenStreetMap, and back. Which there are says `/configuration`. Pages of \
                          other sites change nothing by it, unless the operator named them.";

/// Describes the ways to say who asks.
pub fn add_schemes(components: &mut Components) {
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").description(Some(OF_TOKEN));
    components.add_security_scheme(TOKEN, SecurityScheme::Http(token.build()));
    let session = ApiKeyValue::with_description(SESSION_COOKIE, OF_SESSION);
    components.add_security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(session)));
}

/// Says who may ask for an operation. The path is below `/api`.
pub fn say_who_asks(method: &Method, path: &str, operation: &mut Operation, anonymous_uploads: bool) {
    let (asker, need) = (asker(method, path), need(method, path));
    let for_nobody = match asker {
        Asker::Anybody => true,
        Asker::Uploader => anonymous_uploads,
        Asker::Account => false,
    };
    let scope = match need {
        Need::Read => Some(TokenScopes::READ),
        Need::One(scope) => Some(scope.as_str()),
        // A token without scopes, which has none to name.
        Need::Everything => None,
    };
    let mut ways: Vec<SecurityRequirement> = for_nobody.then(SecurityRequirement::default).into_iter().collect();
    ways.push(SecurityRequirement::new(TOKEN, scope));
    ways.push(SecurityRequirement::new(SESSION, None::<&str>));
    operation.security = Some(ways);

    let who = (!for_nobody).then_some("For whoever is signed in.");
    let with = match need {
        Need::Read => None,
        Need::One(scope) => Some(format!("A token with scopes has to be made for `{}`.", scope.as_str())),
        Need::Everything => (!for_nobody).then(|| "A token with scopes does not do.".to_owned()),
    };
    let said: Vec<&str> = who.into_iter().chain(with.as_deref()).collect();
    if said.is_empty() {
        return;
    }
    let description = operation.description.take().filter(|text| !text.is_empty());
    operation.description = Some(description.into_iter().chain([said.join(" ")]).collect::<Vec<_>>().join("\n\n"));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(method: &Method, path: &str, anonymous_uploads: bool) -> (serde_json::Value, Option<String>) {
        let mut operation = Operation::new();
        operation.description = Some("About it.".to_owned());
        say_who_asks(method, path, &mut operation, anonymous_uploads);
        (serde_json::to_value(&operation.security).unwrap(), operation.description)
    }

    #[test]
    fn who_asks_is_said() {
        let (ways, description) = said(&Method::GET, "/collections/{id}", false);
        assert_eq!(ways, json!([{}, { "token": ["read"] }, { "session": [] }]));
        assert_eq!(description.as_deref(), Some("About it."));

        let (ways, description) = said(&Method::PATCH, "/annotations/{id}", false);
        assert_eq!(ways, json!([{ "token": ["annotate"] }, { "session": [] }]));
        let expected = "About it.\n\nFor whoever is signed in. A token with scopes has to be made for `annotate`.";
        assert_eq!(description.as_deref(), Some(expected));

        let (ways, description) = said(&Method::DELETE, "/users/me", false);
        assert_eq!(ways, json!([{ "token": [] }, { "session": [] }]));
        let expected = "About it.\n\nFor whoever is signed in. A token with scopes does not do.";
        assert_eq!(description.as_deref(), Some(expected));
    }

    #[test]
    fn nobodies_upload_where_the_operator_lets_them() {
        let ways = |anonymous| said(&Method::POST, "/upload_sets/{id}/files", anonymous).0;
        assert_eq!(ways(false), json!([{ "token": ["upload"] }, { "session": [] }]));
        assert_eq!(ways(true), json!([{}, { "token": ["upload"] }, { "session": [] }]));
    }
}
