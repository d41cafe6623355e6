//! Sequences that clients begin themselves, and the places in them that they choose for their pictures.

use sqlx::types::Json;

use super::{Connection, explain};
use crate::{
    Result,
    model::{ChosenPlace, NewUploadSet, PictureId, SequenceId, UploadSetId},
    stored::rows::micros,
};

/// Makes the one sequence of a set that was just made.
pub async fn begin(connection: &mut Connection, set: &NewUploadSet, sequence: SequenceId) -> Result<()> {
    sqlx::query(
        "INSERT INTO sequences (id, account_id, upload_set_id, place, status, visibility, semantics, title, user_agent,
             created_at, updated_at)
         VALUES ($1, $2, $3, 0, 'waiting', $4, $5, $6, $7, $8, $8)",
    )
    .bind(sequence)
    .bind(set.account)
    .bind(set.id)
    .bind(set.visibility.as_str())
    .bind(Json(&set.semantics))
    .bind(&set.title)
    .bind(&set.user_agent)
    .bind(micros(set.created_at))
    .execute(connection)
    .await
    .map_err(|error| explain(error, "the sequence's id", "the account"))?;
    Ok(())
}

/// Who has this position in the set already.
pub async fn taken(connection: &mut Connection, set: UploadSetId, place: ChosenPlace) -> Result<Option<PictureId>> {
    let first = place.prefix();
    Ok(sqlx::query_scalar(
        "SELECT picture_id FROM files
         WHERE upload_set_id = $1 AND file_name >= $2 AND file_name < $3 AND picture_id IS NOT NULL LIMIT 1",
    )
    .bind(set)
    .bind(&first)
    // The next character after the underscore that it ends with.
    .bind(first.replace('_', "`"))
    .fetch_optional(connection)
    .await?
    .flatten())
}

/// Puts a picture that has just come where its client wants it. False if the sequence is gone, or of another set.
pub async fn put(
    connection: &mut Connection,
    set: UploadSetId,
    picture: PictureId,
    place: ChosenPlace,
) -> Result<bool> {
    let put = sqlx::query(
        "UPDATE pictures SET sequence_id = $2, rank = $3 WHERE id = $1 AND EXISTS (
             SELECT 1 FROM sequences s WHERE s.id = $2 AND s.upload_set_id = $4 AND s.status <> 'deleted')",
    )
    .bind(picture)
    .bind(place.sequence)
    .bind(place.position)
    .bind(set)
    .execute(connection)
    .await?;
    Ok(put.rows_affected() == 1)
}
