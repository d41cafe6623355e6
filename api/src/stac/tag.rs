//! What tags look like.

/// A tag: key and value.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes the catalog's tags, which are written as they are")]
pub(crate) struct Tag {
    /// Key, for example `osm|traffic_sign`.
    key: String,
    /// Value, for example `FR:AB4`.
    value: String,
}
