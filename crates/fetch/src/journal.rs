//! What was done, written down before it counts: an append-only file that a kill can at most tear the last line of.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    FetchError,
    disk::{self, options},
    folder::Folder,
    manifest::Lines,
};

/// Longest line, bytes.
const LONGEST_LINE: u64 = 64 << 10;

/// How it is known that a file is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verified {
    /// It has the SHA-256 that the server states.
    Checksum,
    /// It has the size that the server states, and begins as a JPEG does where it is said to be one.
    Size,
    /// The server states neither; it is a JPEG from its beginning to its end marker.
    Jpeg,
}

/// A picture that is here: a line of `done.ndjson`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The picture.
    pub id: String,
    /// Its file, from the folder on.
    pub file: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Size of the file, bytes.
    pub size: u64,
    /// When the file was last written, nanoseconds since 1970, by this machine's clock.
    pub mtime: i64,
    /// How it is known to be whole.
    pub verified: Verified,
    /// When the picture had changed, as the list said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<Timestamp>,
    /// The checksum that the list stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// The entity tag that it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

/// A line of the journal. The last one about a picture counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "lowercase")]
enum Line {
    /// The file is about to be put in its place.
    Take(Done),
    /// A file is coming; it can be gone on with if it still has that strong entity tag.
    Begin {
        id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        etag: Option<String>,
    },
    /// What there was of it is removed.
    Drop { id: String },
}

/// What is known of one picture.
#[derive(Debug, Default)]
struct Known {
    done: Option<Done>,
    /// The state before, in case that a kill came between the journal and the file.
    before: Option<Done>,
    /// A file is coming.
    part: Option<Part>,
}

/// A file that is coming.
#[derive(Debug)]
struct Part {
    /// The strong entity tag that it had.
    etag: Option<String>,
}

#[derive(Debug)]
struct State {
    out: File,
    known: BTreeMap<String, Known>,
}

/// The journal.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    state: Mutex<State>,
}

