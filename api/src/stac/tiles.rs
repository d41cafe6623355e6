//! Tiles of a panorama, in the words of STAC's tiled-assets extension.

use flaneur_catalog::model::{PictureId, TileMatrix};
use serde_json::{Value, json};

/// How tiles are addressed.
pub(super) fn asset_templates(href: &str) -> Value {
    json!({"tiles": {
        "title": "HD tiled picture",
        "description": "Highest resolution available of this picture, as tiles",
        "roles": ["data"],
        "type": "image/jpeg",
        "href": href,
    }})
}

/// The grid.
pub(super) fn tile_matrix_sets(id: PictureId, matrix: TileMatrix) -> Value {
    json!({"geovisio": {
        "type": "TileMatrixSetType",
        "title": format!("Tile matrix of picture {id}"),
        "identifier": format!("geovisio-{id}"),
        "tileMatrix": [{
            "type": "TileMatrixType",
            "identifier": "0",
            "scaleDenominator": 1,
            "topLeftCorner": [0, 0],
            "tileWidth": matrix.tile_width,
            "tileHeight": matrix.tile_height,
            "matrixWidth": matrix.columns,
            "matrixHeight": matrix.rows,
        }],
    }})
}
