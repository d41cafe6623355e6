//! `/configuration`: what clients adapt themselves to.

use axum::{extract::State, response::Response};
use flaneur_access::Visibility;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Api, ApiResult, License, PublicUrl, respond::Reply, routes::auth, words};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(configuration))
}

/// What the operator chose.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Configuration {
    /// What the instance is called.
    name: Text,
    /// What it is.
    description: Text,
    /// Where its pictures are from.
    geo_coverage: Text,
    /// How people sign in.
    auth: Auth,
    /// The licence of pictures whose sender chose none.
    license: Offered,
    /// The licences that senders may choose from.
    licenses: Vec<Offered>,
    /// What holds for upload sets that say nothing else.
    defaults: Defaults,
    /// Who may be let see pictures.
    visibility: Choice,
    /// The pages that somebody has written.
    #[schema(value_type = Vec<words::PageName>)]
    pages: Vec<&'static str>,
    /// The release of this server.
    version: &'static str,
    /// Address of a MapLibre style to put below the coverage; null: the one that the site brings along.
    #[serde(rename = "flaneur:background_style")]
    #[schema(required)]
    background_style: Option<String>,
    /// Address of a service that finds places by name: it takes `q`, and answers as Nominatim does or in GeoJSON; null: there is none.
    #[serde(rename = "flaneur:geocoder")]
    #[schema(required)]
    geocoder: Option<String>,
    /// The operator's address, where it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    email: Option<String>,
}

/// A text in some languages.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Translated)]
struct Text {
    /// In the instance's language.
    label: String,
    /// By language.
    langs: Languages,
}

/// A text by language.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Languages {
    /// In English.
    en: String,
}

impl Text {
    fn of(text: &str) -> Self {
        Self { label: text.to_owned(), langs: Languages { en: text.to_owned() } }
    }
}

/// How people sign in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Auth {
    /// Whether uploading takes a token.
    enabled: bool,
    /// Whether who was never here gets an account by signing in with one that they have elsewhere.
    registration_is_open: bool,
    /// Whether who uploads has to agree to the terms of service first.
    enforce_tos_acceptance: bool,
    /// Where people sign in with an account that they have elsewhere.
    #[serde(rename = "flaneur:providers")]
    providers: Vec<auth::Provider>,
}

/// A licence.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = License)]
struct Offered {
    /// SPDX identifier.
    id: String,
    /// Where its text is.
    url: String,
}

impl From<License> for Offered {
    fn from(license: License) -> Self {
        Self { id: license.id, url: license.url }
    }
}

/// What holds for upload sets that say nothing else.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = UploadDefaults)]
struct Defaults {
    /// Metres between neighbours above which a new sequence begins.
    split_distance: f64,
    /// Seconds between neighbours above which a new sequence begins.
    split_time: f64,
    /// Metres below which neighbours may be duplicates.
    duplicate_distance: f64,
    /// Degrees of heading below which neighbours may be duplicates.
    duplicate_rotation: f64,
    /// Who sees them.
    #[schema(value_type = words::Visibility)]
    default_visibility: &'static str,
}

/// What may be chosen.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = VisibilityChoice)]
struct Choice {
    /// The values.
    #[schema(value_type = Vec<words::Visibility>)]
    possible_values: [&'static str; Visibility::ALL.len()],
}

/// What the operator chose
///
/// `auth.enabled` says whether uploading needs a token. `defaults` apply to upload sets that say nothing else: metres,
/// seconds, degrees. `flaneur:background_style` is the address of a MapLibre style to put below the coverage, or null
/// for the one the site brings along; `flaneur:geocoder` that of a service that finds places by name, if there is one. `auth.flaneur:providers`: where people sign in with an account that they have
/// elsewhere; `href` leads a browser there, and takes `next_url`. `registration_is_open` says whether who was never here gets
/// an account that way.
#[utoipa::path(
    get, path = "/configuration", tag = "Catalog",
    responses((status = 200, description = "The configuration", body = Configuration, example = json!({
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
    let defaults = settings.defaults;
    let pages = api.catalog.pages().await?.iter().map(|page| page.name.as_str()).collect();
    reply.json(&Configuration {
        name: Text::of(&settings.name),
        description: Text::of(&settings.description),
        geo_coverage: Text::of("Worldwide"),
        auth: Auth {
            enabled: !settings.anonymous_uploads,
            // Who has no login elsewhere gets an account by invitation only.
            registration_is_open: settings.sign_up && !api.logins.is_empty(),
            enforce_tos_acceptance: settings.enforce_terms,
            providers: api.logins.iter().map(|provider| auth::Provider::of(provider, &url)).collect(),
        },
        license: settings.license.clone().into(),
        licenses: settings.licenses().map(Offered::from).collect(),
        defaults: Defaults {
            split_distance: defaults.split_distance,
            split_time: defaults.split_time,
            duplicate_distance: defaults.duplicate_distance,
            duplicate_rotation: defaults.duplicate_rotation,
            default_visibility: Visibility::default().as_str(),
        },
        visibility: Choice { possible_values: Visibility::ALL.map(Visibility::as_str) },
        pages,
        version: env!("CARGO_PKG_VERSION"),
        background_style: settings.background_style.clone(),
        geocoder: settings.geocoder.clone(),
        email: settings.email.clone(),
    })
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
