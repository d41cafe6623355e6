//! Tiles of a panorama, in the words of STAC's tiled-assets extension.

use flaneur_catalog::model::{PictureId, TileMatrix};
use serde::{Serialize, Serializer, ser::SerializeMap};

/// How tiles are addressed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AssetTemplates {
    tiles: AssetTemplate,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct AssetTemplate {
    title: &'static str,
    description: &'static str,
    roles: [&'static str; 1],
    #[serde(rename = "type")]
    media_type: &'static str,
    href: String,
}

impl AssetTemplates {
    /// With this address.
    pub(super) fn at(href: String) -> Self {
        Self {
            tiles: AssetTemplate {
                title: "HD tiled picture",
                description: "Highest resolution available of this picture, as tiles",
                roles: ["data"],
                media_type: "image/jpeg",
                href,
            },
        }
    }
}

/// The grid: one set, of one matrix.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TileMatrixSets {
    geovisio: TileMatrixSet,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct TileMatrixSet {
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    identifier: String,
    #[serde(rename = "tileMatrix")]
    matrices: [Matrix; 1],
}

#[derive(Debug, Clone, PartialEq)]
struct Matrix(TileMatrix);

impl Serialize for Matrix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("type", "TileMatrixType")?;
        members.serialize_entry("identifier", "0")?;
        members.serialize_entry("scaleDenominator", &1)?;
        members.serialize_entry("topLeftCorner", &[0, 0])?;
        members.serialize_entry("tileWidth", &self.0.tile_width)?;
        members.serialize_entry("tileHeight", &self.0.tile_height)?;
        members.serialize_entry("matrixWidth", &self.0.columns)?;
        members.serialize_entry("matrixHeight", &self.0.rows)?;
        members.end()
    }
}

impl TileMatrixSets {
    /// Of a picture.
    pub(super) fn of(id: PictureId, matrix: TileMatrix) -> Self {
        Self {
            geovisio: TileMatrixSet {
                kind: "TileMatrixSetType",
                title: format!("Tile matrix of picture {id}"),
                identifier: format!("geovisio-{id}"),
                matrices: [Matrix(matrix)],
            },
        }
    }
}
