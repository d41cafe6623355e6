//! How upload sets and their files are written.

use flaneur_catalog::model::{
    Account, AccountId, Exclusion, FileRecord, PictureStatus, Rejection, UploadSet, UploadSetSequence, UploadSetState,
};
use jiff::Timestamp;

use super::told::{ExtentInTime, FileDocument, FileState, ItemsStatus, SetSequence, UploadSetDocument};
use crate::{Link, PublicUrl, stac::TemporalExtent};

const EDITABLE_BY: [(&str, &str, &str); 3] =
    [("add_files", "/files", "POST"), ("complete", "/complete", "POST"), ("delete", "", "DELETE")];

/// An upload set as it is told. `manager` is whoever asks, if they may change it: they get the links to do so.
pub fn upload_set(state: &UploadSetState, url: &PublicUrl, manager: Option<&Account>) -> UploadSetDocument {
    let set = &state.set;
    let options = &set.options;
    UploadSetDocument {
        id: options.id,
        created_at: options.created_at,
        completed: set.completed,
        dispatched: set.dispatched,
        account_id: options.account,
        title: options.title.clone(),
        estimated_nb_files: options.estimated_nb_files,
        sort_method: options.sort_method,
        no_split: options.no_split,
        split_distance: options.split_distance,
        split_time: options.split_time,
        no_deduplication: options.no_deduplication,
        duplicate_distance: options.duplicate_distance,
        duplicate_rotation: options.duplicate_rotation,
        metadata: options.metadata.clone(),
        associated_collections: state.sequences.iter().map(|sequence| self::sequence(sequence, url)).collect(),
        nb_items: state.nb_items,
        items_status: ItemsStatus::of_set(state.counts),
        semantics: options.semantics.clone(),
        relative_heading: options.relative_heading,
        notices: set.notices.clone(),
        visibility: options.visibility,
        license: options.rights.license.clone(),
        attribution: options.rights.attribution.clone(),
        links: links(set, url, manager),
        ready: state.ready,
    }
}

fn links(set: &UploadSet, url: &PublicUrl, manager: Option<&Account>) -> Vec<Link> {
    let own = url.api(format_args!("/upload_sets/{}", set.options.id));
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

fn sequence(sequence: &UploadSetSequence, url: &PublicUrl) -> SetSequence {
    let temporal = |(first, last): (Timestamp, Timestamp)| TemporalExtent {
        interval: [[first, last].map(|at| Some(at.to_string()))],
    };
    SetSequence {
        id: sequence.id,
        title: sequence.title.clone(),
        nb_items: sequence.nb_items,
        items_status: ItemsStatus::of_sequence(sequence.counts),
        links: [Link::json("self", url.api(format_args!("/collections/{}", sequence.id)))],
        ready: sequence.ready,
        extent: sequence.interval.map(|interval| ExtentInTime { temporal: temporal(interval) }),
    }
}

/// Why a file was rejected, as `viewer` may know it: whose own areas are meant is known to the set's owner only.
fn rejection(file: &FileRecord, set: &UploadSet, viewer: AccountId) -> Option<Rejection> {
    let rejection = file.rejection.clone()?;
    let secret = rejection.reason == "in_excluded_area" && viewer != set.options.account;
    Some(if secret { Rejection { message: Exclusion::FOR_OTHERS.to_owned(), ..rejection } } else { rejection })
}

/// A file of an upload set, as whoever manages the set is told of it.
pub fn file(file: &FileRecord, set: &UploadSet, viewer: AccountId, url: &PublicUrl) -> FileDocument {
    let rejected = rejection(file, set, viewer);
    let (state, message) = state(file, rejected.as_ref(), viewer);
    FileDocument {
        file_name: file.file_name.clone(),
        inserted_at: file.inserted_at,
        file_type: "picture",
        links: [Link::json("parent", url.api(format_args!("/upload_sets/{}", set.options.id)))],
        picture_id: file.picture,
        content_md5: file.content_md5.clone(),
        size: file.size,
        rejected,
        notices: file.notices.clone(),
        state,
        message,
        changed_at: file.changed_at,
    }
}

/// The one state that a file is in, and in plain words why and what to do.
fn state(file: &FileRecord, rejection: Option<&Rejection>, viewer: AccountId) -> (FileState, String) {
    let told = |otherwise: &str| rejection.map_or_else(|| otherwise.to_owned(), |rejection| rejection.message.clone());
    match file.status {
        None => {
            let to_do = match rejection.map_or("", |rejection| rejection.reason.as_str()) {
                "invalid_metadata" => " Send it again with place and time, in the file or as `override_…`.",
                "invalid_file" => " Send it again as the camera wrote it, as a JPEG file.",
                "in_excluded_area" => " It was not kept: there are to be no pictures of that place here.",
                _ => "",
            };
            (FileState::Refused, told("The file was refused.") + to_do)
        }
        Some(PictureStatus::Waiting) => {
            (FileState::Waiting, "The file is stored, and waits until it is blurred. There is nothing to do.".to_owned())
        }
        Some(PictureStatus::Ready) if file.published && file.withheld => (
            FileState::Hidden,
            "Somebody reported the picture, so it is hidden until that is decided: only its owner and administrators see it. \
             The report says what to do."
                .to_owned(),
        ),
        Some(PictureStatus::Ready) if file.published && file.exclusion.is_some() => (FileState::Hidden, hidden(file, viewer)),
        Some(PictureStatus::Ready) if file.published => {
            (FileState::Published, "The picture is shown. There is nothing to do.".to_owned())
        }
        Some(PictureStatus::Ready) => (
            FileState::Ready,
            "The picture is blurred. It is shown when the set is complete and sorted into sequences: say so when all \
             files have come."
                .to_owned(),
        ),
        Some(PictureStatus::Broken) => (FileState::Broken, told("The picture could not be made: send the file again.")),
        Some(PictureStatus::Duplicate) => (
            FileState::Duplicate,
            told("Nearly the same picture is in the set: this one is not needed. There is nothing to do."),
        ),
        Some(PictureStatus::Deleted) => (FileState::Deleted, "The picture was deleted.".to_owned()),
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
