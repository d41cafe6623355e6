//! Pictures packed into tar files, as training programs read them (`WebDataset`): of each `ID.jpg` and `ID.json`.
//!
//! A picture's shard follows from its identifier and the number of shards alone, and a shard's bytes from the pictures in it.
//! So a run writes only the shards in which something changed, and whoever has the same pictures has the same shards.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Read, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    Entry, Event, FetchError, Progress, Summary,
    disk::{self, create, options},
    download::Ground,
    manifest::{self, Lookup},
    plan,
};

/// Most shards.
const MOST_SHARDS: u64 = 1 << 16;
/// Largest index that is read, bytes.
const LARGEST_INDEX: u64 = 64 << 20;

/// What `shards/index.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Version of this description.
    format: u32,
    /// Pictures that a shard is meant to hold at most, on average.
    pub per_shard: u64,
    /// Pictures in all shards.
    pub pictures: u64,
    /// The shards, in order.
    pub shards: Vec<Shard>,
}

/// A shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Its file.
    pub name: String,
    /// Pictures in it.
    pub pictures: u64,
    /// Its size, bytes.
    pub bytes: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// SHA-256 of what it was made of, hexadecimal: tells whether it has to be made anew.
    pub content: String,
}

/// How many pictures a shard holds, if there are shards already.
pub(crate) fn wanted(ground: &Ground) -> Option<u64> {
    read_index(ground).map(|index| index.per_shard)
}

fn read_index(ground: &Ground) -> Option<Index> {
    let file = options().read(true).open(ground.folder.shards().join("index.json")).ok()?;
    let index: Index = serde_json::from_reader(io::BufReader::new(file.take(LARGEST_INDEX))).ok()?;
    (index.format == 1 && index.per_shard > 0).then_some(index)
}

/// Writes the shards in which something changed.
pub(crate) fn pack(
    ground: &Ground,
    per_shard: u64,
    progress: &dyn Progress,
    summary: &mut Summary,
) -> Result<(), FetchError> {
    let folder = ground.folder.shards();
    disk::make(&folder)?;
    let list = ground.folder.manifest();
    let mut here: Vec<(u64, u64)> = Vec::new();
    for line in manifest::read(&list)? {
        let (at, entry) = line?;
        if is_here(ground, &entry) {
            here.push((spread(&entry.id), at));
        }
    }
    let pictures = here.len() as u64;
    let count = pictures.div_ceil(per_shard.max(1)).next_power_of_two().min(MOST_SHARDS);
    let mut members: Vec<Vec<u64>> = vec![Vec::new(); usize::try_from(count).unwrap_or_default()];
    for (spread, at) in here {
        // A power of two, so that each shard is divided in two when there are too many pictures, and the others stay.
        members[usize::try_from(spread & (count - 1)).unwrap_or_default()].push(at);
    }
    let before = read_index(ground);
    let mut lookup = Lookup::open(&list)?;
    let mut shards = Vec::new();
    for (number, members) in members.iter().enumerate() {
        progress.on(&Event::Packing { done: number as u64, of: count });
        let name = format!("{number:05}.tar");
        let content = content(ground, &mut lookup, members)?;
        let known = before.iter().flat_map(|index| &index.shards).find(|shard| shard.name == name);
        let path = folder.join(&name);
        let stands = known.filter(|shard| {
            let metadata = path.symlink_metadata();
            shard.content == content && metadata.is_ok_and(|file| file.is_file() && file.len() == shard.bytes)
        });
        if let Some(shard) = stands {
            summary.packed_before += 1;
            shards.push(shard.clone());
            continue;
        }
        summary.packed += 1;
        shards.push(write(ground, &mut lookup, members, &path, Shard { name, content, ..Shard::empty() })?);
    }
    // What there were more of before, and only what is in the index: that was written here.
    for shard in before.iter().flat_map(|index| &index.shards) {
        let number = shard.name.strip_suffix(".tar").unwrap_or_default();
        let ours = number.len() == 5 && number.bytes().all(|byte| byte.is_ascii_digit());
        if ours && !shards.iter().any(|kept| kept.name == shard.name) {
            let path = folder.join(&shard.name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(FetchError::disk("remove", &path)(error));
                }
                _ => {}
            }
        }
    }
    let index = Index { format: 1, per_shard, pictures, shards };
    if before.as_ref() == Some(&index) {
        return Ok(());
    }
    let path = folder.join("index.json");
    let text = serde_json::to_vec_pretty(&index).map_err(io::Error::from).map_err(FetchError::disk("write", &path))?;
    ground.folder.replace(&path, &text)
}

