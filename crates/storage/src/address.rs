//! Where a store is, as the operator writes it.

use std::path::{Path, PathBuf};

/// Longest prefix inside a bucket, bytes. With the longest key it stays well below the 1024 bytes that S3 allows.
const LONGEST_PREFIX: usize = 200;

/// Where a store is: `file:PATH` or `s3://bucket/prefix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorageUrl {
    /// A folder on this machine, `file:PATH` or `file:///PATH`.
    Folder(PathBuf),
    /// A place in a bucket, `s3://bucket` or `s3://bucket/prefix`.
    S3 {
        /// The bucket's name.
        bucket: String,
        /// What every key begins with, without slashes around it; may be empty.
        prefix: String,
    },
}

/// The text says nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}; write a folder as file:PATH, or a bucket as s3://bucket/prefix")]
pub struct UnreadableStorageUrl(String);

impl std::str::FromStr for StorageUrl {
    type Err = UnreadableStorageUrl;

    fn from_str(text: &str) -> Result<Self, UnreadableStorageUrl> {
        if let Some(path) = text.strip_prefix("file:") {
            folder(path)
        } else if let Some(place) = text.strip_prefix("s3://") {
            bucket(place)
        } else {
            Err(UnreadableStorageUrl(format!("`{text}` is neither a folder nor a bucket")))
        }
    }
}

fn folder(path: &str) -> Result<StorageUrl, UnreadableStorageUrl> {
    let refuse = |why: &str| Err(UnreadableStorageUrl(format!("`file:{path}` {why}")));
    let plain = match path.strip_prefix("//") {
        Some(rest) if rest.starts_with('/') => rest,
        Some(_) => return refuse("names another machine"),
        None => path,
    };
    if plain.is_empty() || plain.contains('\0') {
        return refuse("names no folder");
    }
    Ok(StorageUrl::Folder(PathBuf::from(plain)))
}

fn bucket(place: &str) -> Result<StorageUrl, UnreadableStorageUrl> {
    let refuse = |why: &str| Err(UnreadableStorageUrl(format!("`s3://{place}` {why}")));
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [bucket.bytes().next(), bucket.bytes().next_back()];
    if !(3..=63).contains(&bucket.len())
        || !bucket.bytes().all(|byte| alphanumeric(byte) || matches!(byte, b'-' | b'.'))
        || !ends.into_iter().flatten().all(alphanumeric)
    {
        return refuse("names no bucket (3 to 63 lower-case letters, digits, `-` and `.`)");
    }
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    let word = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    if prefix.len() > LONGEST_PREFIX || (!prefix.is_empty() && !prefix.split('/').all(word)) {
        return refuse("has a prefix that is too long, or not of letters, digits, `-`, `_` and `.` between slashes");
    }
    Ok(StorageUrl::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
}

impl std::fmt::Display for StorageUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "file:{}", path.display()),
            Self::S3 { bucket, prefix } if prefix.is_empty() => write!(f, "s3://{bucket}"),
            Self::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

impl From<&Path> for StorageUrl {
    fn from(folder: &Path) -> Self {
        Self::Folder(folder.to_owned())
    }
}

impl StorageUrl {
    /// Whether one place is the other or lies inside it. Folders are compared as they are named here: resolve them first.
    /// Buckets are taken to be of one server.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Folder(one), Self::Folder(two)) => one.starts_with(two) || two.starts_with(one),
            (Self::S3 { bucket: one, prefix }, Self::S3 { bucket: two, prefix: other }) => {
                let inside = |outer: &str, inner: &str| {
                    outer.is_empty()
                        || inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                };
                one == two && (inside(prefix, other) || inside(other, prefix))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> StorageUrl {
        text.parse().unwrap()
    }

    #[test]
    fn places_are_read_and_written() {
        for (text, shown) in [
            ("file:flaneur-data/public", "file:flaneur-data/public"),
            ("file:/var/lib/flaneur", "file:/var/lib/flaneur"),
            ("file:///var/lib/flaneur", "file:/var/lib/flaneur"),
            ("s3://pictures", "s3://pictures"),
            ("s3://pictures/", "s3://pictures"),
            ("s3://my.pictures-1/a/b_c.d/", "s3://my.pictures-1/a/b_c.d"),
        ] {
            assert_eq!(url(text).to_string(), shown);
            assert_eq!(url(shown), url(text));
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_to_write() {
        for bad in [
            "",
            "flaneur-data",
            "/var/lib",
            "file:",
            "file://host/share",
            "s3:",
            "s3://",
            "s3://ab",
            "s3://Pictures",
            "s3://-pictures",
            "s3://pictures//a",
            "s3://pictures/../a",
            "s3://pictures/a b",
            "https://s3.example.org/b",
            "s3://pictures/a?x=1",
        ] {
            let error = bad.parse::<StorageUrl>().unwrap_err().to_string();
            assert!(error.contains("s3://bucket/prefix"), "{error}");
        }
    }

    #[test]
    fn one_place_inside_the_other_is_seen() {
        for (one, two, overlap) in [
            ("file:/a", "file:/a", true),
            ("file:/a", "file:/a/b", true),
            ("file:/a/b", "file:/a/c", false),
            ("file:/ab", "file:/a", false),
            ("s3://pictures", "s3://pictures/private", true),
            ("s3://pictures/a", "s3://pictures/a/b", true),
            ("s3://pictures/a", "s3://pictures/ab", false),
            ("s3://pictures/a", "s3://originals/a", false),
            ("s3://pictures", "file:/pictures", false),
        ] {
            assert_eq!(url(one).overlaps(&url(two)), overlap, "{one} {two}");
            assert_eq!(url(two).overlaps(&url(one)), overlap, "{two} {one}");
        }
    }
}
