//! Works out again what is told of a snapshot, and says where it differs.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use flaneur_fetch::{Event, FetchError, Progress, disk, shown};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    card::Card,
    folder::{CARD, COLLECTION, Documents, LOCK, PARTS, README, SUMS, WORK, names, read},
    list::{Part, is_hex, is_part, parse_own},
    run::{add, documents},
    tally::Tally,
};

/// Problems that are told one by one.
const MOST_TOLD: usize = 100;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// What is wrong, a sentence each, fit for a terminal; at most a hundred.
    pub problems: Vec<String>,
    /// How many more there are.
    pub more: u64,
    /// Files that were read.
    pub files: u64,
    /// Rows in them.
    pub pictures: u64,
}

impl Checked {
    fn problem(&mut self, text: impl AsRef<str>) {
        if self.problems.len() < MOST_TOLD {
            self.problems.push(shown(text.as_ref()));
        } else {
            self.more += 1;
        }
    }
}

/// Checks a snapshot: every checksum, every row, and whether what is told of it follows from its files. Nothing is written, and
/// no server is asked.
///
/// # Errors
/// If the folder cannot be looked into, or is no snapshot at all.
pub async fn check(root: &Path, progress: &dyn Progress, stop: &CancellationToken) -> Result<Checked, FetchError> {
    let mut found = Checked::default();
    let there = names(root)?;
    if !there.contains(COLLECTION) && !there.contains(SUMS) {
        let why = format!("{} is no snapshot: there is neither {SUMS} nor {COLLECTION} in it", root.display());
        return Err(FetchError::Folder(why));
    }
    let inside = if there.contains(PARTS) { names(&root.join(PARTS))? } else { BTreeSet::new() };
    let known = [SUMS, COLLECTION, CARD, README, PARTS];
    for name in there.iter().filter(|name| !known.contains(&name.as_str())) {
        found.problem(match name.as_str() {
            WORK | LOCK => {
                format!("{name} is of a run that has not ended: if none is at work, make the snapshot again")
            }
            other => format!("{other} is no part of a snapshot"),
        });
    }
    let files = [COLLECTION, CARD, README].map(str::to_owned).into_iter();
    let files: BTreeSet<String> = files.chain(inside.iter().map(|name| format!("{PARTS}/{name}"))).collect();
    for name in inside.iter().filter(|name| !is_part(name)) {
        found.problem(format!("{PARTS}/{name} is no part of a snapshot"));
    }
    let listed = sums(root, &mut found);
    for path in files.difference(&listed.keys().cloned().collect()).filter(|_| there.contains(SUMS)) {
        found.problem(format!("{path} is not in {SUMS}"));
    }
    // Not for its own sake: a file that changed is told apart from what is written about it.
    for (path, sha256) in &listed {
        if stop.is_cancelled() {
            return Err(FetchError::Stopped);
        }
        match disk::sha256(&root.join(path)) {
            Ok(is) if is == *sha256 => {}
            Ok(_) => found.problem(format!("{path} has another checksum than {SUMS} says")),
            Err(why) => found.problem(format!("{path} cannot be read: {why}")),
        }
    }
    follow(root, &listed, &mut found, progress, stop).await?;
    Ok(found)
}

/// Reads the list of checksums, by path.
fn sums(root: &Path, found: &mut Checked) -> BTreeMap<String, String> {
    let text = match read(&root.join(SUMS)) {
        Ok(text) => text,
        Err(why) => {
            found.problem(format!("{SUMS} cannot be read ({why}): the snapshot is not whole, make it again"));
            return BTreeMap::new();
        }
    };
    let mut listed = BTreeMap::new();
    let mut last = String::new();
    for (number, line) in (1..).zip(String::from_utf8_lossy(&text).lines()) {
        let split = line.split_once("  ").filter(|(sum, _)| sum.len() == 64 && sum.bytes().all(is_hex));
        let Some((sum, path)) = split.filter(|(_, path)| is_path(path)) else {
            found.problem(format!("{SUMS}: line {number} is not the checksum of a file of a snapshot"));
            continue;
        };
        if path <= last.as_str() {
            found.problem(format!("{SUMS}: line {number} is not in the order of paths"));
        }
        path.clone_into(&mut last);
        listed.insert(path.to_owned(), sum.to_owned());
    }
    listed
}

fn is_path(path: &str) -> bool {
    [COLLECTION, CARD, README].contains(&path) || path.strip_prefix("parts/").is_some_and(is_part)
}

