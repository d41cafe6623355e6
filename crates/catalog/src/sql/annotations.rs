//! Parts of pictures that have tags, as they are read.

use std::collections::HashMap;

use sqlx::types::Json;

use super::{Connection, statement::Values};
use crate::{
    Result,
    model::{AccountId, Annotation, AnnotationId, Item, Marked, PictureId, Semantic},
    stored::rows::time,
};

/// The columns of [`AnnotationRow`]. The table is `n`.
pub const ANNOTATION: &str = "n.id, n.picture_id, n.account_id, n.created_at, n.shape, n.semantics";

/// An annotation as it is stored.
#[derive(sqlx::FromRow)]
pub struct AnnotationRow {
    id: AnnotationId,
    picture_id: PictureId,
    account_id: AccountId,
    created_at: i64,
    shape: Json<Vec<[i64; 2]>>,
    semantics: Json<Vec<Semantic>>,
}

impl AnnotationRow {
    pub fn annotation(self) -> Result<Annotation> {
        Ok(Annotation {
            id: self.id,
            picture: self.picture_id,
            account: self.account_id,
            marked: Marked { shape: self.shape.0, semantics: self.semantics.0 },
            created_at: time(self.created_at)?,
        })
    }
}

/// The annotations of these pictures, the oldest first.
pub async fn of_pictures(connection: &mut Connection, pictures: &[PictureId]) -> Result<Vec<Annotation>> {
    let mut values = Values::default();
    let list = values.ids(pictures.iter().map(|id| id.0))?;
    let sql =
        format!("SELECT {ANNOTATION} FROM annotations n WHERE n.picture_id IN ({list}) ORDER BY n.created_at, n.id");
    let rows: Vec<AnnotationRow> = values.fetch_all(connection, sql).await?;
    rows.into_iter().map(AnnotationRow::annotation).collect()
}

/// Adds to items what is marked in them. Nothing is asked where nothing ever was.
pub async fn annotate(connection: &mut Connection, items: &mut [Item]) -> Result<()> {
    let marked: Vec<PictureId> =
        items.iter().filter(|item| item.picture.annotation_changes > 0).map(|item| item.picture.id).collect();
    if marked.is_empty() {
        return Ok(());
    }
    let mut found: HashMap<PictureId, Vec<Annotation>> = HashMap::new();
    for annotation in of_pictures(connection, &marked).await? {
        found.entry(annotation.picture).or_default().push(annotation);
    }
    for item in items {
        item.annotations = found.remove(&item.picture.id).unwrap_or_default();
    }
    Ok(())
}
