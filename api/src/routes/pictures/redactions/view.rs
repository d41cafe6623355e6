//! Redactions as clients are told of them.

use flaneur_catalog::model::{Outline, Redaction};
use serde_json::{Value, json};

use crate::PublicUrl;

/// Where the redactions of a picture are told.
pub fn status_url(redaction: &Redaction, url: &PublicUrl) -> String {
    url.api(&format!("/pictures/{}/redactions", redaction.picture))
}

/// One redaction. `sealed`: whether what it removed is kept, so that it can be undone.
pub fn redaction(redaction: &Redaction, sealed: bool, url: &PublicUrl) -> Value {
    let regions: Vec<Value> = redaction
        .outlines
        .iter()
        .map(|outline| match outline {
            Outline::Box(bounds) => json!({ "box": bounds }),
            Outline::Polygon(corners) => json!({ "polygon": corners }),
        })
        .collect();
    let mut body = json!({
        "id": redaction.id,
        "origin": redaction.origin.as_str(),
        "class": redaction.class.as_str(),
        "regions": regions,
        "state": redaction.state.as_str(),
        "undoable": sealed,
        "links": [{ "rel": "status", "type": "application/json", "href": status_url(redaction, url) }],
    });
    if let Some(by) = redaction.asked_by {
        body["asked_by"] = json!(by);
        body["asked_at"] = json!(redaction.asked_at.to_string());
    }
    if let Some(at) = redaction.settled_at {
        body["settled_at"] = json!(at.to_string());
    }
    if let Some(message) = &redaction.message {
        body["message"] = json!(message);
    }
    if let Some(undo) = &redaction.undo {
        body["undo"] = json!({
            "state": undo.state.as_str(),
            "asked_by": undo.by,
            "asked_at": undo.at.to_string(),
            "reason": undo.reason,
        });
        if let Some(answer) = &undo.answer {
            body["undo"]["answer"] = json!(answer);
        }
    }
    body
}
