//! Brings the catalog's rows in, in one transaction.

use std::path::Path;

use flaneur_catalog::archive::{Column, Row, Table};

use super::Target;
use crate::{
    BackupError, Result,
    folder::CATALOG,
    parts::Lines,
    rows::{self, Heading},
};

/// Rows written at once.
const BATCH: usize = 500;

/// Imports every row. Nothing was done unless this succeeds.
pub async fn import(target: &Target<'_>, snapshot: &Path, note: &str) -> Result<()> {
    let mut lines = Lines::open(snapshot, CATALOG)?;
    let mut import = target.catalog.import().await?;
    let stage = target.watch.stage("writing the catalog", None);
    let mut heading: Option<(&'static Table, Vec<&'static Column>)> = None;
    let mut batch: Vec<Row> = Vec::new();
    loop {
        let line = lines.next_line()?;
        let new = match &line {
            None => true,
            Some(line) => line.starts_with('{'),
        };
        if (new || batch.len() == BATCH)
            && let Some((table, columns)) = &heading
        {
            let number = batch.len() as u64;
            import.rows(table, columns, std::mem::take(&mut batch)).await?;
            stage.did(number)?;
        }
        let Some(line) = line else { break };
        if new {
            let next: Heading = serde_json::from_str(&line).map_err(|error| lines.damaged(error))?;
            heading = Some(next.known().map_err(|why| {
                BackupError::Refused(format!(
                    "the backup is of a version of Flaneur that this one does not know: {why}"
                ))
            })?);
            continue;
        }
        let Some((_, columns)) = &heading else { return Err(lines.damaged("a row before any heading")) };
        batch.push(rows::decode(columns, &line).map_err(|why| lines.damaged(why))?);
    }
    Ok(import.commit(note).await?)
}
