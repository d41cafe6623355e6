//! Edits and annotations as they are shown.

use flaneur_catalog::model::{Annotation, Edit, EditChange, Marked, PictureFields, SequenceFields};
use serde_json::{Map, Value, json};

use crate::{Link, PublicUrl, stac::PixelPolygon};

/// An annotation.
pub fn annotation_document(annotation: &Annotation) -> Value {
    let mut document = marked(&annotation.marked);
    document["id"] = json!(annotation.id);
    document["picture_id"] = json!(annotation.picture);
    document
}

fn marked(marked: &Marked) -> Value {
    json!({
        "shape": PixelPolygon::of(marked.shape.clone()),
        "semantics": marked.semantics,
    })
}

/// An edit, with the links that lead on from it.
pub fn edit(edit: &Edit, url: &PublicUrl, may_undo: bool) -> Map<String, Value> {
    let own = url.api(&format!("/edits/{}", edit.id));
    let mut links = vec![Link::json("self", own.clone())];
    if may_undo && edit.undone_by.is_none() {
        links.push(Link::json("undo", format!("{own}/undo")).with("method", "POST"));
    }
    let document = json!({
        "id": edit.id,
        "at": crate::stac::utc(edit.at),
        "account": { "id": edit.account, "name": edit.name },
        "operation": edit.operation,
        "changes_count": edit.changes,
        "undoes": edit.undoes,
        "undone_by": edit.undone_by,
        "links": links,
    });
    match document {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// What an edit did to one thing. `in_full`: else only tags are told.
pub fn change(change: &EditChange, in_full: bool) -> Value {
    match change {
        EditChange::Picture { id, was, became } => json!({
            "picture_id": id, "was": picture(was, in_full), "became": picture(became, in_full),
        }),
        EditChange::Sequence { id, was, became } => json!({
            "sequence_id": id, "was": sequence(was, in_full), "became": sequence(became, in_full),
        }),
        EditChange::Annotation { id, picture, was, became } => json!({
            "picture_id": picture, "annotation_id": id,
            "was": was.as_ref().map(marked), "became": became.as_ref().map(marked),
        }),
    }
}

/// Whether nothing is left to tell whom not everything is told.
pub fn is_silent(change: &EditChange) -> bool {
    match change {
        EditChange::Picture { became, .. } => became.semantics.is_none(),
        EditChange::Sequence { became, .. } => became.semantics.is_none(),
        EditChange::Annotation { .. } => false,
    }
}

/// Values of a picture in the words of a patch.
pub fn picture(fields: &PictureFields, in_full: bool) -> Value {
    let mut told = Map::new();
    let mut put = |name: &str, value: Value| told.insert(name.to_owned(), value);
    if in_full {
        if let Some(heading) = fields.heading {
            put("heading", json!(heading.degrees));
        }
        if let Some(pose) = fields.pose {
            put("pitch", json!(pose.pitch));
            put("roll", json!(pose.roll));
            put("yaw", json!(pose.yaw));
        }
        if let Some(position) = fields.position {
            put("longitude", json!(position.lon));
            put("latitude", json!(position.lat));
        }
        if let Some(capture) = &fields.capture {
            put("capture_time", json!(capture.local));
        }
        if let Some(visibility) = fields.visibility {
            put("visibility", json!(visibility.as_str()));
        }
        if let Some(rights) = &fields.rights {
            put("license", json!(rights.license));
            put("attribution", json!(rights.attribution));
        }
        if let Some(rank) = fields.rank {
            put("rank_in_collection", json!(rank));
        }
    }
    if let Some(tags) = &fields.semantics {
        put("semantics", json!(tags));
    }
    Value::Object(told)
}

fn sequence(fields: &SequenceFields, in_full: bool) -> Value {
    let mut told = Map::new();
    let mut put = |name: &str, value: Value| told.insert(name.to_owned(), value);
    if in_full {
        if let Some((title, _)) = &fields.title {
            put("title", json!(title));
        }
        if let Some(visibility) = fields.visibility {
            put("visibility", json!(visibility.as_str()));
        }
        if let Some(order) = &fields.sorted_by {
            put("sortby", json!(Some(order).filter(|order| !order.is_empty())));
        }
    }
    if let Some(tags) = &fields.semantics {
        put("semantics", json!(tags));
    }
    Value::Object(told)
}
