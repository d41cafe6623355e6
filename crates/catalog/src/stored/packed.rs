//! Documents of which there are many that are alike: compressed, each by itself, with a dictionary of what they have in common.
//!
//! What a picture's file says of itself is two thirds of its row as JSON, and a sixth of that compressed. A row is looked up by
//! its page, so that smaller rows are also fewer pages to read.

use std::{cell::RefCell, io, sync::LazyLock};

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Database, Decode, Encode, Type, encode::IsNull, error::BoxDynError};
use zstd::{
    bulk::{Compressor, Decompressor},
    dict::{DecoderDictionary, EncoderDictionary},
};

/// Names and usual values of tags, and how the other documents begin. What was packed with it can only be read with it: a better
/// one gets a number of its own beside this one.
const DICTIONARY: &[u8] = include_bytes!("documents-1.dictionary");
/// First byte of what is packed with [`DICTIONARY`]. No JSON begins with it.
const PACKED: u8 = 1;
/// What a Zstandard frame begins with (RFC 8878, 3.1.1), which is not stored.
const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// Beyond this level documents of this size hardly get smaller.
const LEVEL: i32 = 5;
/// Larger documents stay as they are, bytes.
const LARGEST: usize = 1 << 20;

static TO_PACK: LazyLock<EncoderDictionary<'static>> = LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static TO_UNPACK: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

thread_local! {
    static PACKER: RefCell<io::Result<Compressor<'static>>> =
        RefCell::new(Compressor::with_prepared_dictionary(&TO_PACK));
    static UNPACKER: RefCell<io::Result<Decompressor<'static>>> =
        RefCell::new(Decompressor::with_prepared_dictionary(&TO_UNPACK));
}

/// A document as bytes: packed, or as it is where that is not smaller.
pub fn pack(document: &[u8]) -> Vec<u8> {
    packed(document).unwrap_or_else(|| document.to_vec())
}

fn packed(document: &[u8]) -> Option<Vec<u8>> {
    if document.len() > LARGEST {
        return None;
    }
    let frame = PACKER.with_borrow_mut(|packer| packer.as_mut().ok()?.compress(document).ok())?;
    let content = frame.strip_prefix(&MAGIC)?;
    (content.len() + 1 < document.len()).then(|| [&[PACKED], content].concat())
}

/// The document of such bytes.
///
/// # Errors
///
/// If they are packed, and damaged or not by this module.
pub fn unpack(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let Some(content) = bytes.strip_prefix(&[PACKED]) else {
        return Ok(bytes.to_vec());
    };
    let frame = [&MAGIC, content].concat();
    let size = Decompressor::upper_bound(&frame).filter(|size| *size <= LARGEST);
    let size = size
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it does not say how large it is, or too large"))?;
    UNPACKER.with_borrow_mut(|unpacker| match unpacker {
        Ok(unpacker) => unpacker.decompress(&frame, size),
        Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
    })
}

/// A document in a column of bytes: written packed, and read packed or as JSON, as which it was written once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed<T>(pub T);

impl<DB: Database, T> Type<DB> for Packed<T>
where
    Vec<u8>: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <Vec<u8> as Type<DB>>::type_info()
    }

    fn compatible(info: &DB::TypeInfo) -> bool {
        <Vec<u8> as Type<DB>>::compatible(info)
    }
}

impl<'q, DB: Database, T: Serialize> Encode<'q, DB> for Packed<T>
where
    Vec<u8>: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        pack(&serde_json::to_vec(&self.0)?).encode(buffer)
    }
}

impl<'r, DB: Database, T: DeserializeOwned> Decode<'r, DB> for Packed<T>
where
    &'r [u8]: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let bytes = <&[u8] as Decode<DB>>::decode(value)?;
        Ok(Self(serde_json::from_slice(&unpack(bytes)?)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As a phone writes it.
    const EXIF: &str = r#"{"Exif.GPSInfo.GPSLatitude":"46/1 9/1 36112/1000","Exif.GPSInfo.GPSLatitudeRef":"N","Exif.Image.Make":"Fairphone","Exif.Image.Model":"FP5","Exif.Photo.ExposureTime":"1/343","Exif.Photo.FNumber":"25/10","Exif.Photo.ISOSpeedRatings":"533"}"#;

    #[test]
    fn what_is_alike_gets_small() {
        let small = pack(EXIF.as_bytes());
        assert!(small.len() * 3 < EXIF.len(), "{} of {}", small.len(), EXIF.len());
        assert_eq!(unpack(&small).unwrap(), EXIF.as_bytes());
    }

    /// A catalog of before is read: the dictionary is as it was.
    #[test]
    fn what_was_packed_once_is_read() {
        let stored = include_bytes!("packed-1.golden");
        assert_eq!(unpack(stored).unwrap(), EXIF.as_bytes());
    }

    #[test]
    fn what_would_not_get_smaller_stays_as_it_is() {
        for plain in ["", "{}", "null", "[]"] {
            assert_eq!(pack(plain.as_bytes()), plain.as_bytes());
            assert_eq!(unpack(plain.as_bytes()).unwrap(), plain.as_bytes());
        }
        let large = vec![b' '; LARGEST + 1];
        assert_eq!(pack(&large), large);
    }

    #[test]
    fn a_document_that_says_it_is_huge_is_refused() {
        let huge = zstd::bulk::compress(&vec![b' '; 4 * LARGEST], LEVEL).unwrap();
        let stored = [&[PACKED], huge.strip_prefix(&MAGIC).unwrap()].concat();
        assert!(unpack(&stored).is_err());
    }

    proptest! {
        #[test]
        fn every_document_comes_back(document: Vec<u8>, head in 0..EXIF.len()) {
            let document = [EXIF.as_bytes().get(..head).unwrap_or_default(), &document].concat();
            // JSON begins with no such byte.
            prop_assume!(document.first() != Some(&PACKED));
            prop_assert_eq!(unpack(&pack(&document)).unwrap(), document);
        }

        #[test]
        fn damage_is_an_error_or_another_document(bytes: Vec<u8>, at in 0_usize..200, bit in 0_u8..8) {
            let _ = unpack(&[&[PACKED], bytes.as_slice()].concat());
            let mut damaged = pack(EXIF.as_bytes());
            if let Some(byte) = damaged.get_mut(at) {
                *byte ^= 1 << bit;
            }
            let _ = unpack(&damaged);
        }
    }
}