impl Shard {
    fn empty() -> Self {
        Self { name: String::new(), pictures: 0, bytes: 0, sha256: String::new(), content: String::new() }
    }
}

/// Where a picture belongs, spread evenly whatever identifiers look like.
fn spread(id: &str) -> u64 {
    let digest = Sha256::digest(id.as_bytes());
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn is_here(ground: &Ground, entry: &Entry) -> bool {
    let metadata = ground.folder.picture(&entry.id).symlink_metadata();
    ground.journal.done(&entry.id).zip(metadata.ok()).is_some_and(|(done, file)| plan::is_as_left(&file, &done))
}

/// A digest of what goes into a shard.
fn content(ground: &Ground, lookup: &mut Lookup, members: &[u64]) -> Result<String, FetchError> {
    let mut hasher = Sha256::new();
    for &at in members {
        let entry = lookup.at(at)?;
        let done = ground.journal.done(&entry.id);
        let line = manifest::as_line(&entry);
        hasher.update((line.len() as u64).to_be_bytes());
        hasher.update(line);
        hasher.update(done.map(|done| done.sha256).unwrap_or_default());
    }
    Ok(disk::hex(&hasher.finalize()))
}

fn write(
    ground: &Ground,
    lookup: &mut Lookup,
    members: &[u64],
    path: &Path,
    mut shard: Shard,
) -> Result<Shard, FetchError> {
    let new = ground.folder.work("shard");
    let file = create(&new).map_err(FetchError::disk("write", &new))?;
    let mut out = tar::Builder::new(Digesting::new(BufWriter::new(file)));
    for &at in members {
        let entry = lookup.at(at)?;
        let Some(done) = ground.journal.done(&entry.id) else { continue };
        let picture = ground.folder.picture(&entry.id);
        let pack = |out: &mut tar::Builder<Digesting<BufWriter<File>>>| {
            let mut file = Digesting::new(options().read(true).open(&picture)?.take(done.size));
            out.append_data(&mut header(done.size), format!("{}.jpg", entry.id), &mut file)?;
            let line = manifest::as_line(&entry);
            out.append_data(&mut header(line.len() as u64), format!("{}.json", entry.id), &line[..])?;
            Ok(file.finish())
        };
        let (sha256, length, _) = pack(&mut out).map_err(FetchError::disk("pack", &picture))?;
        if sha256 != done.sha256 || length != done.size {
            // Its time and size say otherwise, but the content was changed.
            return Err(FetchError::Folder(format!(
                "{} is not what was taken from the server: remove it, and run the same command again",
                picture.display()
            )));
        }
        shard.pictures += 1;
    }
    let written = out.into_inner().map(Digesting::finish).and_then(|(sha256, length, out)| {
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok((sha256, length))
    });
    (shard.sha256, shard.bytes) = written.map_err(FetchError::disk("write", &new))?;
    disk::rename(&new, path)?;
    Ok(shard)
}

/// Of a member: nothing in it depends on when and by whom it was written.
fn header(size: u64) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::Regular);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    header
}

/// Digests what passes through.
struct Digesting<T> {
    inner: T,
    hasher: Sha256,
    length: u64,
}

impl<T> Digesting<T> {
    fn new(inner: T) -> Self {
        Self { inner, hasher: Sha256::new(), length: 0 }
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
    }

    /// SHA-256 in hexadecimal, bytes, and what they passed to.
    fn finish(self) -> (String, u64, T) {
        (disk::hex(&self.hasher.finalize()), self.length, self.inner)
    }
}

impl<T: Write> Write for Digesting<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.pass(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read> Read for Digesting<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.pass(&bytes[..read]);
        Ok(read)
    }
}
