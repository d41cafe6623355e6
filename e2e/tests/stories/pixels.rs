//! What a browser shows of a JPEG file is, bit for bit, what we decode: so what was looked at for faces and plates, and what
//! was verified before it was published, is what people see.

use std::{collections::BTreeMap, path::Path};

use flaneur_e2e::{Server, Tools};
use flaneur_jpeg::{Limits, Metadata, Pixels, Source};
use flaneur_test_jpeg::{
    Judge,
    pictures::{self, mutant},
};

use crate::browser::run_in_browser;

/// Mutants made of each picture, and how many of those that we accept are decoded.
const TRIES: u64 = 150;
const MOST_OF_ONE: usize = 8;
/// Mutants that have to be accepted for the test to see enough.
const LEAST_MUTANTS: usize = 200;

const LIMITS: Limits = Limits { max_pixels: 1_000_000, max_side: 65_500 };

/// What a file is to a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// As a camera or program writes it.
    Written,
    /// One that is damaged, and accepted all the same.
    Mutant,
    /// What is published of one of the others.
    Published,
}

/// A file that we accept.
struct Case {
    name: String,
    kind: Kind,
    bytes: Vec<u8>,
    pixels: Pixels,
}

/// What the browser made of it.
enum Seen {
    Pixels { width: u32, height: u32, rgba: Vec<u8> },
    Refused(String),
}

fn opened(bytes: &[u8]) -> Option<Source> {
    Source::open(bytes, 1, false, &LIMITS).ok()
}

/// A file, and what is published of it if nothing in it is redacted; nothing if we don't accept it.
fn cases(name: &str, kind: Kind, bytes: Vec<u8>) -> Vec<Case> {
    let Some(source) = opened(&bytes) else { return Vec::new() };
    let pixels = source.pixels().unwrap_or_else(|error| panic!("{name}: {error}"));
    let master = source.redact(&[]).and_then(|redacted| redacted.master(&Metadata::default()));
    let master = master.unwrap_or_else(|error| panic!("{name}: {error}"));
    let published =
        Case { name: format!("{name}, published"), kind: Kind::Published, bytes: master, pixels: pixels.clone() };
    vec![Case { name: name.to_owned(), kind, bytes, pixels }, published]
}

fn golden() -> Vec<(String, Vec<u8>)> {
    let folder = Tools::repository().join("crates/jpeg/tests/golden");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<(String, Vec<u8>)> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "jpg"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

fn all_cases(judge: Judge) -> Vec<Case> {
    let made = pictures::all(judge).into_iter().map(|made| (made.name, made.bytes));
    let mut all = Vec::new();
    for (name, bytes) in made.chain(golden()) {
        let of_mutants = (0..TRIES).map(|seed| (format!("{name}, mutant {seed}"), mutant(&bytes, seed)));
        let changed = of_mutants.filter(|(_, mutated)| *mutated != bytes);
        all.extend(
            changed
                .map(|(name, mutated)| cases(&name, Kind::Mutant, mutated))
                .filter(|both| !both.is_empty())
                .take(MOST_OF_ONE)
                .flatten(),
        );
        let written = cases(&name, Kind::Written, bytes);
        assert!(!written.is_empty(), "{name} is not accepted");
        all.extend(written);
    }
    all
}

fn seen(folder: &Path, number: usize) -> Seen {
    if let Ok(error) = std::fs::read_to_string(folder.join(format!("{number}.refused"))) {
        return Seen::Refused(error);
    }
    let bytes = std::fs::read(folder.join(format!("{number}.rgba"))).unwrap();
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    Seen::Pixels { width: number(0), height: number(4), rgba: bytes[8..].to_vec() }
}

/// Whether a file is coded arithmetically (ISO/IEC 10918-1, B.1.1.3): in coded data no such byte follows 0xFF. Chromium reads
/// these where it is built with a libjpeg that does, as Debian's is; nothing that is published is coded so.
fn is_arithmetic(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| matches!(pair, [0xff, 0xc9 | 0xca]))
}

/// How far apart two pictures are: the largest difference of a channel, and how many pixels differ.
fn apart(ours: &Pixels, rgba: &[u8]) -> (u8, usize) {
    assert_eq!(ours.rgb.len() / 3, rgba.len() / 4);
    let pairs = ours.rgb.chunks_exact(3).zip(rgba.chunks_exact(4));
    let differences = pairs
        .map(|(ours, theirs)| (0..3).map(|channel| ours[channel].abs_diff(theirs[channel])).max().unwrap_or_default());
    differences.fold((0, 0), |(most, count), now| (most.max(now), count + usize::from(now > 0)))
}

#[test]
fn a_difference_is_seen() {
    let ours = Pixels { width: 2, height: 1, rgb: vec![1, 2, 3, 4, 5, 6] };
    assert_eq!(apart(&ours, &[1, 2, 3, 255, 4, 5, 6, 255]), (0, 0));
    assert_eq!(apart(&ours, &[1, 2, 3, 255, 4, 8, 5, 255]), (3, 1));
}

#[tokio::test]
async fn a_browser_shows_what_we_decode() {
    let Some(judge) = Judge::find() else { return };
    let cases = all_cases(judge);
    let folder = tempfile::tempdir().unwrap();
    for (number, case) in cases.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.jpg")), &case.bytes).unwrap();
    }
    let names: Vec<String> = (0..cases.len()).map(|number| number.to_string()).collect();
    std::fs::write(folder.path().join("list.json"), serde_json::to_vec(&names).unwrap()).unwrap();
    let server = Server::start();
    let given = [("FLANEUR_FILES", folder.path().to_str().unwrap().to_owned())];
    run_in_browser(&server, "tests/pixels.test.mjs", &given).await;

    let mut counts: BTreeMap<Kind, [usize; 2]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let Case { name, kind, pixels, .. } = case;
        let [equal, refused] = counts.entry(*kind).or_default();
        match seen(folder.path(), number) {
            Seen::Refused(_) if is_arithmetic(&case.bytes) => *refused += 1,
            Seen::Refused(error) => {
                wrong.push(format!("{name}: the browser refuses it: {error}"));
            }
            Seen::Pixels { width, height, .. } if (width, height) != (pixels.width, pixels.height) => {
                wrong.push(format!("{name}: {width} x {height} in place of {} x {}", pixels.width, pixels.height));
            }
            Seen::Pixels { rgba, .. } => match apart(pixels, &rgba) {
                (0, _) => *equal += 1,
                (most, count) => wrong.push(format!("{name}: {count} pixels are up to {most} apart")),
            },
        }
    }
    println!("equal, and refused since they are coded arithmetically: {counts:?} of {}", cases.len());
    let mutants = cases.iter().filter(|case| case.kind == Kind::Mutant).count();
    assert!(mutants >= LEAST_MUTANTS, "{mutants} mutants: too few to see anything");
    assert!(wrong.is_empty(), "{} files look otherwise in the browser:\n{}", wrong.len(), wrong.join("\n"));
}
