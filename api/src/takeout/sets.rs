//! `upload_sets.ndjson`, `files.ndjson` and `sequences.ndjson`: what was sent, and what became of it.

use flaneur_catalog::model::{SequencePlace, Upload, UploadSet, UploadSetState};
use serde_json::{Value, json};

use super::{
    PAGE, Takeout,
    archive::{Archive, Halt},
    lines::Lines,
};
use crate::{routes::upload_sets::view, stac::Collection};

/// Files of a set that are read at once.
const FILES: i64 = 1_000;
/// Refused files that are told of with their set. All are among the files.
const REFUSED: usize = 1_000;
/// Files of a set on their way that are told of.
const COMING: i64 = 1_000;

/// Writes the sets, and their files.
pub async fn write(takeout: &Takeout, archive: &mut Archive) -> Result<(), Halt> {
    let (mut sets, mut files) = (Lines::new("upload_sets"), Lines::new("files"));
    let mut after = None;
    loop {
        let page = match &takeout.set {
            Some(set) => vec![set.clone()],
            None => takeout.api.catalog.own_sets(takeout.account.id, after, PAGE).await?,
        };
        for set in &page {
            // One that was deleted meanwhile is left out.
            let state = takeout.api.catalog.upload_set_state(set.options.id, takeout.made_at).await?;
            if let Some(state) = state {
                let refused = write_files(takeout, &state.set, &mut files, archive).await?;
                sets.add(archive, &told(takeout, &state, refused).await?).await?;
            }
        }
        after = page.last().map(|set| (set.options.created_at, set.options.id));
        if takeout.set.is_some() || (page.len() as i64) < PAGE {
            break;
        }
    }
    sets.end(archive).await?;
    files.end(archive).await
}

/// A set, with what it was sent with and what of it was refused.
async fn told(takeout: &Takeout, state: &UploadSetState, refused: Vec<Value>) -> Result<Value, Halt> {
    let coming = takeout.api.catalog.open_uploads(state.set.options.id, COMING).await?;
    let mut told = serde_json::to_value(view::upload_set(state, &takeout.url, None))?;
    told["user_agent"] = json!(state.set.options.user_agent);
    told["refused_files"] = Value::Array(refused);
    told["coming_files"] = coming.iter().map(on_its_way).collect();
    Ok(told)
}

/// A file of which not all has come yet.
fn on_its_way(upload: &Upload) -> Value {
    let options = &upload.options;
    json!({
        "id": options.id,
        "file_name": options.file_name,
        "size": options.length,
        "received": upload.received,
        "metadata": options.metadata,
        "created_at": options.created_at,
        "expires_at": options.expires_at,
    })
}

/// Writes the files of a set. Answers the first that were refused.
async fn write_files(
    takeout: &Takeout,
    set: &UploadSet,
    files: &mut Lines,
    archive: &mut Archive,
) -> Result<Vec<Value>, Halt> {
    let (mut offset, mut refused) = (0, Vec::new());
    loop {
        let page = takeout.api.catalog.files(set.options.id, offset, FILES).await?;
        for file in &page {
            let mut told = serde_json::to_value(view::file(file, set, takeout.asker, &takeout.url))?;
            if file.picture.is_none() && refused.len() < REFUSED {
                refused.push(told.clone());
            }
            told["upload_set_id"] = json!(set.options.id);
            files.add(archive, &told).await?;
        }
        offset += FILES;
        if (page.len() as i64) < FILES {
            return Ok(refused);
        }
    }
}

/// Writes the sequences.
pub async fn write_sequences(takeout: &Takeout, archive: &mut Archive) -> Result<(), Halt> {
    let mut lines = Lines::new("sequences");
    let mut after = None;
    loop {
        let catalog = &takeout.api.catalog;
        let page = catalog.own_sequences(takeout.account.id, takeout.set_id(), after, PAGE).await?;
        let all = (page.len() as i64) < PAGE;
        after = page.last().map(|last| SequencePlace { at: last.created_at, id: last.id });
        for sequence in page {
            let told = Collection::new(sequence, &takeout.url, &takeout.api.settings.license);
            lines.add(archive, &told).await?;
        }
        if all {
            return lines.end(archive).await;
        }
    }
}
