//! The files that are sent: pictures of a street made here, each of which has a place and a time of its own.

use anyhow::{Context as _, Result};
use bytes::Bytes;
use flaneur_e2e::{Placement, placed, placed_sphere};
use flaneur_test_jpeg::pictures;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// The best quality that the encoder knows.
const BEST: u8 = 100;

/// A picture of which any number of files can be made.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// What it is, for people.
    pub name: String,
    size: (u32, u32),
    sphere: bool,
    /// Its JPEG without the first two bytes, shared by all files of it.
    body: Bytes,
}

/// A file to send: what is its own, and what it shares with others of its picture.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Its name.
    pub name: String,
    /// Its content, in two pieces.
    pub pieces: [Bytes; 2],
}

impl File {
    /// A file of these bytes.
    pub(crate) fn new(name: &str, content: Vec<u8>) -> Self {
        Self { name: name.to_owned(), pieces: [Bytes::new(), content.into()] }
    }

    /// Bytes.
    pub(crate) fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len() as u64).sum()
    }
}

/// Numbers files, so that no two of a run are equal in bytes: servers refuse what they have.
#[derive(Debug, Default)]
pub(crate) struct Numbers(u32);

impl Numbers {
    /// As many files of a picture, none of which was there before.
    pub(crate) fn files(&mut self, subject: &Subject, count: u32) -> Vec<File> {
        let first = self.0;
        self.0 += count;
        (first..self.0).map(|index| subject.file(index)).collect()
    }
}

impl Subject {
    /// A picture of this size in pixels, whose JPEG is not larger than `bytes`, as near to that as its quality can be chosen.
    pub(crate) fn of_about(what: &str, size: (u32, u32), bytes: usize) -> Result<Self> {
        let pixels = pictures::street(size.0, size.1, 1).pixels;
        // As cameras write it, unless even the best is small: then without halving the colours' resolution.
        let best = encode(&pixels, size, BEST, SamplingFactor::F_2_2)?.len();
        let sampling = if best < bytes { SamplingFactor::F_1_1 } else { SamplingFactor::F_2_2 };
        // The quality at which files become too large is sought by halving.
        let (mut fits, mut too_large) = (1, BEST + 1);
        let mut jpeg = encode(&pixels, size, fits, sampling)?;
        while too_large - fits > 1 {
            let quality = fits.midpoint(too_large);
            let tried = encode(&pixels, size, quality, sampling)?;
            if tried.len() <= bytes {
                (fits, jpeg) = (quality, tried);
            } else {
                too_large = quality;
            }
        }
        // Two bytes, the start of the image, come with what is a file's own.
        let body = Bytes::from(jpeg).slice(2..);
        let megabytes = body.len() as f64 / 1e6;
        let name = format!("{what} {}×{}, {megabytes:.1} MB", size.0, size.1);
        Ok(Self { name, size, sphere: size.0 == 2 * size.1, body })
    }

    /// Bytes of its JPEG, without what a file adds.
    pub(crate) fn bytes(&self) -> usize {
        self.body.len()
    }

    /// The picture's `index`-th file.
    fn file(&self, index: u32) -> File {
        let start = vec![0xff, 0xd8];
        let placement = Placement::walk(index);
        let head = if self.sphere { placed_sphere(start, self.size, placement) } else { placed(start, placement) };
        File { name: format!("{index:05}.jpg"), pieces: [head.into(), self.body.clone()] }
    }
}

fn encode(pixels: &[u8], size: (u32, u32), quality: u8, sampling: SamplingFactor) -> Result<Vec<u8>> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_sampling_factor(sampling);
    let side = |pixels: u32| u16::try_from(pixels).context("a JPEG has at most 65535 pixels a side");
    encoder.encode(pixels, side(size.0)?, side(size.1)?, ColorType::Rgb)?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_files_are_equal() {
        let subject = Subject::of_about("", (64, 32), 2000).unwrap();
        assert!(subject.bytes() <= 2000 && subject.bytes() > 500, "{}", subject.bytes());
        let mut numbers = Numbers::default();
        let files = [numbers.files(&subject, 2), numbers.files(&subject, 1)].concat();
        let contents: std::collections::HashSet<Vec<u8>> = files.iter().map(|file| file.pieces.concat()).collect();
        assert_eq!((contents.len(), files[2].len()), (3, files[2].pieces.concat().len() as u64));
        assert!(files.iter().all(|file| file.pieces.concat().starts_with(&[0xff, 0xd8, 0xff, 0xe1])));
    }
}
