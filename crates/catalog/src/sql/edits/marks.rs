//! What becomes of annotations in an edit.

use sqlx::types::Json;

use super::super::{Connection, annotations};
use super::{Effects, Granted, Refusal, pictures::PictureNow, tags::retag};
use crate::{
    Result,
    model::{
        AccountId, Annotation, AnnotationId, EditChange, MOST_ANNOTATIONS, Marked, PictureId, Semantic, TagEdits,
        Unfulfilled,
    },
    stored::rows::micros,
};

const GONE: (Option<EditChange>, Option<Unfulfilled>) = (None, Some(Unfulfilled::Gone));

async fn all(connection: &mut Connection, picture: PictureId) -> Result<Vec<Annotation>> {
    annotations::of_pictures(connection, &[picture]).await
}

async fn tell(connection: &mut Connection, effects: &mut Effects, now: &PictureNow) -> Result<()> {
    sqlx::query("UPDATE pictures SET annotation_changes = annotation_changes + 1, updated_at = $2 WHERE id = $1")
        .bind(now.id)
        .bind(micros(effects.at))
        .execute(connection)
        .await?;
    if let Some(sequence) = now.sequence_id {
        effects.sequences.entry(sequence).or_default();
    }
    Ok(())
}

async fn store_tags(connection: &mut Connection, id: AnnotationId, tags: &[Semantic]) -> Result<()> {
    sqlx::query("UPDATE annotations SET semantics = $2 WHERE id = $1")
        .bind(id)
        .bind(Json(tags))
        .execute(connection)
        .await?;
    Ok(())
}

async fn remove(connection: &mut Connection, id: AnnotationId) -> Result<()> {
    sqlx::query("DELETE FROM annotations WHERE id = $1").bind(id).execute(connection).await?;
    Ok(())
}

/// Marks a part of a picture, or adds the tags to the annotation that marks this very part.
pub async fn mark(
    connection: &mut Connection,
    effects: &mut Effects,
    now: &PictureNow,
    (id, account, marked): (AnnotationId, AccountId, &Marked),
    strict: bool,
) -> Granted {
    let before = all(connection, now.id).await?;
    let number = before.len();
    if let Some(same) = before.into_iter().find(|annotation| annotation.marked.shape == marked.shape) {
        let tags = TagEdits { add: marked.semantics.clone(), remove: Vec::new() };
        return change(connection, effects, now, &same, &tags, strict).await;
    }
    if number >= MOST_ANNOTATIONS {
        return Err(Refusal::TooMany.into());
    }
    let semantics = retag(&[], &TagEdits { add: marked.semantics.clone(), remove: Vec::new() }, strict)?.tags;
    let stored = sqlx::query(
        "INSERT INTO annotations (id, picture_id, account_id, created_at, shape, semantics)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
    )
    .bind(id)
    .bind(now.id)
    .bind(account)
    .bind(micros(effects.at))
    .bind(Json(&marked.shape))
    .bind(Json(&semantics))
    .execute(&mut *connection)
    .await?;
    if stored.rows_affected() == 0 {
        return Ok((None, Some(Unfulfilled::Changed(vec!["annotation"]))));
    }
    tell(connection, effects, now).await?;
    let became = Some(Marked { shape: marked.shape.clone(), semantics });
    Ok((Some(EditChange::Annotation { id, picture: now.id, was: None, became }), None))
}

/// Changes the tags of an annotation. One that has none left is gone.
pub async fn retag_mark(
    connection: &mut Connection,
    effects: &mut Effects,
    now: &PictureNow,
    (id, tags): (AnnotationId, &TagEdits),
    strict: bool,
) -> Granted {
    let Some(found) = all(connection, now.id).await?.into_iter().find(|annotation| annotation.id == id) else {
        return Ok(GONE);
    };
    change(connection, effects, now, &found, tags, strict).await
}

async fn change(
    connection: &mut Connection,
    effects: &mut Effects,
    now: &PictureNow,
    found: &Annotation,
    tags: &TagEdits,
    strict: bool,
) -> Granted {
    let retagged = retag(&found.marked.semantics, tags, strict)?;
    if !retagged.is_changed() {
        return Ok((None, None));
    }
    let became = (!retagged.tags.is_empty())
        .then(|| Marked { shape: found.marked.shape.clone(), semantics: retagged.tags.clone() });
    if became.is_some() {
        store_tags(connection, found.id, &retagged.tags).await?;
    } else {
        remove(connection, found.id).await?;
    }
    tell(connection, effects, now).await?;
    let was = Some(found.marked.clone());
    Ok((Some(EditChange::Annotation { id: found.id, picture: now.id, was, became }), None))
}

/// Takes an annotation away.
pub async fn unmark(connection: &mut Connection, effects: &mut Effects, now: &PictureNow, id: AnnotationId) -> Granted {
    let Some(found) = all(connection, now.id).await?.into_iter().find(|annotation| annotation.id == id) else {
        return Ok(GONE);
    };
    remove(connection, id).await?;
    tell(connection, effects, now).await?;
    let was = Some(found.marked);
    Ok((Some(EditChange::Annotation { id, picture: now.id, was, became: None }), None))
}
