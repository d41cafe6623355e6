//! What the contributor of a file is told although it was taken.

use flaneur_catalog::model::FileNotice;
use flaneur_geotag::Geotag;
use flaneur_jpeg::Extra;

use super::formats::Head;

/// Most notices of a file. Real ones have a handful.
const MOST: usize = 12;
/// Longest of their sentences, characters: a client's own words may be in them.
const LONGEST: usize = 300;

/// What is dropped of a file, and what of its metadata is doubtful.
pub fn of(head: &Head, tag: &Geotag) -> Vec<FileNotice> {
    let dropped = head.extras().iter().map(|extra| match extra {
        Extra::Film => notice(
            "film_dropped",
            "This is a motion photo: its picture was taken, its film was not, and is not kept.".to_owned(),
        ),
        Extra::GainMap => notice(
            "gain_map_dropped",
            "This is an HDR photo: its picture was taken as other screens show it; its gain map is not kept."
                .to_owned(),
        ),
    });
    let doubts = tag.doubts.iter().map(|doubt| notice("doubtful_metadata", doubt.to_string()));
    dropped.chain(doubts).take(MOST).collect()
}

fn notice(reason: &str, message: String) -> FileNotice {
    let message = match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message,
    };
    FileNotice { reason: reason.to_owned(), message }
}
