//! Why readers differ: `differences.tsv`.

use crate::Photo;
use crate::fields::Row;

/// Who has it right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Right {
    Ours,
    Theirs,
    /// Both readings can be meant, or nobody can know.
    Either,
}

/// A line of the file.
pub struct Reason {
    /// A photo, or the beginning of several names before a `*`.
    file: String,
    fields: Vec<String>,
    /// Indices into [`Row::others`].
    readers: Vec<usize>,
    pub right: Right,
    pub why: String,
}

/// The file.
pub struct Reasons(Vec<Reason>);

/// Names of the readers, in the order of [`Row::others`].
pub const READERS: [&str; 2] = ["exiftool", "reference"];

impl Reasons {
    pub fn load() -> Self {
        let lines = include_str!("differences.tsv").lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        Self(lines.map(parse).collect())
    }

    pub fn of(&self, photo: &Photo, row: &Row, reader: usize) -> Option<&Reason> {
        self.0.iter().find(|reason| reason.fits(&photo.name, row.field, reader))
    }

    /// Differences that no line explains.
    pub fn missing(&self, photos: &[Photo]) -> Vec<String> {
        differences(photos)
            .filter(|(photo, row, reader)| self.of(photo, row, *reader).is_none())
            .map(|(photo, row, reader)| {
                let other = row.others[reader].as_ref().map_or("", |other| other.value.as_str());
                format!("{}\t{}\t{}\tours {}, theirs {other}", photo.name, row.field, READERS[reader], row.ours)
            })
            .collect()
    }

    /// Lines, and parts of lines, that explain nothing.
    pub fn idle(&self, photos: &[Photo]) -> Vec<String> {
        let mut idle = Vec::new();
        for reason in &self.0 {
            for field in &reason.fields {
                for &reader in &reason.readers {
                    let used = differences(photos).any(|(photo, row, differing)| {
                        row.field == field && differing == reader && reason.fits(&photo.name, field, reader)
                    });
                    if !used {
                        idle.push(format!("{}\t{field}\t{}", reason.file, READERS[reader]));
                    }
                }
            }
        }
        idle
    }
}

impl Reason {
    fn fits(&self, name: &str, field: &str, reader: usize) -> bool {
        let file = match self.file.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == self.file,
        };
        file && self.fields.iter().any(|own| own == field) && self.readers.contains(&reader)
    }
}

/// Photo, row and reader of every difference.
pub fn differences(photos: &[Photo]) -> impl Iterator<Item = (&Photo, &Row, usize)> {
    let rows = photos.iter().flat_map(|photo| photo.rows.iter().map(move |row| (photo, row)));
    rows.flat_map(|(photo, row)| {
        let differing = row.others.iter().enumerate().filter(|(_, other)| other.as_ref().is_some_and(|o| !o.same));
        differing.map(move |(reader, _)| (photo, row, reader))
    })
}

fn parse(line: &str) -> Reason {
    let [file, fields, readers, right, why] = line.split('\t').collect::<Vec<_>>()[..] else {
        panic!("expected file, fields, readers, right and reason between tabs: {line}");
    };
    let readers = match readers {
        "both" => vec![0, 1],
        one => vec![READERS.iter().position(|reader| *reader == one).expect("exiftool, reference or both")],
    };
    let right = match right {
        "ours" => Right::Ours,
        "theirs" => Right::Theirs,
        "either" => Right::Either,
        other => panic!("expected ours, theirs or either: {other}"),
    };
    let fields = fields.split(", ").map(str::to_owned).collect();
    Reason { file: file.to_owned(), fields, readers, right, why: why.to_owned() }
}
