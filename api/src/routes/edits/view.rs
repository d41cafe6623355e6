//! Edits and annotations as they are shown.

use flaneur_catalog::model::{
    Annotation, AnnotationId, Edit, EditChange, Marked, PictureFields, PictureId, Semantic, SequenceFields,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::told::{Change, EditDocument, Editor};
use crate::{
    Link, PublicUrl,
    stac::{PixelPolygon, Tag},
};

/// A part of a picture that has tags.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Annotation)]
pub struct AnnotationDocument {
    #[serde(flatten)]
    marked: MarkedPart,
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: AnnotationId,
    /// The picture.
    #[schema(value_type = Uuid)]
    picture_id: PictureId,
}

/// Where something is in a picture, and what.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct MarkedPart {
    /// Where it is.
    shape: PixelPolygon,
    /// Its tags.
    #[schema(value_type = Vec<Tag>)]
    semantics: Vec<Semantic>,
}

impl From<&Marked> for MarkedPart {
    fn from(marked: &Marked) -> Self {
        Self { shape: PixelPolygon::of(marked.shape.clone()), semantics: marked.semantics.clone() }
    }
}

/// An annotation.
pub fn annotation_document(annotation: &Annotation) -> AnnotationDocument {
    let marked = MarkedPart::from(&annotation.marked);
    AnnotationDocument { marked, id: annotation.id, picture_id: annotation.picture }
}

/// An edit, with the links that lead on from it.
pub fn edit(edit: &Edit, url: &PublicUrl, may_undo: bool) -> EditDocument {
    let own = url.api(format_args!("/edits/{}", edit.id));
    let mut links = vec![Link::json("self", own.clone())];
    if may_undo && edit.undone_by.is_none() {
        links.push(Link::json("undo", format!("{own}/undo")).with("method", "POST"));
    }
    EditDocument {
        id: edit.id,
        at: crate::stac::utc(edit.at),
        account: Editor { id: edit.account, name: edit.name.clone() },
        operation: Some(edit.operation.clone()),
        changes_count: edit.changes,
        undoes: edit.undoes,
        undone_by: edit.undone_by,
        links,
    }
}

/// What an edit did to one thing. `in_full`: else only tags are told.
pub fn change(change: &EditChange, in_full: bool) -> Change {
    let marked = |part: &Option<Marked>| part.as_ref().map_or(Value::Null, marked);
    match change {
        EditChange::Picture { id, was, became } => Change {
            picture_id: Some(*id),
            sequence_id: None,
            annotation_id: None,
            was: picture(was, in_full),
            became: picture(became, in_full),
        },
        EditChange::Sequence { id, was, became } => Change {
            picture_id: None,
            sequence_id: Some(*id),
            annotation_id: None,
            was: sequence(was, in_full),
            became: sequence(became, in_full),
        },
        EditChange::Annotation { id, picture, was, became } => Change {
            picture_id: Some(*picture),
            sequence_id: None,
            annotation_id: Some(*id),
            was: marked(was),
            became: marked(became),
        },
    }
}

fn marked(marked: &Marked) -> Value {
    json!({
        "shape": PixelPolygon::of(marked.shape.clone()),
        "semantics": marked.semantics,
    })
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
