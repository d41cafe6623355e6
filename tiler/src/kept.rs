//! Tiles that are kept in the catalog: drawn once, compressed, and true until something in them changes.

use std::{
    collections::HashMap,
    io::{Read as _, Write as _},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use flaneur_catalog::model::DrawnTile;
use flaneur_coverage::{mvt::LAST_ZOOM, quadkey::Tile};
use jiff::{SignedDuration, Timestamp};

/// How long a tile is shown to which something was added: where pictures come all the time, it is not drawn each time.
const GROWN_LASTS: SignedDuration = SignedDuration::from_secs(3);

/// How long an answer waits until its tile is kept.
pub(crate) const LONGEST_KEEPING: Duration = Duration::from_millis(500);

/// Whether tiles of this zoom level are kept: those further in are small, and few ask for them.
pub(crate) fn keeps(tile: Tile) -> bool {
    tile.z <= LAST_ZOOM
}

/// Whether the kept tile may still be shown.
pub(crate) fn is_true(kept: &DrawnTile, now: Timestamp) -> bool {
    let age = now.duration_since(kept.drawn_at);
    // Drawn by a process whose clock is ahead: its age is not known.
    let young = age < GROWN_LASTS && age > -GROWN_LASTS;
    !kept.taken && (!kept.touched || young)
}

/// The bytes, as they are kept: with gzip (RFC 1952).
pub(crate) fn pack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes)?;
    packer.finish()
}

/// The bytes that were packed.
pub(crate) fn unpack(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The lock of a tile that is being drawn: whoever holds it draws.
type Turn = tokio::sync::Mutex<()>;

/// Has those who want the same tile drawn wait for the first of them. Tiles are named by zoom level and first key.
#[derive(Default)]
pub(crate) struct Drawing(Mutex<HashMap<(u8, i64), Weak<Turn>>>);

impl Drawing {
    /// The lock of a tile. Whoever holds it draws.
    pub(crate) fn lock(&self, tile: Tile) -> Arc<Turn> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (tile.z, *tile.keys().start());
        if let Some(lock) = locks.get(&name).and_then(Weak::upgrade) {
            return lock;
        }
        // Nobody waits for these any more.
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::default();
        locks.insert(name, Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(touched: bool, taken: bool) -> DrawnTile {
        DrawnTile { tag: String::new(), body: None, drawn_at: Timestamp::UNIX_EPOCH, touched, taken }
    }

    #[test]
    fn what_is_hidden_is_never_shown_and_what_is_new_soon() {
        let after = |milliseconds: i64| Timestamp::from_millisecond(milliseconds).unwrap();
        assert!(is_true(&kept(false, false), after(1_000_000_000)));
        assert!(is_true(&kept(true, false), after(2_900)) && !is_true(&kept(true, false), after(3_000)));
        assert!(!is_true(&kept(true, false), after(-3_000)));
        assert!(!is_true(&kept(true, true), after(0)));
    }

    #[test]
    fn one_draws_and_others_wait() {
        let drawing = Drawing::default();
        let (one, other) = (Tile { z: 6, x: 0, y: 0 }, Tile { z: 6, x: 1, y: 0 });
        let lock = drawing.lock(one);
        assert!(Arc::ptr_eq(&lock, &drawing.lock(one)) && !Arc::ptr_eq(&lock, &drawing.lock(other)));
        drop(lock);
        let _ = drawing.lock(other);
        assert!(drawing.0.lock().unwrap().len() <= 2);
    }

    #[test]
    fn bytes_survive() {
        let bytes: Vec<u8> = (0..100_000u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        let packed = pack(&bytes).unwrap();
        assert!(packed.len() < bytes.len() / 2);
        assert_eq!(unpack(&packed).unwrap(), bytes);
        assert!(unpack(&bytes).is_err());
    }
}
