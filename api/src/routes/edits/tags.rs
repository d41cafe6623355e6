//! Tags as requests write them: `[{"key", "value", "action"?: "add" | "delete"}]`.

use flaneur_catalog::model::{LONGEST_KEY, LONGEST_VALUE, MOST_TAGS, Semantic, TagEdits};
use serde_json::Value;

use crate::{ApiError, ApiResult};

/// What is to become of tags. The longest list takes all tags away and puts as many there.
pub fn tag_edits(value: &Value) -> ApiResult<TagEdits> {
    let Value::Array(list) = value else { return Err(refuse("it has to be a list")) };
    if list.len() > 2 * MOST_TAGS {
        return Err(refuse(&format!("it has at most {} entries", 2 * MOST_TAGS)));
    }
    let mut edits = TagEdits::default();
    for each in list {
        let tag = tag(each)?;
        match each.get("action").unwrap_or(&Value::Null) {
            Value::Null => edits.add.push(tag),
            Value::String(action) if action == "add" => edits.add.push(tag),
            Value::String(action) if action == "delete" => edits.remove.push(tag),
            _ => return Err(refuse("`action` is `add` or `delete`")),
        }
    }
    Ok(edits)
}

fn tag(value: &Value) -> ApiResult<Semantic> {
    let Value::Object(members) = value else { return Err(refuse("each entry is an object")) };
    if let Some(other) = members.keys().find(|name| !matches!(name.as_str(), "key" | "value" | "action")) {
        let shown: String = other.chars().take(40).collect();
        return Err(refuse(&format!("an entry has no `{shown}`")));
    }
    let text = |name: &str, longest: usize| {
        let text = members.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default();
        if text.is_empty() || text.len() > longest || text.chars().any(char::is_control) {
            return Err(refuse(&format!("`{name}` is a text of 1 to {longest} bytes without control characters")));
        }
        Ok(text.to_owned())
    };
    Ok(Semantic { key: text("key", LONGEST_KEY)?, value: text("value", LONGEST_VALUE)? })
}

fn refuse(what: &str) -> ApiError {
    ApiError::bad_request(format!(
        "`semantics` can't be read: {what}. It looks like [{{\"key\": \"osm|traffic_sign\", \"value\": \"stop\", \"action\": \"add\"}}]"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn adding_and_taking_away() {
        let edits = tag_edits(&json!([
            { "key": " a ", "value": "1" },
            { "key": "b", "value": "é", "action": "add" },
            { "key": "c", "value": "3", "action": "delete" },
        ]));
        let tag = |key: &str, value: &str| Semantic { key: key.to_owned(), value: value.to_owned() };
        let expected = TagEdits { add: vec![tag("a", "1"), tag("b", "é")], remove: vec![tag("c", "3")] };
        assert_eq!(edits.unwrap(), expected);
    }

    #[test]
    fn what_is_no_tag() {
        for bad in [
            json!("a=1"),
            json!([1]),
            json!([{ "key": "a" }]),
            json!([{ "key": "", "value": "1" }]),
            json!([{ "key": "a", "value": 1 }]),
            json!([{ "key": "a", "value": "x\ny" }]),
            json!([{ "key": "k".repeat(257), "value": "1" }]),
            json!([{ "key": "a", "value": "v".repeat(2049) }]),
            json!([{ "key": "a", "value": "1", "action": "drop" }]),
            json!([{ "key": "a", "value": "1", "owner": "me" }]),
            json!(vec![json!({ "key": "a", "value": "1" }); 201]),
        ] {
            assert!(tag_edits(&bad).is_err(), "{bad}");
        }
    }
}