/// Reads the files that the collection names, and works out what is to be told of them.
async fn follow(
    root: &Path,
    listed: &BTreeMap<String, String>,
    found: &mut Checked,
    progress: &dyn Progress,
    stop: &CancellationToken,
) -> Result<(), FetchError> {
    let document = read(&root.join(COLLECTION)).map_err(|error| error.to_string());
    let document = document.and_then(|text| serde_json::from_slice(&text).map_err(|error| error.to_string()));
    let (origin, parts) = match document.and_then(parse_own) {
        Ok(of) => of,
        Err(why) => {
            found.problem(format!("{COLLECTION} cannot be read: {why}"));
            return Ok(());
        }
    };
    let named: BTreeSet<String> = parts.iter().map(|part| format!("{PARTS}/{}", part.name)).collect();
    for path in listed.keys().filter(|path| path.starts_with("parts/") && !named.contains(*path)) {
        found.problem(format!("{path} is not in {COLLECTION}"));
    }
    let mut tally = Tally::default();
    let mut whole = true;
    for (done, part) in (1..).zip(&parts) {
        if stop.is_cancelled() {
            return Err(FetchError::Stopped);
        }
        let read;
        (tally, read) = add(tally, root.join(PARTS).join(&part.name)).await;
        whole &= compare(root, part, listed, read, found);
        progress.on(&Event::Reading { done, of: parts.len() as u64 });
    }
    found.pictures = tally.pictures;
    found.files = parts.len() as u64;
    match Card::new(&origin, &parts, &tally) {
        _ if !whole => {
            found.problem(format!("{CARD} and {README} were not compared, since files are not as they should be"));
        }
        None => found.problem("there are no pictures in it"),
        Some(card) => documents_follow(root, &documents(&origin, &parts, &card), found),
    }
    Ok(())
}

/// Whether a file is as the collection says.
fn compare(
    root: &Path,
    part: &Part,
    listed: &BTreeMap<String, String>,
    read: Result<u64, String>,
    found: &mut Checked,
) -> bool {
    let path = format!("{PARTS}/{}", part.name);
    let mut good = true;
    let mut wrong = |text: String| {
        found.problem(text);
        good = false;
    };
    match read {
        Ok(rows) if rows == part.rows => {}
        Ok(rows) => wrong(format!("{path} has {rows} rows, and {COLLECTION} says {}", part.rows)),
        Err(why) => wrong(format!("{path} cannot be read: {why}")),
    }
    let size = root.join(&path).symlink_metadata().map_or(0, |there| there.len());
    if size != part.size {
        wrong(format!("{path} has {size} bytes, and {COLLECTION} says {}", part.size));
    }
    match listed.get(&path) {
        Some(sha256) if *sha256 == part.sha256 => {}
        Some(_) => wrong(format!("{path} has another checksum in {COLLECTION} than in {SUMS}")),
        None if listed.is_empty() => {}
        None => wrong(format!("{path} is in {COLLECTION} and not in {SUMS}")),
    }
    good
}

fn documents_follow(root: &Path, expected: &Documents, found: &mut Checked) {
    for (name, expected) in [(COLLECTION, &expected.collection), (CARD, &expected.card)] {
        let Ok(is) = read(&root.join(name)) else { continue };
        if is == *expected {
            continue;
        }
        let (Ok(is), Ok(expected)) = (serde_json::from_slice(&is), serde_json::from_slice(expected)) else {
            found.problem(format!("{name} is no JSON"));
            continue;
        };
        if is == expected {
            found.problem(format!("{name} is written otherwise than flaneur snapshot writes it"));
        }
        differ(name, "", &is, &expected, found);
    }
    if read(&root.join(README)).is_ok_and(|is| is != expected.readme) {
        found.problem(format!("{README} says something else than follows from the files"));
    }
    if found.problems.is_empty() && read(&root.join(SUMS)).is_ok_and(|is| is != expected.sums) {
        found.problem(format!("{SUMS} is written otherwise than flaneur snapshot writes it"));
    }
}

/// Tells where two documents differ.
fn differ(name: &str, at: &str, is: &Value, expected: &Value, found: &mut Checked) {
    match (is, expected) {
        (Value::Object(is), Value::Object(expected)) => {
            let keys: BTreeSet<&String> = is.keys().chain(expected.keys()).collect();
            for key in keys {
                let of = |document: &serde_json::Map<String, Value>| document.get(key).cloned().unwrap_or_default();
                differ(name, &format!("{at}/{key}"), &of(is), &of(expected), found);
            }
        }
        (Value::Array(is), Value::Array(expected)) if is.len() == expected.len() => {
            for (number, (is, expected)) in is.iter().zip(expected).enumerate() {
                differ(name, &format!("{at}/{number}"), is, expected, found);
            }
        }
        _ if is == expected => {}
        _ => found.problem(format!("{name}: {at} is {is}, and from the files follows {expected}")),
    }
}
