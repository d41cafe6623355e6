//! `PATCH /upload_sets/{id}`.

use axum::{Json, extract::State};
use flaneur_access::{Action, Refusal, Subject, decide};
use flaneur_catalog::model::{JobId, MOST_TAGS, NewUploadSet, SequenceFields, TagEdits, UploadSetId, Wish};
use serde_json::{Map, Value, json};

use super::{
    create::{NewSet, check_sorting, check_title},
    told::UploadSetDocument,
    view,
};
use crate::{
    Api, ApiError, ApiResult, Identity, PublicUrl,
    extract::{self, Path},
    routes::edits::{self, tag_edits},
    uploader::missing,
};

/// What cannot be changed any more, or is only noted.
const FIXED: [&str; 2] = ["estimated_nb_files", "metadata"];

/// What is wanted: the options that are said, and what is to become of tags.
fn read(mut body: Map<String, Value>) -> ApiResult<(NewSet, TagEdits)> {
    let refuse = |field: &str, error: &str| {
        ApiError::bad_request("Impossible to update the UploadSet")
            .with("details", json!([{ "fields": [field], "error": error }]))
    };
    if let Some(name) = FIXED.into_iter().find(|name| body.contains_key(*name)) {
        return Err(refuse(name, "this is told when a set is made, and stays"));
    }
    let tags = body.remove("semantics").filter(|value| !value.is_null());
    let tags = tags.as_ref().map(tag_edits).transpose()?.unwrap_or_default();
    let wanted: NewSet = serde_json::from_value(Value::Object(body)).map_err(|error| refuse("", &error.to_string()))?;
    check_sorting(&wanted)?;
    Ok((wanted, tags))
}

/// Has the options be what is wanted of them. What excludes another option takes its place.
fn apply(set: &mut NewUploadSet, title: Option<&String>, wanted: &NewSet) {
    if let Some(title) = title {
        set.title.clone_from(title);
    }
    set.sort_method = wanted.sort_method.unwrap_or(set.sort_method);
    set.relative_heading = wanted.relative_heading.or(set.relative_heading);
    set.visibility = wanted.seen_by().unwrap_or(set.visibility);
    if wanted.split_distance.is_some() || wanted.split_time.is_some() {
        set.no_split = false;
        set.split_distance = wanted.split_distance.or(set.split_distance);
        set.split_time = wanted.split_time.or(set.split_time);
    }
    match wanted.no_split {
        Some(true) => (set.no_split, set.split_distance, set.split_time) = (true, None, None),
        Some(false) => set.no_split = false,
        None => {}
    }
    if wanted.duplicate_distance.is_some() || wanted.duplicate_rotation.is_some() {
        set.no_deduplication = false;
        set.duplicate_distance = wanted.duplicate_distance.or(set.duplicate_distance);
        set.duplicate_rotation = wanted.duplicate_rotation.or(set.duplicate_rotation);
    }
    match wanted.no_deduplication {
        Some(true) => (set.no_deduplication, set.duplicate_distance, set.duplicate_rotation) = (true, None, None),
        Some(false) => set.no_deduplication = false,
        None => {}
    }
}

