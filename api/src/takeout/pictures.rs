//! `pictures.ndjson`: the pictures as items, each file of lines followed by the files of the pictures in it.

use std::collections::HashMap;

use flaneur_access::{Action, Viewer, Visibility, decide};
use flaneur_catalog::model::{OwnPicture, PictureId, PictureStatus, Redaction, RedactionId};
use serde_json::{Value, json};

use super::{
    PAGE, Takeout,
    archive::{Archive, Halt},
    files::{File, Files},
    lines::Lines,
    names,
};
use crate::{
    routes::pictures::{RedactionDocument, redaction_document, redactions_with, unfinished_status},
    stac,
};

/// Writes items and files.
pub async fn write(takeout: &Takeout, archive: &mut Archive) -> Result<(), Halt> {
    let catalog = &takeout.api.catalog;
    let (mut lines, mut files) = (Lines::new("pictures"), Files::default());
    let mut after = None;
    loop {
        let page = catalog.own_pictures(takeout.account.id, takeout.set_id(), after, PAGE).await?;
        // A page may lack what was deleted between its queries, so only an empty one is the last for sure.
        let Some(last) = page.last() else { break };
        after = Some(last.place);
        write_page(takeout, page, &mut lines, &mut files).await?;
        if lines.is_full() {
            lines.write(archive).await?;
            files.write(takeout, archive).await?;
        }
    }
    lines.end(archive).await?;
    files.write(takeout, archive).await?;
    files.tell_missing(archive).await
}

async fn write_page(
    takeout: &Takeout,
    page: Vec<OwnPicture>,
    lines: &mut Lines,
    files: &mut Files,
) -> Result<(), Halt> {
    let catalog = &takeout.api.catalog;
    let ids: Vec<PictureId> = page.iter().map(|own| own.place.picture).collect();
    let mut asked: HashMap<PictureId, Vec<Redaction>> = HashMap::new();
    for redaction in catalog.redactions_of(&ids).await? {
        asked.entry(redaction.picture).or_default().push(redaction);
    }
    let sealed: Vec<RedactionId> = catalog.patches(&ids).await?.into_iter().flat_map(|patch| patch.covers).collect();
    for own in page {
        let asked = asked.remove(&own.place.picture).unwrap_or_default();
        let redactions = redactions_with(&own.item.picture, &own.detections, asked);
        let redactions: Vec<_> =
            redactions.iter().map(|each| redaction_document(each, sealed.contains(&each.id), &takeout.url)).collect();
        let file = file(takeout, &own);
        lines.push(&line(takeout, own, file.as_ref(), &redactions)?)?;
        files.extend(file);
    }
    Ok(())
}

/// The file of a picture, if it is one that its owner may be given.
fn file(takeout: &Takeout, own: &OwnPicture) -> Option<File> {
    let picture = &own.item.picture;
    let owner = Viewer::Account { id: takeout.account.id.0, admin: false };
    let given = takeout.with_pictures && decide(owner, Action::See, picture.subject(Visibility::Anyone)).is_ok();
    given.then(|| File {
        picture: picture.id,
        path: names::picture(picture.upload_set, &picture.file_name, picture.id),
        captured_at: picture.captured_at,
        master: picture.objects.as_ref().map(|objects| objects.master.clone()).unwrap_or_default(),
    })
}

/// The item, with what else is held on the picture beside: what was sent with it, and what was redacted.
fn line(
    takeout: &Takeout,
    own: OwnPicture,
    file: Option<&File>,
    redactions: &[RedactionDocument],
) -> Result<Value, Halt> {
    let picture = own.item.picture.clone();
    let published = picture.subject(Visibility::Anyone).published;
    let mut item = stac::Item::new(own.item, &takeout.url, &takeout.api.settings.license);
    if !published {
        item.properties.status = match picture.status {
            PictureStatus::Duplicate => PictureStatus::Duplicate.as_str(),
            other => unfinished_status(other),
        };
    }
    let mut told = serde_json::to_value(item)?;
    told["flaneur:own"] = json!({
        "file": file.map(|file| &file.path),
        "upload_set": picture.upload_set,
        "status": picture.status.as_str(),
        "visibility": picture.visibility.as_str(),
        "altitude": picture.altitude,
        "sensor_heading": picture.orientation.sensor_heading,
        "edited": picture.edited,
        "overrides": picture.overrides,
        "content_md5": picture.content_md5,
        "content_sha256": picture.content_sha256,
        "claimed_blurred": picture.claimed_blurred,
        "redactions": redactions,
    });
    Ok(told)
}
