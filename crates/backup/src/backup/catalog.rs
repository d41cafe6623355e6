//! Writes one state of the catalog down, and the lists of the objects and originals that it names.

use std::{collections::BTreeMap, path::Path};

use flaneur_catalog::{
    archive::{Row, TABLES, Table, Value},
    model::{Objects, PictureStatus},
};

use super::Source;
use crate::{
    BackupError, Result, durable,
    folder::CATALOG,
    manifest::{ObjectLine, OriginalLine},
    parts::{Part, PartWriter},
    rows::{self, Heading},
};

/// Rows read at once.
const PAGE: i64 = 500;
/// The objects that are to be copied, until it is known what came of each.
pub const WANTED_OBJECTS: &str = "wanted-objects.ndjson.gz";
/// The same of sealed patches.
pub const WANTED_PATCHES: &str = "wanted-patches.ndjson.gz";
/// The same of originals.
pub const WANTED_ORIGINALS: &str = "wanted-originals.ndjson.gz";

/// What was written.
pub struct State {
    pub part: Part,
    pub rows: BTreeMap<String, u64>,
    pub last_change: i64,
    pub waiting: u64,
}

/// What is looked at in passing.
struct Lists {
    objects: PartWriter,
    originals: PartWriter,
    patches: PartWriter,
    last_change: i64,
    waiting: u64,
}

/// Writes the catalog into the snapshot's folder. It is read in one transaction, which ends before anything is copied.
pub async fn write(source: &Source<'_>, draft: &Path) -> Result<State> {
    let mut part = PartWriter::create(draft, CATALOG)?;
    let mut lists = Lists {
        objects: PartWriter::create(draft, WANTED_OBJECTS)?,
        originals: PartWriter::create(draft, WANTED_ORIGINALS)?,
        patches: PartWriter::create(draft, WANTED_PATCHES)?,
        last_change: 0,
        waiting: 0,
    };
    let mut numbers = BTreeMap::new();
    let stage = source.watch.stage("reading the catalog", None);
    let mut snapshot = source.catalog.snapshot().await?;
    for table in TABLES {
        part.line(&Heading::of(table))?;
        let mut last: Option<Row> = None;
        let mut number = 0;
        loop {
            let page = snapshot.rows(table, last.as_ref(), PAGE).await?;
            for row in &page {
                part.text(&rows::encode(row))?;
                lists.look(table, row, draft)?;
            }
            number += page.len() as u64;
            stage.did(page.len() as u64)?;
            let whole = page.len() as i64 == PAGE;
            last = page.into_iter().next_back();
            if !whole {
                break;
            }
        }
        numbers.insert(table.name.to_owned(), number);
    }
    drop(snapshot);
    lists.objects.finish()?;
    lists.originals.finish()?;
    lists.patches.finish()?;
    Ok(State { part: part.finish()?, rows: numbers, last_change: lists.last_change, waiting: lists.waiting })
}

/// Removes the lists of what was to be copied.
pub fn remove_lists(draft: &Path) -> Result<()> {
    durable::remove(&draft.join(WANTED_OBJECTS))?;
    durable::remove(&draft.join(WANTED_PATCHES))?;
    durable::remove(&draft.join(WANTED_ORIGINALS))
}

impl Lists {
    fn look(&mut self, table: &Table, row: &Row, draft: &Path) -> Result<()> {
        let of = |column: &str| table.position(column).and_then(|at| row.get(at));
        match table.name {
            "changes" => {
                if let Some(Value::Integer(number)) = of("number") {
                    self.last_change = self.last_change.max(*number);
                }
                Ok(())
            }
            "pictures" => self.picture(of, draft),
            "patches" => match of("key") {
                Some(Value::Text(key)) => self.patches.line(&ObjectLine { key: key.clone(), size: None, gone: None }),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn picture<'r>(&mut self, of: impl Fn(&str) -> Option<&'r Value>, draft: &Path) -> Result<()> {
        let text = |column: &str| match of(column) {
            Some(Value::Text(text)) => text.as_str(),
            _ => "",
        };
        let status = text("status");
        let goes = [PictureStatus::Deleted, PictureStatus::Duplicate].iter().any(|goes| goes.as_str() == status);
        if !goes && let Some(Value::Json(objects)) = of("objects") {
            let objects: Objects = serde_json::from_str(objects.get()).map_err(|error| {
                BackupError::damaged(&draft.join(CATALOG), format!("objects of a picture: {error}"))
            })?;
            for key in objects.keys() {
                self.objects.line(&ObjectLine { key: key.to_owned(), size: None, gone: None })?;
            }
        }
        if status == PictureStatus::Waiting.as_str()
            && let Some(Value::Uuid(picture)) = of("id")
        {
            self.waiting += 1;
            let content = text("content_sha256").to_owned();
            let line = OriginalLine { picture: *picture, content, file: None, size: None, sha256: None, gone: None };
            self.originals.line(&line)?;
        }
        Ok(())
    }
}
