//! `README.md`: what is in an archive, and what is not.

use std::fmt::Write as _;

use super::Takeout;
use crate::{License, stac::utc};

/// The text. Whatever people wrote in it stands on one line of its own.
pub fn text(takeout: &Takeout) -> String {
    let Takeout { account, api, url, .. } = takeout;
    let mut text = String::new();
    let mut put = |part: &str| {
        text.push_str(part);
        text.push('\n');
    };
    put(&format!("# Pictures and data of {}\n", one_line(&account.name)));
    let what = match &takeout.set {
        None => "All that is held on the account".to_owned(),
        Some(set) => format!("One upload set, {} ({}), of the account", set.options.id, one_line(&set.options.title)),
    };
    put(&format!(
        "{what} {} at {} ({}),\nas it was at {}.\n",
        account.id,
        one_line(&api.settings.name),
        url.0,
        utc(takeout.made_at)
    ));
    put(WHOLE);
    put("## What is in it\n");
    put(if takeout.set.is_none() { CONTENT } else { CONTENT_OF_SET });
    if takeout.set.is_none() {
        put(DEEDS);
    }
    put(PARTS);
    put("## Pictures\n");
    put(if takeout.with_pictures { FILES } else { NO_FILES });
    put(&numbers(takeout));
    put("## Licence\n");
    put(&license(&api.settings.license));
    put("## What is not in it\n");
    put(&left_out(takeout));
    put("## Use it elsewhere\n");
    put(ELSEWHERE);
    text
}

const WHOLE: &str = "`SHA256SUMS` is the last file of the archive. **Without it, the archive was cut short**: take it out again. With it,
everything is here, and `sha256sum -c SHA256SUMS` in this folder says whether it is as it was written.
If there is a `MISSING.txt`, it names files of pictures that changed while the archive was made, or that the server lost.
";

const CONTENT: &str = "- `account.json`: the account itself: name, choices, answers to the terms of service, pages written; tokens (never what
  they are used with), logins, where mails go, webhooks (never what they are signed with), sessions, invites and privacy zones
- `upload_sets.ndjson`: what was sent in one go, with its tags, how it was to be sorted, the first 1,000 files that were refused,
  and files that have not come as a whole
- `files.ndjson`: every file that was sent, and what became of it
- `sequences.ndjson`: the sequences, as STAC Collections
- `pictures.ndjson`: the pictures, as STAC Items, hidden ones too; `flaneur:own` has what is told to nobody else: what was sent with
  the file (`overrides`), what was redacted, and where in this archive its `file` is";

const CONTENT_OF_SET: &str = "- `account.json`: the account itself
- `upload_sets.ndjson`: the set, with its tags, how it was to be sorted, and the first 1,000 files that were refused
- `files.ndjson`: every file that was sent to it, and what became of it
- `sequences.ndjson`: its sequences, as STAC Collections
- `pictures.ndjson`: its pictures, as STAC Items, hidden ones too; `flaneur:own` has what is told to nobody else: what was sent with
  the file (`overrides`), what was redacted, and where in this archive its `file` is";

const DEEDS: &str = "- `edits.ndjson`: what the account changed, of its own pictures and of others'
- `reports.ndjson`: what it reported, and what was reported about its pictures, without who did
- `report_events.ndjson`: each step that it took about reports
- `redactions.ndjson`: redactions of other people's pictures that it asked for
- `transfers.ndjson`: sequences that it brought here from other instances";

const PARTS: &str = "
Each line of a `.ndjson` file is a document of JSON. What is longer than 8 MiB goes on in a file with a number, such as
`pictures-2.ndjson`: `cat pictures*.ndjson` is all of it.
";

const FILES: &str = "Files are in `pictures/UPLOAD SET/NAME-ID.jpg`, where NAME is how the file was called that was sent. They are the
redacted masters, at full resolution, with place, time and direction in their EXIF. The originals are not kept by the instance:
they are destroyed as soon as a picture is redacted.
";

const NO_FILES: &str =
    "The files of the pictures were not asked for (`pictures=false`). `assets.hd` of an item says where its file is.
";

const ELSEWHERE: &str = "The pictures can be sent to any Panoramax instance as they are, for example with `panoramax_cli upload pictures/UPLOAD SET/`: place and
time are in them. Corrections are in their EXIF; tags are in `pictures.ndjson`.
";

fn numbers(takeout: &Takeout) -> String {
    let counts = &takeout.counts;
    let mut text = format!("{} pictures are published", counts.published);
    text.push_str(if takeout.with_pictures { ", with their files.\n" } else { ".\n" });
    for (count, what) in [
        (counts.waiting, "are still being processed: their files are missing, take them out again later"),
        (counts.unsorted, "are not in a sequence yet: their files are missing until their upload set is complete"),
        (counts.broken, "could not be processed, and have no file"),
        (counts.duplicates, "were left out as nearly the same as another, and have no file"),
    ] {
        if count > 0 {
            // Writing to a text does not fail.
            let _ = writeln!(text, "{count} more {what}.");
        }
    }
    text
}

fn license(usual: &License) -> String {
    format!(
        "Each picture's licence is `properties.license` of its item, with whom to name in `properties.attribution`. Where nothing else was\n\
         chosen, it is {} ({}).\n",
        usual.id, usual.url
    )
}

fn left_out(takeout: &Takeout) -> String {
    let mut text =
        "Originals, what was redacted (sealed or not), secrets and hashes of secrets, and what was deleted.\n"
            .to_owned();
    if takeout.set.is_some() {
        text.push_str("Other upload sets, edits, reports and transfers: take out everything with `pictures=false` to have these.\n");
    }
    if !takeout.is_own() {
        text.push_str(
            "This was taken out by an administrator. What only the account itself is told is not in it: its tokens, logins, mail address,\n\
             webhooks, sessions, invites and privacy zones.\n",
        );
    }
    text
}

/// Without anything that would end the line or mean something.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
