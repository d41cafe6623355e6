//! Names of objects.

use object_store::path::Path;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The text is not a key of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an object key: {0}")]
pub struct UnreadableKey(pub String);

/// Two lower-case hexadecimal digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// SHA-256 of bytes, 64 lower-case hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// What a public object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// The redacted picture at full resolution.
    Master,
    /// At most 2048 pixels wide and high.
    Sd,
    /// 500 pixels wide.
    Thumb,
    /// Where the tiles of a panorama lie in its master.
    Tiles,
    /// A file that lists pictures. It is of no picture: what stands for one names the part of the world.
    Dataset,
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Master, Self::Sd, Self::Thumb, Self::Tiles, Self::Dataset];

    /// What is in it, as HTTP says it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Master | Self::Sd | Self::Thumb => "image/jpeg",
            Self::Tiles => "application/octet-stream",
            Self::Dataset => "application/vnd.apache.parquet",
        }
    }

    fn file_name(self) -> &'static str {
        match self {
            Self::Master => "master.jpg",
            Self::Sd => "sd.jpg",
            Self::Thumb => "thumb.jpg",
            Self::Tiles => "tiles.idx",
            Self::Dataset => "part.parquet",
        }
    }
}

/// Key of a public object: `{id[0..2]}/{id}/{sha256}-{kind}`. The hash makes it unguessable and names its content, so
/// that it never has to be overwritten. Identifiers of one day begin alike, so the folder is taken from the end, where
/// they are random: no folder gets large, and a server that divides its keys by how they begin has an even load.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey {
    path: String,
    picture: Uuid,
    kind: ObjectKind,
}

impl PublicKey {
    /// The key of an object with this content.
    pub fn new(picture: Uuid, kind: ObjectKind, sha256: &[u8; 32]) -> Self {
        let id = picture.simple().to_string();
        let hash = hex(sha256);
        Self { path: format!("{}/{picture}/{hash}-{}", &id[30..], kind.file_name()), picture, kind }
    }

    /// What the object is.
    pub fn kind(&self) -> ObjectKind {
        self.kind
    }

    /// The picture it is of.
    pub fn picture(&self) -> Uuid {
        self.picture
    }

    /// As it stands in the catalog.
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// The content's SHA-256, 64 hexadecimal digits: a strong entity tag.
    pub fn content_hash(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split('-').next().unwrap_or_default()
    }

    pub(crate) fn location(&self) -> Path {
        Path::from(self.path.as_str())
    }
}

impl std::str::FromStr for PublicKey {
    type Err = UnreadableKey;

    fn from_str(text: &str) -> Result<Self, UnreadableKey> {
        let refuse = || UnreadableKey(text.to_owned());
        let mut parts = text.split('/');
        let (Some(folder), Some(written), Some(name), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(refuse());
        };
        let (hash, kind) = name.split_once('-').ok_or_else(refuse)?;
        let picture = Uuid::parse_str(written).map_err(|_| refuse())?;
        let kind = ObjectKind::ALL.into_iter().find(|each| each.file_name() == kind).ok_or_else(refuse)?;
        // Only as `new` writes it: lists of pictures read three of each.
        let mut id = Uuid::encode_buffer();
        let as_written = *picture.hyphenated().encode_lower(&mut id) == *written
            && written.ends_with(folder)
            && folder.len() == 2
            && hash.len() == 64
            && hash.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        if as_written { Ok(Self { path: text.to_owned(), picture, kind }) } else { Err(refuse()) }
    }
}

impl TryFrom<String> for PublicKey {
    type Error = UnreadableKey;

    fn try_from(text: String) -> Result<Self, UnreadableKey> {
        text.parse()
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.path
    }
}

/// Key of an original: the id of the picture it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OriginalKey(pub Uuid);

impl OriginalKey {
    pub(crate) fn location(self) -> Path {
        Path::from(format!("{}/{}", &self.0.simple().to_string()[30..], self.0))
    }

    /// The key whose object has this name.
    pub(crate) fn at(name: &str) -> Option<Self> {
        let key: Self = name.rsplit('/').next()?.parse().ok()?;
        (key.location().as_ref() == name).then_some(key)
    }
}

impl std::fmt::Display for OriginalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for OriginalKey {
    type Err = UnreadableKey;

    fn from_str(text: &str) -> Result<Self, UnreadableKey> {
        Uuid::parse_str(text).map(Self).map_err(|_| UnreadableKey(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_round_trip_and_nothing_else_parses() {
        let id = Uuid::from_u128(0x0191_f0a0_7c3e_7a51_9d3a_6d2f_6f0c_2b11);
        for kind in ObjectKind::ALL {
            let key = PublicKey::new(id, kind, &[0xab; 32]);
            assert_eq!(key.as_str().parse::<PublicKey>(), Ok(key.clone()));
            assert_eq!(key.as_str().parse::<PublicKey>().map(|key| key.kind()), Ok(kind));
            assert_eq!(key.content_hash(), "ab".repeat(32));
            assert_eq!(key.picture(), id);
        }
        let good = PublicKey::new(id, ObjectKind::Sd, &[0xab; 32]);
        for bad in [
            "",
            "../../etc/passwd",
            &good.as_str().replace("sd.jpg", "../sd.jpg"),
            &good.as_str().replacen("11/", "12/", 1),
            &good.as_str().to_uppercase(),
            &format!("{}/x", good.as_str()),
        ] {
            assert!(bad.parse::<PublicKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_original_has_one_name() {
        let id = Uuid::from_u128(0x0191_f0a0_7c3e_7a51_9d3a_6d2f_6f0c_2b11);
        let name = OriginalKey(id).location().to_string();
        assert_eq!(OriginalKey::at(&name), Some(OriginalKey(id)));
        for foreign in [format!("12/{id}"), id.to_string(), format!("notes/{id}"), format!("11/{}", id.simple())] {
            assert_eq!(OriginalKey::at(&foreign), None, "{foreign}");
        }
    }
}
