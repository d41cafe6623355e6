//! Pictures as they are shown: with producer, tags and neighbours, in one query.

use flaneur_access::Viewer;
use sqlx::types::Json;

use super::{
    Connection, annotations, dialect,
    picture_rows::{PICTURE, PICTURE_WITHOUT_EXIF, PictureRow},
    statement::Values,
};
use crate::{
    Result,
    model::{Item, ItemLinks, Neighbour, Parts, PictureId, Semantic, SequenceId},
    stored::rows::time,
};

#[derive(sqlx::FromRow)]
struct ItemRow {
    #[sqlx(flatten)]
    picture: PictureRow,
    producer: String,
    sequence_semantics: Json<Vec<Semantic>>,
    next_id: Option<PictureId>,
    next_lon: Option<f64>,
    next_lat: Option<f64>,
    next_captured_at: Option<i64>,
    prev_id: Option<PictureId>,
    prev_lon: Option<f64>,
    prev_lat: Option<f64>,
    prev_captured_at: Option<i64>,
}

fn neighbour(
    sequence: Option<SequenceId>,
    id: Option<PictureId>,
    position: Option<(f64, f64)>,
    captured_at: Option<i64>,
) -> Result<Option<Neighbour>> {
    let (Some(id), Some(sequence), Some((lon, lat)), Some(captured_at)) = (id, sequence, position, captured_at) else {
        return Ok(None);
    };
    Ok(Some(Neighbour { id, sequence, lon, lat, captured_at: time(captured_at)? }))
}

impl ItemRow {
    fn item(self) -> Result<Item> {
        let picture = self.picture.picture()?;
        let next = self.next_lon.zip(self.next_lat);
        let prev = self.prev_lon.zip(self.prev_lat);
        let links = ItemLinks {
            next: neighbour(picture.sequence, self.next_id, next, self.next_captured_at)?,
            prev: neighbour(picture.sequence, self.prev_id, prev, self.prev_captured_at)?,
            related: Vec::new(),
        };
        Ok(Item {
            picture,
            producer: self.producer,
            sequence_semantics: self.sequence_semantics.0,
            annotations: Vec::new(),
            links,
            // What is published was not rejected.
            rejection: None,
        })
    }
}

/// The items of the pictures that the subquery `hits` names in its column `id`; `order` is over the table `p`. Without
/// links to related pictures. `CROSS JOIN` says that the hits come first.
pub async fn items(
    connection: &mut Connection,
    values: Values,
    viewer: Viewer,
    hits: &str,
    order: &str,
) -> Result<Vec<Item>> {
    parts_of_items(connection, values, viewer, hits, order, Parts::ALL).await
}

/// The same with no more of each than is wanted.
pub async fn parts_of_items(
    connection: &mut Connection,
    values: Values,
    viewer: Viewer,
    hits: &str,
    order: &str,
    parts: Parts,
) -> Result<Vec<Item>> {
    of_hits(connection, values, viewer, hits, order, (parts, "JOIN", "s.semantics")).await
}

/// The same, of pictures that are in no sequence, too.
pub async fn items_anywhere(
    connection: &mut Connection,
    values: Values,
    viewer: Viewer,
    hits: &str,
    order: &str,
) -> Result<Vec<Item>> {
    of_hits(connection, values, viewer, hits, order, (Parts::ALL, "LEFT JOIN", "COALESCE(s.semantics, '[]')")).await
}

/// `(parts, join, semantics)`: what of each is read, how sequences are joined, and what of their tags is read then.
async fn of_hits(
    connection: &mut Connection,
    mut values: Values,
    viewer: Viewer,
    hits: &str,
    order: &str,
    (parts, join, semantics): (Parts, &str, &str),
) -> Result<Vec<Item>> {
    let picture = if parts.exif { PICTURE } else { &PICTURE_WITHOUT_EXIF };
    let neighbours = if parts.neighbours {
        let seen = values.seen(viewer, "x")?;
        format!(
            "LEFT JOIN pictures n ON n.id = (
                 SELECT x.id FROM pictures x WHERE x.sequence_id = p.sequence_id AND x.rank > p.rank AND {seen}
                 ORDER BY x.rank LIMIT 1)
             LEFT JOIN pictures v ON v.id = (
                 SELECT x.id FROM pictures x WHERE x.sequence_id = p.sequence_id AND x.rank < p.rank AND {seen}
                 ORDER BY x.rank DESC LIMIT 1)"
        )
    } else {
        // Nothing is equal to NULL: the columns are there, and nothing is looked for.
        "LEFT JOIN pictures n ON n.id = NULL LEFT JOIN pictures v ON v.id = NULL".to_owned()
    };
    let sql = format!(
        "SELECT {picture}, a.name AS producer, {semantics} AS sequence_semantics,
             n.id AS next_id, n.lon AS next_lon, n.lat AS next_lat, n.captured_at AS next_captured_at,
             v.id AS prev_id, v.lon AS prev_lon, v.lat AS prev_lat, v.captured_at AS prev_captured_at
         FROM ({hits}) hit CROSS JOIN pictures p
             JOIN accounts a ON a.id = p.account_id
             {join} sequences s ON s.id = p.sequence_id
             {neighbours}
         WHERE p.id = hit.id ORDER BY {order}",
    );
    let rows = values.fetch_all::<ItemRow>(connection, sql).await?;
    let mut items = rows.into_iter().map(ItemRow::item).collect::<Result<Vec<_>>>()?;
    if parts.annotations {
        annotations::annotate(connection, &mut items).await?;
    }
    Ok(items)
}

/// The `ORDER BY` of the latest (or earliest) capture first. Without `index`, no index is chosen for it.
pub fn by_time(latest_first: bool, index: bool) -> String {
    let column = if index { "" } else { dialect::NO_INDEX };
    let direction = if latest_first { "DESC" } else { "ASC" };
    format!("{column}p.captured_at {direction}, p.id {direction}")
}
