//! Redactions as clients are told of them.

use flaneur_catalog::model::{AccountId, Outline, Redaction, RedactionId, Undo};
use jiff::Timestamp;
use serde::Serialize;

use crate::{Link, PublicUrl, words};

/// A redaction of a picture.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Redaction)]
pub struct RedactionDocument {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: RedactionId,
    /// Where it comes from.
    #[schema(value_type = words::RedactionOrigin)]
    origin: &'static str,
    /// What is in it.
    #[schema(value_type = words::RegionClass)]
    class: &'static str,
    /// What is made unrecognisable.
    regions: Vec<RedactedRegion>,
    /// How far it is.
    #[schema(value_type = words::RedactionState)]
    state: &'static str,
    /// Whether what was removed is kept under the operator's key, so that a false alarm can be undone.
    undoable: bool,
    /// `status`: the picture's redactions.
    links: [Link; 1],
    /// Who drew it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    asked_by: Option<AccountId>,
    /// When somebody drew it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    asked_at: Option<Timestamp>,
    /// When it was done, undone or refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    settled_at: Option<Timestamp>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<String>,
    /// That somebody asked for it to be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    undo: Option<UndoDocument>,
}

/// A region in pixels of the upright picture at full resolution, the left top corner being 0, 0: a polygon or a box.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RedactedRegion {
    /// Left, top, right, bottom. On a panorama the right may lie beyond the width: the box goes on at the left edge.
    #[serde(rename = "box", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    bounds: Option<[f64; 4]>,
    /// Corners (x, y) in order; the last is joined to the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    polygon: Option<Vec<[f64; 2]>>,
}

impl From<&Outline> for RedactedRegion {
    fn from(outline: &Outline) -> Self {
        match outline {
            Outline::Box(bounds) => Self { bounds: Some(*bounds), polygon: None },
            Outline::Polygon(corners) => Self { bounds: None, polygon: Some(corners.clone()) },
        }
    }
}

/// That a redaction is to be undone.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Undo)]
pub struct UndoDocument {
    /// How far that is.
    #[schema(value_type = words::UndoState)]
    state: &'static str,
    /// Who asked for it.
    #[schema(value_type = Uuid)]
    asked_by: AccountId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    asked_at: Timestamp,
    /// Why.
    reason: String,
    /// What whoever holds the key said to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    answer: Option<String>,
}

impl From<&Undo> for UndoDocument {
    fn from(undo: &Undo) -> Self {
        Self {
            state: undo.state.as_str(),
            asked_by: undo.by,
            asked_at: undo.at,
            reason: undo.reason.clone(),
            answer: undo.answer.clone(),
        }
    }
}

/// Where the redactions of a picture are told.
pub fn status_url(redaction: &Redaction, url: &PublicUrl) -> String {
    url.api(format_args!("/pictures/{}/redactions", redaction.picture))
}

/// One redaction. `sealed`: whether what it removed is kept, so that it can be undone.
pub fn redaction(redaction: &Redaction, sealed: bool, url: &PublicUrl) -> RedactionDocument {
    RedactionDocument {
        id: redaction.id,
        origin: redaction.origin.as_str(),
        class: redaction.class.as_str(),
        regions: redaction.outlines.iter().map(RedactedRegion::from).collect(),
        state: redaction.state.as_str(),
        undoable: sealed,
        links: [Link::json("status", status_url(redaction, url))],
        asked_by: redaction.asked_by,
        asked_at: redaction.asked_by.map(|_| redaction.asked_at),
        settled_at: redaction.settled_at,
        message: redaction.message.clone(),
        undo: redaction.undo.as_ref().map(UndoDocument::from),
    }
}
