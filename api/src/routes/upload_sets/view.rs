//! How upload sets and their files are written.

use flaneur_catalog::model::{
    Account, AccountId, Exclusion, FileRecord, PictureStatus, Rejection, StatusCounts, UploadSet, UploadSetSequence,
    UploadSetState,
};
use serde_json::{Map, Value, json};

use crate::{Link, PublicUrl};

const EDITABLE_BY: [(&str, &str, &str); 3] =
    [("add_files", "/files", "POST"), ("complete", "/complete", "POST"), ("delete", "", "DELETE")];

/// An upload set as JSON. `manager` is whoever asks, if they may change it: they get the links to do so.
pub fn upload_set(state: &UploadSetState, url: &PublicUrl, manager: Option<&Account>) -> Value {
    let set = &state.set;
    let options = &set.options;
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            body.insert(name.to_owned(), value);
        }
    };
    put("id", json!(options.id));
    put("created_at", json!(options.created_at));
    put("completed", json!(set.completed));
    put("dispatched", json!(set.dispatched));
    put("account_id", json!(options.account));
    put("title", json!(options.title));
    put("estimated_nb_files", json!(options.estimated_nb_files));
    put("sort_method", json!(options.sort_method));
    put("no_split", if options.no_split { json!(true) } else { Value::Null });
    put("split_distance", json!(options.split_distance));
    put("split_time", json!(options.split_time));
    put("no_deduplication", if options.no_deduplication { json!(true) } else { Value::Null });
    put("duplicate_distance", json!(options.duplicate_distance));
    put("duplicate_rotation", json!(options.duplicate_rotation));
    put("metadata", options.metadata.clone());
    put("associated_collections", state.sequences.iter().map(|sequence| self::sequence(sequence, url)).collect());
    put("nb_items", json!(state.nb_items));
    put("items_status", json!(state.counts));
    put("semantics", json!(options.semantics));
    put("relative_heading", json!(options.relative_heading));
    put("notices", if set.notices.is_empty() { Value::Null } else { json!(set.notices) });
    put("visibility", json!(options.visibility));
    put("license", json!(options.rights.license));
    put("attribution", json!(options.rights.attribution));
    put("links", json!(links(set, url, manager)));
    put("ready", json!(state.ready));
    Value::Object(body)
}

fn links(set: &UploadSet, url: &PublicUrl, manager: Option<&Account>) -> Vec<Link> {
    let own = url.api(&format!("/upload_sets/{}", set.options.id));
    let mut links = vec![Link::json("self", own.clone())];
    if manager.is_some() {
        links.extend(
            EDITABLE_BY
                .into_iter()
                .map(|(rel, path, method)| Link::json(rel, format!("{own}{path}")).with("method", method)),
        );
    }
    links
}

fn sequence(sequence: &UploadSetSequence, url: &PublicUrl) -> Value {
    let StatusCounts { prepared, preparing, broken, not_processed, .. } = sequence.counts;
    let mut body = json!({
        "id": sequence.id,
        "title": sequence.title,
        "nb_items": sequence.nb_items,
        "items_status": {
            "prepared": prepared, "preparing": preparing, "broken": broken, "not_processed": not_processed,
        },
        "links": [Link::json("self", url.api(&format!("/collections/{}", sequence.id)))],
        "ready": sequence.ready,
    });
    if let Some(interval) = sequence.interval {
        body["extent"] = json!({ "temporal": { "interval": [[interval.0, interval.1]] } });
    }
    body
}

/// Why a file was rejected, as `viewer` may know it: whose own areas are meant is known to the set's owner only.
fn rejection(file: &FileRecord, set: &UploadSet, viewer: AccountId) -> Option<Rejection> {
    let rejection = file.rejection.clone()?;
    let secret = rejection.reason == "in_excluded_area" && viewer != set.options.account;
    Some(if secret { Rejection { message: Exclusion::FOR_OTHERS.to_owned(), ..rejection } } else { rejection })
}

/// A file of an upload set as JSON, for whoever manages the set.
pub fn file(file: &FileRecord, set: &UploadSet, viewer: AccountId, url: &PublicUrl) -> Value {
    let rejection = rejection(file, set, viewer);
    let mut body = json!({
        "file_name": file.file_name,
        "inserted_at": file.inserted_at,
        "file_type": "picture",
        "links": [Link::json("parent", url.api(&format!("/upload_sets/{}", set.options.id)))],
    });
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            body[name] = value;
        }
    };
    put("picture_id", json!(file.picture));
    put("content_md5", json!(file.content_md5));
    put("size", json!(file.size));
    put("rejected", json!(rejection));
    put("notices", if file.notices.is_empty() { Value::Null } else { json!(file.notices) });
    let (state, message) = state(file, rejection.as_ref(), viewer);
    put("state", json!(state));
    put("message", json!(message));
    put("changed_at", json!(file.changed_at));
    body
}

/// The one state that a file is in, and in plain words why and what to do.
fn state(file: &FileRecord, rejection: Option<&Rejection>, viewer: AccountId) -> (&'static str, String) {
    let told = |otherwise: &str| rejection.map_or_else(|| otherwise.to_owned(), |rejection| rejection.message.clone());
    match file.status {
        None => {
            let to_do = match rejection.map_or("", |rejection| rejection.reason.as_str()) {
                "invalid_metadata" => " Send it again with place and time, in the file or as `override_…`.",
                "invalid_file" => " Send it again as the camera wrote it, as a JPEG file.",
                "in_excluded_area" => " It was not kept: there are to be no pictures of that place here.",
                _ => "",
            };
            ("refused", told("The file was refused.") + to_do)
        }
        Some(PictureStatus::Waiting) => {
            ("waiting", "The file is stored, and waits until it is blurred. There is nothing to do.".to_owned())
        }
        Some(PictureStatus::Ready) if file.published && file.withheld => (
            "hidden",
            "Somebody reported the picture, so it is hidden until that is decided: only its owner and administrators see it. \
             The report says what to do."
                .to_owned(),
        ),
        Some(PictureStatus::Ready) if file.published && file.exclusion.is_some() => ("hidden", hidden(file, viewer)),
        Some(PictureStatus::Ready) if file.published => {
            ("published", "The picture is shown. There is nothing to do.".to_owned())
        }
        Some(PictureStatus::Ready) => (
            "ready",
            "The picture is blurred. It is shown when the set is complete and sorted into sequences: say so when all \
             files have come."
                .to_owned(),
        ),
        Some(PictureStatus::Broken) => ("broken", told("The picture could not be made: send the file again.")),
        Some(PictureStatus::Duplicate) => (
            "duplicate",
            told("Nearly the same picture is in the set: this one is not needed. There is nothing to do."),
        ),
        Some(PictureStatus::Deleted) => ("deleted", "The picture was deleted.".to_owned()),
    }
}

/// Why a picture is hidden, as far as `viewer` may know, and how it is shown again.
fn hidden(file: &FileRecord, viewer: AccountId) -> String {
    let own = file.account == Some(viewer);
    let why = match file.exclusion {
        Some(exclusion) if own => exclusion.sentence(),
        _ => Exclusion::FOR_OTHERS,
    };
    let and_now = match file.exclusion {
        Some(Exclusion::Own) if own => "Delete the area to show the picture to others.",
        _ => "It is shown to others once it is in none any more.",
    };
    format!("{why} It is hidden: only its owner and administrators see it. {and_now}")
}