impl Journal {
    /// Reads what there is. Lines that make no sense, such as one that a kill tore, count for nothing.
    pub(crate) fn open(folder: &Folder) -> Result<Self, FetchError> {
        let path = folder.journal();
        let open = || -> io::Result<State> {
            let mut out = options().create(true).append(true).read(true).open(&path)?;
            let mut lines = BufReader::new(out.try_clone()?);
            let mut known = BTreeMap::new();
            let mut text = Vec::new();
            let mut whole = true;
            while (&mut lines).take(LONGEST_LINE).read_until(b'\n', &mut text)? > 0 {
                whole = text.ends_with(b"\n");
                if let Ok(line) = serde_json::from_slice(&text) {
                    apply(&mut known, line);
                }
                text.clear();
            }
            if !whole {
                // What is appended next must not become part of the torn line.
                out.write_all(b"\n")?;
            }
            Ok(State { out, known })
        };
        let state = open().map_err(FetchError::disk("read", &path))?;
        Ok(Self { path, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pictures that are here.
    pub(crate) fn ids(&self) -> Vec<String> {
        let state = self.state();
        state.known.iter().filter(|(_, known)| known.done.is_some()).map(|(id, _)| id.clone()).collect()
    }

    /// Pictures of which a part came.
    pub(crate) fn begun(&self) -> Vec<String> {
        let state = self.state();
        state.known.iter().filter(|(_, known)| known.part.is_some()).map(|(id, _)| id.clone()).collect()
    }

    /// What is known of a picture's file.
    pub(crate) fn done(&self, id: &str) -> Option<Done> {
        self.state().known.get(id)?.done.clone()
    }

    /// What was known of it before that.
    pub(crate) fn before(&self, id: &str) -> Option<Done> {
        self.state().known.get(id)?.before.clone()
    }

    /// The entity tag of what came of a picture. A part of which nothing is known has none, and cannot be gone on with.
    pub(crate) fn part(&self, id: &str) -> Option<String> {
        self.state().known.get(id)?.part.as_ref()?.etag.clone()
    }

    /// Notes that a picture's file begins to come.
    pub(crate) fn begin(&self, id: &str, etag: Option<String>) -> Result<(), FetchError> {
        self.append(Line::Begin { id: id.to_owned(), etag }, false)
    }

    /// Notes what a file is, for good, before it is put in its place.
    pub(crate) fn take(&self, done: Done) -> Result<(), FetchError> {
        self.append(Line::Take(done), true)
    }

    /// Notes what else is known of a file that is in its place.
    pub(crate) fn note(&self, done: Done) -> Result<(), FetchError> {
        self.append(Line::Take(done), false)
    }

    /// Notes that there is nothing of a picture any more.
    pub(crate) fn drop_picture(&self, id: &str) -> Result<(), FetchError> {
        self.append(Line::Drop { id: id.to_owned() }, false)
    }

    fn append(&self, line: Line, sync: bool) -> Result<(), FetchError> {
        let mut state = self.state();
        let mut write = || {
            let mut text = serde_json::to_vec(&line)?;
            text.push(b'\n');
            state.out.write_all(&text)?;
            if sync { state.out.sync_data() } else { Ok(()) }
        };
        write().map_err(FetchError::disk("write", &self.path))?;
        apply(&mut state.known, line);
        Ok(())
    }

    /// Writes the journal anew with what counts, in the order of identifiers, and puts it in place at once.
    pub(crate) fn compact(&self, folder: &Folder) -> Result<(), FetchError> {
        let mut state = self.state();
        let new = folder.work("journal");
        let mut out = Lines::create(&new)?;
        for (id, known) in &state.known {
            if let Some(done) = &known.done {
                out.write(&Line::Take(done.clone()))?;
            }
            if let Some(Part { etag }) = &known.part {
                out.write(&Line::Begin { id: id.clone(), etag: etag.clone() })?;
            }
        }
        out.finish()?;
        disk::rename(&new, &self.path)?;
        // What is appended from now on belongs into the new one.
        let reopened = options().append(true).read(true).open(&self.path);
        state.out = reopened.map_err(FetchError::disk("write", &self.path))?;
        Ok(())
    }
}

fn apply(all: &mut BTreeMap<String, Known>, line: Line) {
    match line {
        Line::Take(done) => {
            let known = all.entry(done.id.clone()).or_default();
            known.part = None;
            known.before = known.done.replace(done);
        }
        Line::Begin { id, etag } => all.entry(id).or_default().part = Some(Part { etag }),
        Line::Drop { id } => {
            all.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Query;

    fn done(id: &str, size: u64) -> Done {
        Done {
            id: id.to_owned(),
            file: Folder::picture_name(id),
            sha256: "ab".repeat(32),
            size,
            mtime: 1_764_000_000_123_456_789,
            verified: Verified::Size,
            updated: None,
            checksum: None,
            etag: Some("\"tag\"".to_owned()),
        }
    }

    #[test]
    fn what_was_done_survives_and_a_torn_line_harms_nothing() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(&place.path().join("into"), &Query::new("https://e.org")).unwrap();
        let journal = Journal::open(&folder).unwrap();
        journal.begin("b", Some("\"part\"".to_owned())).unwrap();
        journal.take(done("a", 1)).unwrap();
        journal.take(done("a", 2)).unwrap();
        journal.take(done("gone", 3)).unwrap();
        journal.drop_picture("gone").unwrap();
        drop(journal);
        let mut text = std::fs::read(folder.journal()).unwrap();
        text.extend_from_slice(b"{\"did\":\"take\",\"id\":\"c\",\"fi");
        std::fs::write(folder.journal(), text).unwrap();

        let journal = Journal::open(&folder).unwrap();
        assert_eq!((journal.ids(), journal.begun()), (vec!["a".to_owned()], vec!["b".to_owned()]));
        assert_eq!(journal.done("a"), Some(done("a", 2)));
        assert_eq!(journal.before("a"), Some(done("a", 1)));
        assert_eq!(journal.part("b").as_deref(), Some("\"part\""));
        journal.take(done("d", 4)).unwrap();
        drop(journal);
        let journal = Journal::open(&folder).unwrap();
        assert_eq!(journal.ids(), ["a", "d"], "what came behind the torn line is read");
        journal.compact(&folder).unwrap();
        let text = std::fs::read_to_string(folder.journal()).unwrap();
        assert_eq!(text.lines().count(), 3, "{text}");
        assert_eq!(Journal::open(&folder).unwrap().ids(), ["a", "d"]);
    }
}