/// Change what an upload set is to be
///
/// A set that is complete is sorted anew at once, if that makes a difference; what duplicates were left out stays left out. Its
/// sequences and pictures are shown as the set is from now on, unless they were shown otherwise for themselves. Tags are
/// added to the set and its sequences, or taken away there. Only its owner and administrators change anything but tags.
#[utoipa::path(
    patch, path = "/upload_sets/{id}", tag = "Upload",
    params(("id" = String, Path, description = "The set's id")),
    request_body(content = NewSet, description = "What is not said stays. Each tag may have an `action`: `add` or `delete`",
        example = json!({"sort_method": "filename-asc", "semantics": [{"key": "transport", "value": "bike", "action": "add"}]})),
    responses(
        (status = 200, description = "The set as it is now", body = UploadSetDocument),
        (status = 400, description = "A value makes no sense, or there is no such option", body = crate::error::ErrorBody),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 403, description = "It belongs to another account", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such set", body = crate::error::ErrorBody),
        (status = 415, description = "The body is not JSON", body = crate::error::ErrorBody),
        (status = 429, description = "More edits in a minute than are taken from one account", body = crate::error::ErrorBody),
    )
)]
pub async fn revise(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    Path(id): Path<String>,
    extract::Json(body): extract::Json<Map<String, Value>>,
) -> ApiResult<Json<UploadSetDocument>> {
    let account = identity.require()?.clone();
    let id: UploadSetId = id.parse().map_err(|_| missing())?;
    let set = api.catalog.upload_set(id).await?.ok_or_else(missing)?.options;
    let subject = Subject { owner: set.account.0, visibility: set.visibility, published: true };
    let only_tags = body.keys().all(|name| name == "semantics");
    decide(identity.viewer(), Action::See, subject).map_err(|_| missing())?;
    let action = if only_tags { Action::Tag } else { Action::Manage };
    decide(identity.viewer(), action, subject).map_err(|refusal| match refusal {
        Refusal::Hidden => missing(),
        _ => ApiError::forbidden("You're not authorized to change this upload set: it belongs to another account"),
    })?;
    let (wanted, tags) = read(body)?;
    let title = wanted.title.as_deref().map(check_title).transpose()?;
    let mut tagged = set.semantics.clone();
    tags.apply(&mut tagged);
    if tagged.len() > MOST_TAGS && !tags.add.is_empty() {
        return Err(ApiError::bad_request(format!(
            "at most {MOST_TAGS} tags may be on one thing: take others away first"
        )));
    }
    let now = api.world.now();
    let world = api.world.clone();
    let fresh = move || JobId(world.id());
    let change = |set: &mut NewUploadSet| {
        apply(set, title.as_ref(), &wanted);
        tags.apply(&mut set.semantics);
    };
    api.catalog.revise_upload_set(id, &change, &fresh, now).await?.ok_or_else(missing)?;
    let state = api.catalog.upload_set_state(id, now).await?.ok_or_else(missing)?;
    if !tags.is_empty() {
        let wish = |id| Wish::Sequence { id, set: SequenceFields::default(), tags: tags.clone(), expected: None };
        let wishes = state.sequences.iter().map(|sequence| wish(sequence.id)).collect();
        edits::tag_sequences(&api, &identity, wishes).await?;
    }
    let manager = (account.admin || account.id == set.account).then_some(&account);
    Ok(Json(view::upload_set(&state, &url, manager)))
}

#[cfg(test)]
mod tests {
    use flaneur_catalog::model::JobKind;
    use serde_json::{Value, json};

    use crate::testing::{Answer, Fixture, Seeded, Who, fixture};

    async fn patch(fixture: &Fixture, who: Option<&Who>, sequence: &Seeded, body: &Value) -> Answer {
        let path = format!("/upload_sets/{}", sequence.upload_set);
        fixture.request("PATCH", &path).of(who).json(body).send().await
    }

    async fn is_to_be_sorted(fixture: &Fixture) -> bool {
        let hold = jiff::SignedDuration::from_secs(1);
        let lease = fixture.api.catalog.lease(&[JobKind::Dispatch], fixture.api.world.id(), hold).await.unwrap();
        if let Some(lease) = &lease {
            assert!(fixture.api.catalog.release(lease).await.unwrap());
        }
        lease.is_some()
    }

