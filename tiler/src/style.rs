//! `/map/style.json` and `/users/{id}/map/style.json`: how clients draw the coverage.
//!
//! Panoramax clients find sources and layers by their names, expect every source to be one of vector tiles with absolute
//! addresses, and offer a filter only if `panoramax:fields` names the attributes it needs.

use axum::{extract::Path, response::Response};
use flaneur_coverage::mvt::{LAST_ZOOM, SEQUENCES_FIRST_ZOOM};
use serde_json::{Map, Value, json};

use crate::{
    error::{ErrorBody, TileError},
    filter::{Filter, Parameters},
    layers::{self, fields},
    request::Asker,
    response,
    tilejson::tiles,
};

/// Colour of lines and points.
const COLOUR: &str = "#e8590c";

/// Style of the coverage map
///
/// A MapLibre style: one source of vector tiles and the layers that draw it. Filters go into the address of the tiles.
#[utoipa::path(
    get,
    path = "/map/style.json",
    tag = "Map",
    params(Parameters),
    responses(
        (status = 200, description = "The style", content_type = "application/json", body = Object),
        (status = 304, description = "The client has the style"),
        (status = 400, description = "A filter that is none", body = ErrorBody),
    )
)]
pub(crate) async fn everyone(asker: Asker, parameters: Parameters) -> Result<Response, TileError> {
    let filter = Filter::new(&parameters, None)?;
    let mut layers = vec![sequences("geovisio"), pictures("geovisio")];
    let (fields, first) = if filter.is_counted() {
        // The grid fades out where lines fade in.
        layers[0]["paint"]["line-opacity"] = by_zoom(&[(6.25, 0.0), (7.0, 1.0)]);
        layers.push(grid("geovisio"));
        (fields(&layers::EVERYONE), 0)
    } else {
        (fields(&layers::UNCOUNTED), SEQUENCES_FIRST_ZOOM)
    };
    let tiles = tiles(&format!("{}/api/map", asker.address()?), &filter);
    let style = style("geovisio", &tiles, first, &fields, &layers);
    Ok(response::tagged(&asker, false, "application/json", style))
}

/// Style of the map of one account
#[utoipa::path(
    get,
    path = "/users/{id}/map/style.json",
    tag = "Map",
    params(("id" = String, Path, description = "The account: its UUID, or `me`"), Parameters),
    responses(
        (status = 200, description = "The style", content_type = "application/json", body = Object),
        (status = 304, description = "The client has the style"),
        (status = 400, description = "A filter that is none", body = ErrorBody),
        (status = 401, description = "`me` is nobody", body = ErrorBody),
        (status = 404, description = "No such account", body = ErrorBody),
    )
)]
pub(crate) async fn account(
    Path(id): Path<String>,
    asker: Asker,
    parameters: Parameters,
) -> Result<Response, TileError> {
    let id = asker.account(&id)?;
    let filter = Filter::new(&parameters, Some(id))?;
    let source = format!("geovisio_{id}");
    let layers = vec![sequences(&source), pictures(&source)];
    let tiles = tiles(&format!("{}/api/users/{id}/map", asker.address()?), &filter);
    let style = style(&source, &tiles, 0, &fields(&layers::ACCOUNT), &layers);
    Ok(response::tagged(&asker, true, "application/json", style))
}

fn style(source: &str, tiles: &str, first: u8, fields: &Value, layers: &[Value]) -> Vec<u8> {
    let tiles = json!({
        "type": "vector",
        "tiles": [tiles],
        "minzoom": first,
        "maxzoom": LAST_ZOOM,
    });
    let style = json!({
        "version": 8,
        "name": "Flaneur",
        "sources": Map::from_iter([(source.to_owned(), tiles)]),
        "layers": layers,
        "metadata": { "panoramax:fields": fields },
    });
    style.to_string().into_bytes()
}

fn sequences(source: &str) -> Value {
    json!({
        "id": format!("{source}_sequences"),
        "type": "line",
        "source": source,
        "source-layer": "sequences",
        // What is only one unit long shows by its caps.
        "layout": { "line-cap": "square" },
        "paint": {
            "line-color": COLOUR,
            "line-opacity": 1,
            "line-width": by_zoom(&[(0.0, 1.0), (10.0, 2.0), (14.0, 4.0), (16.0, 5.0), (22.0, 3.0)]),
        },
    })
}

fn pictures(source: &str) -> Value {
    json!({
        "id": format!("{source}_pictures"),
        "type": "circle",
        "source": source,
        "source-layer": "pictures",
        "paint": {
            "circle-color": COLOUR,
            "circle-opacity": by_zoom(&[(15.0, 0.0), (16.0, 1.0)]),
            "circle-radius": by_zoom(&[(15.0, 4.0), (17.0, 8.0), (22.0, 12.0)]),
            "circle-stroke-color": "#ffffff",
            "circle-stroke-width": by_zoom(&[(17.0, 0.0), (20.0, 2.0)]),
        },
    })
}

fn grid(source: &str) -> Value {
    json!({
        "id": format!("{source}_grid"),
        "type": "circle",
        "source": source,
        "source-layer": "grid",
        // The fullest on top.
        "layout": { "circle-sort-key": ["get", "coef"] },
        "paint": {
            "circle-color": [
                "interpolate", ["linear"], ["get", "coef"],
                0, "#ffa94d", 0.1, "#f76707", 0.5, "#d9480f", 1, "#5c1f06",
            ],
            // Cells are 8 pixels wide when a zoom level begins and 16 when it ends.
            "circle-radius": by_zoom(&[(0.0, 3.5), (5.0, 4.5), (6.0, 5.0), (7.0, 8.0)]),
            "circle-opacity": by_zoom(&[(0.0, 0.8), (6.0, 0.9), (6.75, 0.9), (7.0, 0.0)]),
        },
    })
}

/// A value that changes evenly between the given (zoom level, value).
fn by_zoom(stops: &[(f64, f64)]) -> Value {
    let mut expression = vec![json!("interpolate"), json!(["linear"]), json!(["zoom"])];
    expression.extend(stops.iter().flat_map(|(zoom, value)| [json!(zoom), json!(value)]));
    Value::Array(expression)
}
