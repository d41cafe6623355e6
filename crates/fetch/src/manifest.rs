//! The list of pictures: a line each, in the order of identifiers, of any length.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde::Serialize;
use serde_json::Value;

use crate::{Entry, FetchError, disk::create, folder::Folder};

/// Pictures sorted in memory at once; each takes about a kilobyte there.
const HELD: usize = 100_000;
/// Longest line, bytes.
const LONGEST_LINE: u64 = 64 << 10;
/// Licences counted apart; further ones are counted together.
const MOST_LICENSES: usize = 100;

/// What the list adds up to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Pictures.
    pub pictures: u64,
    /// Sizes that the server states, together, bytes.
    pub bytes: u64,
    /// Pictures of which it states none.
    pub without_size: u64,
    /// Pictures with a checksum that is verified.
    pub with_checksum: u64,
    /// Pictures by licence; those without one under an empty name.
    pub licenses: BTreeMap<String, u64>,
}

impl Totals {
    pub(crate) fn add(&mut self, entry: &Entry) {
        self.pictures += 1;
        self.bytes = self.bytes.saturating_add(entry.size.unwrap_or_default());
        self.without_size += u64::from(entry.size.is_none());
        self.with_checksum += u64::from(entry.sha256().is_some());
        let license = entry.license.clone().unwrap_or_default();
        let known = self.licenses.contains_key(&license) || self.licenses.len() < MOST_LICENSES;
        *self.licenses.entry(if known { license } else { "(others)".to_owned() }).or_default() += 1;
    }
}

/// Sorts pictures that come in any order, and some more than once.
pub(crate) struct Sorter<'a> {
    folder: &'a Folder,
    held: Vec<Entry>,
    runs: Vec<PathBuf>,
    most: usize,
}

impl<'a> Sorter<'a> {
    pub(crate) fn new(folder: &'a Folder) -> Self {
        Self { folder, held: Vec::new(), runs: Vec::new(), most: HELD }
    }

    pub(crate) fn push(&mut self, entry: Entry) -> Result<(), FetchError> {
        self.held.push(entry);
        if self.held.len() >= self.most { self.spill() } else { Ok(()) }
    }

    /// Writes what is held to a file of its own.
    fn spill(&mut self) -> Result<(), FetchError> {
        self.settle();
        let path = self.folder.work(&format!("run-{}", self.runs.len()));
        let mut out = Lines::create(&path)?;
        for entry in self.held.drain(..) {
            out.write(&entry)?;
        }
        out.finish()?;
        self.runs.push(path);
        Ok(())
    }

    /// Sorts what is held. Of a picture that came twice the later state is kept.
    fn settle(&mut self) {
        self.held.sort_by(|one, other| one.id.cmp(&other.id).then(other.updated.cmp(&one.updated)));
        self.held.dedup_by(|later, kept| later.id == kept.id);
    }

    /// Writes everything to one file, sorted, without doubles, and synced.
    pub(crate) fn finish(mut self, path: &Path) -> Result<Totals, FetchError> {
        self.settle();
        let mut out = Lines::create(path)?;
        let mut totals = Totals::default();
        let mut runs: Vec<Box<dyn Iterator<Item = Result<Entry, FetchError>>>> = Vec::new();
        for run in &self.runs {
            runs.push(Box::new(read(run)?.map(|line| line.map(|(_, entry)| entry))));
        }
        runs.push(Box::new(std::mem::take(&mut self.held).into_iter().map(Ok)));
        // The first line of each run; on top that which comes first of all.
        let mut waiting: Vec<Option<Entry>> = Vec::new();
        let mut order = BinaryHeap::new();
        for (number, run) in runs.iter_mut().enumerate() {
            let first = run.next().transpose()?;
            order.extend(first.as_ref().map(|entry| Reverse((entry.id.clone(), number))));
            waiting.push(first);
        }
        let mut last: Option<Entry> = None;
        while let Some(Reverse((_, number))) = order.pop() {
            let next = runs[number].next().transpose()?;
            order.extend(next.as_ref().map(|entry| Reverse((entry.id.clone(), number))));
            let Some(entry) = std::mem::replace(&mut waiting[number], next) else { continue };
            match &mut last {
                Some(last) if last.id == entry.id => {
                    if entry.updated > last.updated {
                        *last = entry;
                    }
                }
                _ => {
                    if let Some(before) = last.replace(entry) {
                        totals.add(&before);
                        out.write(&before)?;
                    }
                }
            }
        }
        if let Some(before) = last {
            totals.add(&before);
            out.write(&before)?;
        }
        out.finish()?;
        for run in &self.runs {
            std::fs::remove_file(run).map_err(FetchError::disk("remove", run))?;
        }
        Ok(totals)
    }
}

/// Writes lines of JSON.
pub(crate) struct Lines {
    out: BufWriter<File>,
    path: PathBuf,
}