    #[tokio::test]
    async fn options_change_and_the_set_is_sorted_anew() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let owner = Some(&fixture.owner);
        let body = json!({ "title": " Another ", "sort_method": "filename-desc", "split_distance": 12, "relative_heading": -90 });
        let set = patch(&fixture, owner, &sequence, &body).await.json();
        assert_eq!((&set["title"], &set["sort_method"]), (&json!("Another"), &json!("filename-desc")));
        assert_eq!((&set["split_distance"], &set["relative_heading"]), (&json!(12.0), &json!(-90.0)));
        assert_eq!((&set["completed"], &set["dispatched"]), (&json!(true), &json!(false)));
        assert!(is_to_be_sorted(&fixture).await);
        // What excludes each other takes the place of the other.
        let set = patch(&fixture, owner, &sequence, &json!({ "no_split": true })).await.json();
        assert_eq!((&set["no_split"], &set["split_distance"]), (&json!(true), &Value::Null));
        let set = patch(&fixture, owner, &sequence, &json!({ "split_time": 5, "duplicate_distance": 2 })).await.json();
        assert_eq!((&set["no_split"], &set["split_time"]), (&Value::Null, &json!(5.0)));
        let set = patch(&fixture, owner, &sequence, &json!({})).await;
        assert_eq!((set.status, &set.json()["split_time"]), (200, &json!(5.0)));
    }

    #[tokio::test]
    async fn what_makes_no_sense_changes_nothing() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let path = format!("/upload_sets/{}", sequence.upload_set);
        let before = fixture.get(&path).await.text().to_owned();
        for body in [
            json!({ "nope": 1 }),
            json!({ "estimated_nb_files": 5 }),
            json!({ "metadata": {} }),
            json!({ "title": " " }),
            json!({ "sort_method": "random" }),
            json!({ "split_distance": -1 }),
            json!({ "no_split": true, "split_time": 5 }),
            json!({ "no_deduplication": true, "duplicate_distance": 5 }),
            json!({ "relative_heading": 361 }),
            json!({ "visibility": "all" }),
            json!({ "semantics": [{ "key": "a" }] }),
            json!({ "account_id": fixture.other.account.id }),
        ] {
            assert_eq!(patch(&fixture, Some(&fixture.owner), &sequence, &body).await.status, 400, "{body}");
        }
        let unknown = patch(&fixture, Some(&fixture.owner), &sequence, &json!({ "nope": 1 })).await.json();
        assert_eq!(unknown["message"], "Impossible to update the UploadSet");
        assert_eq!(fixture.get(&path).await.text(), before);
        assert!(!is_to_be_sorted(&fixture).await);
    }

    #[tokio::test]
    async fn its_pictures_are_shown_as_it_is() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let path = format!("/pictures/{}", sequence.pictures[0]);
        let hide = json!({ "visibility": "owner-only" });
        assert_eq!(patch(&fixture, Some(&fixture.other), &sequence, &hide).await.status, 403);
        assert_eq!(patch(&fixture, None, &sequence, &hide).await.status, 401);
        assert_eq!(patch(&fixture, Some(&fixture.owner), &sequence, &hide).await.json()["visibility"], "owner-only");
        assert_eq!(fixture.get(&path).await.status, 404);
        assert_eq!(patch(&fixture, Some(&fixture.other), &sequence, &json!({ "semantics": [] })).await.status, 404);
        patch(&fixture, Some(&fixture.owner), &sequence, &json!({ "visible": true })).await;
        assert_eq!(fixture.get(&path).await.status, 200);
    }

    #[tokio::test]
    async fn anybody_tags_it_with_its_sequences() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let tag = |action: &str| json!({ "semantics": [{ "key": "weather", "value": "rain", "action": action }] });
        let has = |document: &Value| {
            document["semantics"]
                .as_array()
                .unwrap()
                .iter()
                .any(|tag| tag["key"] == "weather" && tag["value"] == "rain")
        };
        assert_eq!(patch(&fixture, None, &sequence, &tag("add")).await.status, 401);
        for (action, there) in [("add", true), ("add", true), ("delete", false)] {
            let set = patch(&fixture, Some(&fixture.other), &sequence, &tag(action)).await;
            assert_eq!((set.status, has(&set.json())), (200, there), "{action}");
            let collection = fixture.get(&format!("/collections/{}", sequence.id)).await.json();
            assert_eq!(has(&collection), there, "{action}");
        }
        let edits = fixture.get(&format!("/collections/{}/edits", sequence.id)).await.json();
        assert_eq!(edits["edits"].as_array().unwrap().len(), 2, "what was there is no edit: {edits}");
    }
}
