//! The places that clients choose for their pictures, in sequences that they begin themselves.

use super::Connection;
use crate::{
    Result,
    model::{ChosenPlace, PictureId, SequenceId, UploadSetId},
};

/// Where a picture goes.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    sequence: SequenceId,
    position: i64,
}

impl Place {
    /// What a client wants, in a set that nobody else changes meanwhile.
    pub async fn settle(connection: &mut Connection, set: UploadSetId, wanted: ChosenPlace) -> Result<Self> {
        let position = match wanted.position {
            Some(position) => position,
            None => last(connection, set).await?.saturating_add(1).min(ChosenPlace::LAST),
        };
        Ok(Self { sequence: wanted.sequence, position })
    }

    /// The name that the file has in its set: pictures are sorted by it, and a position is taken once by its first part.
    pub fn name(self, file_name: &str) -> String {
        format!("{}{file_name}", self.prefix())
    }

    fn prefix(self) -> String {
        format!("{:06}_", self.position)
    }

    /// Who has this position in the set already.
    pub async fn taken(self, connection: &mut Connection, set: UploadSetId) -> Result<Option<PictureId>> {
        let first = self.prefix();
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

    /// Puts a picture that has just come there. False if the sequence is gone, or of another set.
    pub async fn put(self, connection: &mut Connection, set: UploadSetId, picture: PictureId) -> Result<bool> {
        let put = sqlx::query(
            "UPDATE pictures SET sequence_id = $2, rank = $3 WHERE id = $1 AND EXISTS (
                 SELECT 1 FROM sequences s WHERE s.id = $2 AND s.upload_set_id = $4 AND s.status <> 'deleted')",
        )
        .bind(picture)
        .bind(self.sequence)
        .bind(self.position)
        .bind(set)
        .execute(connection)
        .await?;
        Ok(put.rows_affected() == 1)
    }
}

/// The last position that is taken in a set; 0: none is. Names of files that came another way may look like one.
async fn last(connection: &mut Connection, set: UploadSetId) -> Result<i64> {
    let name: Option<String> = sqlx::query_scalar(
        "SELECT MAX(file_name) FROM files
         WHERE upload_set_id = $1 AND file_name >= '000000_' AND file_name < '999999`' AND picture_id IS NOT NULL",
    )
    .bind(set)
    .fetch_one(connection)
    .await?;
    let digits: String = name.unwrap_or_default().chars().take_while(char::is_ascii_digit).take(6).collect();
    Ok(digits.parse().unwrap_or(0))
}