impl Lines {
    pub(crate) fn create(path: &Path) -> Result<Self, FetchError> {
        let file = create(path).map_err(FetchError::disk("write", path))?;
        Ok(Self { out: BufWriter::new(file), path: path.to_owned() })
    }

    pub(crate) fn write(&mut self, line: &impl Serialize) -> Result<(), FetchError> {
        let written = serde_json::to_writer(&mut self.out, line).map_err(io::Error::from);
        written.and_then(|()| self.out.write_all(b"\n")).map_err(FetchError::disk("write", &self.path))
    }

    /// Syncs it.
    pub(crate) fn finish(self) -> Result<(), FetchError> {
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error);
        file.and_then(|file| file.sync_all()).map_err(FetchError::disk("write", &self.path))
    }
}

/// Reads a list: each picture, and at which byte its line begins.
pub(crate) fn read(
    path: &Path,
) -> Result<impl Iterator<Item = Result<(u64, Entry), FetchError>> + Send + use<>, FetchError> {
    let file = File::open(path).map_err(FetchError::disk("read", path))?;
    let (mut lines, path, mut at) = (BufReader::new(file), path.to_owned(), 0);
    Ok(std::iter::from_fn(move || {
        let begin = at;
        match line(&mut lines) {
            Ok(None) => None,
            Ok(Some((entry, length))) => {
                at += length;
                Some(Ok((begin, entry)))
            }
            Err(error) => Some(Err(FetchError::disk("read", &path)(error))),
        }
    }))
}

/// Reads single lines of a list.
#[derive(Debug)]
pub(crate) struct Lookup {
    lines: BufReader<File>,
    path: PathBuf,
}

impl Lookup {
    pub(crate) fn open(path: &Path) -> Result<Self, FetchError> {
        let file = File::open(path).map_err(FetchError::disk("read", path))?;
        Ok(Self { lines: BufReader::new(file), path: path.to_owned() })
    }

    /// The picture whose line begins there.
    pub(crate) fn at(&mut self, begin: u64) -> Result<Entry, FetchError> {
        let found = self.lines.seek(SeekFrom::Start(begin)).and_then(|_| line(&mut self.lines));
        let missing = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let found = found.and_then(|line| line.ok_or_else(missing));
        found.map(|(entry, _)| entry).map_err(FetchError::disk("read", &self.path))
    }
}

fn line(lines: &mut impl BufRead) -> io::Result<Option<(Entry, u64)>> {
    let mut text = Vec::new();
    let length = lines.take(LONGEST_LINE).read_until(b'\n', &mut text)?;
    if length == 0 {
        return Ok(None);
    }
    Ok(Some((serde_json::from_slice(&text)?, length as u64)))
}

/// A line as it stands in the list.
pub(crate) fn as_line(entry: &Entry) -> Vec<u8> {
    // There is nothing in it that could not be written.
    serde_json::to_vec(entry).unwrap_or_else(|_| Value::Null.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Query;
    use serde_json::json;

    fn entry(id: u64, minute: u64) -> Entry {
        let updated = format!("2026-05-01T00:{minute:02}:00Z");
        serde_json::from_value(json!({"id": format!("{id:04}"), "href": "https://e.org/", "updated": updated})).unwrap()
    }

    #[test]
    fn any_number_is_sorted_and_doubles_are_dropped() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(&place.path().join("into"), &Query::new("https://e.org")).unwrap();
        let mut written = Vec::new();
        for most in [3, 7, 1000] {
            let mut sorter = Sorter { most, ..Sorter::new(&folder) };
            for number in 0..100 {
                sorter.push(entry(number * 37 % 50, number % 60)).unwrap();
            }
            let path = folder.work("list");
            let totals = sorter.finish(&path).unwrap();
            assert_eq!((totals.pictures, totals.without_size), (50, 50));
            written.push(std::fs::read_to_string(&path).unwrap());
            let read: Vec<_> = read(&path).unwrap().map(Result::unwrap).collect();
            assert!(read.is_sorted_by_key(|(_, entry)| entry.id.clone()));
            assert_eq!(Lookup::open(&path).unwrap().at(read[7].0).unwrap(), read[7].1);
            let first = &read[0].1;
            assert_eq!(first.updated, entry(0, 50).updated, "the later state is kept");
        }
        assert!(written.iter().all(|text| *text == written[0]), "however it was sorted");
    }

    #[test]
    fn a_torn_list_is_an_error() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("list");
        let mut text = as_line(&entry(1, 1));
        text.extend_from_slice(b"\n{\"id\":\"2\",");
        std::fs::write(&path, text).unwrap();
        let read: Vec<_> = read(&path).unwrap().take(3).collect();
        assert!(read[0].is_ok() && read[1].is_err());
    }
}
