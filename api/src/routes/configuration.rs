//! `/configuration`: what clients adapt themselves to.

use axum::{extract::State, response::Response};
use flaneur_access::Visibility;
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Api, ApiResult, PublicUrl, respond::Reply};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(configuration))
}

/// What the operator chose
///
/// `auth.enabled` says whether uploading needs a token. `defaults` apply to upload sets that say nothing else: metres,
/// seconds, degrees. `flaneur:background_style` is the address of a MapLibre style to put below the coverage, or null
/// for the one the site brings along. `auth.flaneur:providers`: where people sign in with an account that they have
/// elsewhere; `href` leads a browser there, and takes `next_url`. `registration_is_open` says whether who was never here gets
/// an account that way.
#[utoipa::path(
    get, path = "/configuration", tag = "Catalog",
    responses((status = 200, description = "The configuration", body = Object, example = json!({
        "name": {"label": "Flaneur", "langs": {"en": "Flaneur"}},
        "description": {"label": "Street-level pictures, open to all", "langs": {"en": "Street-level pictures, open to all"}},
        "auth": {"enabled": true, "registration_is_open": false, "enforce_tos_acceptance": false, "flaneur:providers": []},
        "license": {"id": "CC-BY-SA-4.0", "url": "https://spdx.org/licenses/CC-BY-SA-4.0.html"},
        "defaults": {"split_distance": 100.0, "split_time": 300.0, "duplicate_distance": 1.0, "duplicate_rotation": 60.0, "default_visibility": "anyone"},
        "visibility": {"possible_values": ["anyone", "logged-only", "owner-only"]},
        "version": "0.1.0"})))
)]
async fn configuration(State(api): State<Api>, url: PublicUrl, reply: Reply) -> ApiResult<Response> {
    let settings = &api.settings;
    let text = |text: &str| json!({"label": text, "langs": {"en": text}});
    let defaults = settings.defaults;
    let pages: Vec<_> = api.catalog.pages().await?.iter().map(|page| page.name.as_str()).collect();
    let providers: Vec<_> = api.logins.iter().map(|provider| super::auth::described(provider, &url)).collect();
    let mut document = json!({
        "name": text(&settings.name),
        "description": text(&settings.description),
        "geo_coverage": text("Worldwide"),
        "auth": {
            "enabled": !settings.anonymous_uploads,
            // Who has no login elsewhere gets an account by invitation only.
            "registration_is_open": settings.sign_up && !api.logins.is_empty(),
            "enforce_tos_acceptance": settings.enforce_terms,
            "flaneur:providers": providers,
        },
        "license": {"id": settings.license.id, "url": settings.license.url},
        "licenses": settings.licenses().map(|each| json!({"id": each.id, "url": each.url})).collect::<Vec<_>>(),
        "defaults": {
            "split_distance": defaults.split_distance,
            "split_time": defaults.split_time,
            "duplicate_distance": defaults.duplicate_distance,
            "duplicate_rotation": defaults.duplicate_rotation,
            "default_visibility": Visibility::default().as_str(),
        },
        "visibility": {"possible_values": Visibility::ALL.map(Visibility::as_str)},
        "pages": pages,
        "version": env!("CARGO_PKG_VERSION"),
        "flaneur:background_style": settings.background_style,
    });
    if let Some(email) = &settings.email {
        document["email"] = json!(email);
    }
    reply.json(&document)
}

#[cfg(test)]
mod tests {
    use crate::testing::{FixtureBuilder, fixture};

    #[tokio::test]
    async fn a_token_is_needed_unless_anyone_may_upload() {
        let configuration = fixture().await.get("/configuration").await.json();
        insta::assert_json_snapshot!("configuration", configuration, { ".version" => "[version]" });
        let open = FixtureBuilder::default().settings(|settings| settings.anonymous_uploads = true).build().await;
        assert_eq!(open.get("/configuration").await.json()["auth"]["enabled"], false);
    }
}
