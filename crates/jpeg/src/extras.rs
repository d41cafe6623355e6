//! What cameras append to a picture, found without reading it.

use memchr::memmem;

/// Something in a file beside its picture. It is dropped: only the picture is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extra {
    /// The film of a motion photo (Motion Photo format 1.0, Samsung's trailer).
    Film,
    /// The gain map of an Ultra HDR or ISO 21496-1 picture, or of an iPhone's.
    GainMap,
}

/// Names of gain maps, in the XMP or in an APP2 segment of the small picture that is one: Ultra HDR 1.1, ISO 21496-1, Apple.
const GAIN_MAPS: [&[u8]; 3] = [
    b"http://ns.adobe.com/hdr-gain-map/1.0/",
    b"urn:iso:std:iso:ts:21496:-1",
    b"urn:com:apple:photo:2020:aux:hdrgainmap",
];

/// The kind of the first box of a film (ISO/IEC 14496-12, 4.3). Its size, in front, is below 256 bytes.
const FTYP: &[u8] = b"ftyp";

/// Bytes kept of what came before, so that what comes in two pieces is found too: one less than the longest name.
const KEPT: usize = 38;

/// Looks through the bytes behind a picture's end marker as they come. Holds a few dozen of them.
#[derive(Default)]
pub(crate) struct Trailer {
    kept: Vec<u8>,
    film: bool,
    gain_map: bool,
}

impl Trailer {
    /// Takes the next bytes, of any number.
    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        if chunk.is_empty() || (self.film && self.gain_map) {
            return;
        }
        let seam = chunk.len().min(KEPT);
        self.kept.extend_from_slice(&chunk[..seam]);
        let joined = std::mem::take(&mut self.kept);
        self.look(&joined);
        self.look(chunk);
        let rest = if chunk.len() > KEPT { &chunk[chunk.len() - KEPT..] } else { &joined };
        self.kept.extend_from_slice(&rest[rest.len().saturating_sub(KEPT)..]);
    }

    fn look(&mut self, bytes: &[u8]) {
        self.film = self.film
            || memmem::find_iter(bytes, FTYP)
                .any(|at| at >= 4 && bytes[at - 4..at - 1] == [0; 3] && bytes[at - 1] >= 16);
        self.gain_map = self.gain_map || GAIN_MAPS.iter().any(|name| memmem::find(bytes, name).is_some());
    }

    /// What was found, each once.
    pub(crate) fn extras(&self) -> Vec<Extra> {
        [(self.film, Extra::Film), (self.gain_map, Extra::GainMap)]
            .into_iter()
            .filter_map(|(there, extra)| there.then_some(extra))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8], step: usize) -> Vec<Extra> {
        let mut trailer = Trailer::default();
        bytes.chunks(step).for_each(|chunk| trailer.feed(chunk));
        trailer.extras()
    }

    #[test]
    fn extras_are_found_however_the_bytes_come() {
        let film = [&b"some trailer"[..], b"\0\0\0\x18ftypmp42", &[7; 50]].concat();
        let gain_map = [&[0xFF, 0xD8, 0xFF, 0xE1][..], GAIN_MAPS[2], &[9; 90]].concat();
        let both = [&gain_map[..], &film].concat();
        let none = [&[0xFF; 40][..], b"ftyp, but not behind a size, \0\0\0\x08ftyp", b"hdrgainmap"].concat();
        for step in [1, 2, 3, 7, 37, 38, 39, 40, 77, 1000] {
            assert_eq!(found(&film, step), [Extra::Film], "{step}");
            assert_eq!(found(&gain_map, step), [Extra::GainMap], "{step}");
            assert_eq!(found(&both, step), [Extra::Film, Extra::GainMap], "{step}");
            assert_eq!(found(&none, step), [], "{step}");
        }
        assert!(GAIN_MAPS.iter().all(|name| name.len() <= KEPT + 1));
    }
}
