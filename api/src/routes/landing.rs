//! `/`: the landing page, a STAC Catalog.

use axum::{extract::State, response::Response};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Api, ApiResult, Link, PublicUrl,
    error::ErrorBody,
    respond::Reply,
    stac::{CONFORMANCE, Extent, PROTOCOL_VERSION, STAC_VERSION, collection::license_link},
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(landing))
}

/// The instance as a STAC Catalog.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Landing {
    /// Always `Catalog`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Always `1.0.0`.
    stac_version: &'static str,
    /// Extensions whose schemas it keeps to.
    stac_extensions: [&'static str; 1],
    /// The release of the Panoramax API whose behaviour this server follows.
    geovisio_version: &'static str,
    /// Always `flaneur`.
    id: &'static str,
    /// What the instance is called.
    title: String,
    /// What it is, for people.
    description: String,
    /// Where and when all public pictures were taken.
    extent: Extent,
    /// The standards that the API keeps to.
    #[serde(rename = "conformsTo")]
    #[schema(value_type = Vec<String>)]
    conforms_to: [&'static str; CONFORMANCE.len()],
    /// Where everything is: clients match on `rel` and `type`.
    links: Vec<Link>,
    /// Whom to write to, where the operator says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Contact>>, nullable = false)]
    contacts: Option<[Contact; 1]>,
}

/// Whom to write to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Contact {
    /// What they are called: the instance's name.
    name: String,
    /// Their addresses.
    emails: [Email; 1],
}

/// An e-mail address.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Email {
    /// The address.
    value: String,
}

/// The instance: who it is, and where everything is
///
/// Clients find all other addresses by the `rel` and `type` of the links here. `extent` is that of all public pictures.
/// `geovisio_version` names the release of the Panoramax API whose behaviour this server follows.
#[utoipa::path(
    get, path = "/", tag = "Catalog",
    responses(
        (status = 200, description = "A STAC Catalog", content_type = "application/json", body = Landing,
            example = json!({"type": "Catalog", "stac_version": "1.0.0", "id": "flaneur", "title": "Flaneur",
                "description": "Street-level pictures, open to all", "geovisio_version": "2.15.1",
                "extent": {"spatial": {"bbox": [[1.9, 49.0, 2.1, 49.2]]},
                    "temporal": {"interval": [["2021-07-29T09:16:54+00:00", "2021-07-29T09:16:58+00:00"]]}},
                "conformsTo": ["https://api.stacspec.org/v1.0.0/core"],
                "links": [{"rel": "search", "type": "application/geo+json", "href": "https://pics.example.org/api/search", "method": "GET"}]})),
        (status = 500, description = "The server failed", body = ErrorBody),
    )
)]
async fn landing(State(api): State<Api>, url: PublicUrl, reply: Reply) -> ApiResult<Response> {
    let settings = &api.settings;
    let extent = api.catalog.extent().await?;
    let extent = Extent::of(extent.as_ref().map(|(bbox, _)| bbox), extent.map(|(_, interval)| interval));
    let mut links = links(&url);
    links.push(license_link(&settings.license));
    if settings.dataset.is_some() {
        links.push(Link::json("flaneur:dataset", url.api("/dataset")).titled("All pictures as GeoParquet files"));
    }
    let contact = |email: &String| [Contact { name: settings.name.clone(), emails: [Email { value: email.clone() }] }];
    reply.json(&Landing {
        kind: "Catalog",
        stac_version: STAC_VERSION,
        stac_extensions: ["https://stac-extensions.github.io/web-map-links/v1.0.0/schema.json"],
        geovisio_version: PROTOCOL_VERSION,
        id: "flaneur",
        title: settings.name.clone(),
        description: settings.description.clone(),
        extent,
        conforms_to: CONFORMANCE,
        links,
        contacts: settings.email.as_ref().map(contact),
    })
}

/// Of two links with the same `rel` and type some clients take the first, some the last: they lead to the same place.
fn links(url: &PublicUrl) -> Vec<Link> {
    let tiles = "application/vnd.mapbox-vector-tile";
    let search = |method: &str| Link::geojson("search", url.api("/search")).with("method", method);
    vec![
        Link::json("self", url.api("")),
        Link::json("root", url.api("")).titled("Instance catalog"),
        Link::json("service-desc", url.api("/docs/specs.json")).titled("OpenAPI description"),
        Link::of("service-doc", "text/html", url.api("/docs/swagger")).titled("Documentation"),
        Link::json("conformance", url.api("/conformance")),
        Link::json("data", url.api("/collections")).titled("Sequences"),
        Link::of("data", "application/rss+xml", url.api("/collections?format=rss")).titled("The latest sequences"),
        Link::queryables(url.api("/queryables")).titled("What filters of pictures may ask for"),
        search("GET"),
        search("POST"),
        Link::of("xyz", tiles, url.api("/map/{z}/{x}/{y}.mvt")).titled("Pictures and sequences vector tiles"),
        Link::json("tilejson", url.api("/map/tiles.json")).titled("Pictures and sequences vector tiles as TileJSON"),
        Link::json("xyz-style", url.api("/map/style.json")).titled("MapLibre Style JSON"),
        Link::of("user-xyz", tiles, url.api("/users/{userId}/map/{z}/{x}/{y}.mvt"))
            .titled("Pictures and sequences vector tiles of one user"),
        Link::json("user-tilejson", url.api("/users/{userId}/map/tiles.json"))
            .titled("Pictures and sequences vector tiles of one user as TileJSON"),
        Link::json("user-xyz-style", url.api("/users/{userId}/map/style.json"))
            .titled("MapLibre Style JSON of one user"),
        Link::of("collection-preview", "image/jpeg", url.api("/collections/{id}/thumb.jpg"))
            .titled("Thumbnail of a sequence"),
        Link::of("item-preview", "image/jpeg", url.api("/pictures/{id}/thumb.jpg")).titled("Thumbnail of a picture"),
        Link::json("report", url.api("/reports")).titled("Report what is wrong with a picture or a sequence"),
        Link::json("flaneur:changes", url.api("/changes")).titled("What changed, line by line"),
        Link::json("users", url.api("/users")).titled("Users"),
        Link::json("user-search", url.api("/users/search")).titled("Search users"),
    ]
}

#[cfg(test)]
mod tests {
    use crate::testing::fixture;

    #[tokio::test]
    async fn the_landing_page() {
        let fixture = fixture().await;
        fixture.sequence().await;
        let landing = fixture.get("/").await.json();
        insta::assert_json_snapshot!("landing", landing);
    }

    #[tokio::test]
    async fn every_link_is_absolute_and_leads_somewhere() {
        let fixture = fixture().await;
        for link in fixture.get("/").await.json()["links"].as_array().unwrap() {
            let href = link["href"].as_str().unwrap();
            assert!(href.starts_with("https://"), "{href}");
            let Some(path) = href.strip_prefix("https://pics.example.org/api") else { continue };
            // The map's tiles are the tiler's, which is not mounted here.
            if path.contains('{') || path.starts_with("/map/") {
                continue;
            }
            let answer = fixture.get(if path.is_empty() { "/" } else { path }).await;
            // These are not to be read by just anybody, or not without saying what.
            assert!(answer.status == 200 || ["/users/search", "/reports"].contains(&path), "{path}: {}", answer.status);
            assert!(answer.status != 200 || answer.header("content-type").starts_with(link["type"].as_str().unwrap()));
        }
    }
}
