//! Licences as clients choose them.

use flaneur_catalog::model::{LONGEST_ATTRIBUTION, Rights};
use serde_json::{Map, Value};

use crate::{ApiError, ApiResult, Settings};

/// A licence that may be chosen here.
pub fn license(settings: &Settings, id: &str) -> ApiResult<String> {
    let offered: Vec<&str> = settings.license_ids().collect();
    if offered.contains(&id) {
        return Ok(id.to_owned());
    }
    Err(ApiError::bad_request(format!("`license` is one of {}", offered.join(", "))))
}

/// Whom to name, without the space around it; none for an empty text.
pub fn attribution(text: &str) -> ApiResult<Option<String>> {
    let text = text.trim();
    if text.chars().count() > LONGEST_ATTRIBUTION || text.chars().any(char::is_control) {
        return Err(ApiError::bad_request(format!(
            "`attribution` has to be one line of at most {LONGEST_ATTRIBUTION} characters"
        )));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// What a request says of `license` and `attribution`, where `now` tells what it does not speak of; null gives up what was
/// chosen. None if it speaks of neither.
pub fn spoken_of(settings: &Settings, fields: &Map<String, Value>, now: &Rights) -> ApiResult<Option<Rights>> {
    if !fields.contains_key("license") && !fields.contains_key("attribution") {
        return Ok(None);
    }
    let text = |name: &str| match fields.get(name) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(Value::String(text)) => Ok(Some(Some(text.as_str()))),
        Some(_) => Err(ApiError::bad_request(format!("`{name}` has to be text or null"))),
    };
    let license = match text("license")? {
        None => now.license.clone(),
        Some(id) => id.map(|id| license(settings, id)).transpose()?,
    };
    let attribution = match text("attribution")? {
        None => now.attribution.clone(),
        Some(text) => text.map(attribution).transpose()?.flatten(),
    };
    Ok(Some(Rights { license, attribution }))
}

/// What pictures get that are sent with these rights: the instance's licence where none is chosen, so that they keep it if the
/// instance's changes. A licence that was chosen once and is not offered any more is not given to new ones.
pub fn for_new(settings: &Settings, chosen: Rights) -> Rights {
    let license = chosen.license.filter(|id| license(settings, id).is_ok());
    Rights { license: Some(license.unwrap_or_else(|| settings.license.id.clone())), ..chosen }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{FixtureBuilder, Recipe};

    fn both(value: &serde_json::Value) -> (String, String) {
        (value["license"].to_string(), value["attribution"].to_string())
    }

    #[tokio::test]
    async fn a_licence_is_chosen_and_shown() {
        let fixture = FixtureBuilder::default()
            .settings(|settings| settings.other_licenses = vec!["CC0-1.0".to_owned(), "CC-BY-4.0".to_owned()])
            .build()
            .await;
        let owner = Some(&fixture.owner);
        let configuration = fixture.get("/configuration").await.json();
        let offered: Vec<&str> =
            configuration["licenses"].as_array().unwrap().iter().map(|each| each["id"].as_str().unwrap()).collect();
        assert_eq!(offered, ["CC-BY-SA-4.0", "CC0-1.0", "CC-BY-4.0"]);

        let choose = |body: serde_json::Value| fixture.request("PATCH", "/users/me").of(owner).json(&body).send();
        for wrong in [
            json!({ "license": "MIT" }),
            json!({ "license": 1 }),
            json!({ "attribution": "x".repeat(201) }),
            json!({ "attribution": "a\nb" }),
        ] {
            assert_eq!(choose(wrong.clone()).await.status, 400, "{wrong}");
        }
        let chosen = choose(json!({ "license": "CC0-1.0", "attribution": " Town of X " })).await.json();
        assert_eq!(both(&chosen), ("\"CC0-1.0\"".into(), "\"Town of X\"".into()));
        let begin = |body: serde_json::Value| fixture.request("POST", "/upload_sets").of(owner).json(&body).send();
        let set = begin(json!({ "title": "x" })).await.json();
        assert_eq!(both(&set), ("\"CC0-1.0\"".into(), "\"Town of X\"".into()));
        let set = begin(json!({ "title": "x", "license": "CC-BY-4.0", "attribution": "Ada" })).await.json();
        assert_eq!(both(&set), ("\"CC-BY-4.0\"".into(), "\"Ada\"".into()));
        assert_eq!(begin(json!({ "title": "x", "license": "MIT" })).await.status, 400);
        let begun = fixture.request("POST", "/collections").of(owner).json(&json!({ "title": "x" })).send().await;
        assert_eq!(begun.json()["title"], "x");
        let back = choose(json!({ "license": null, "attribution": null })).await.json();
        assert_eq!(both(&back), ("null".into(), "null".into()));
        let set = begin(json!({ "title": "x" })).await.json();
        assert_eq!(both(&set), ("\"CC-BY-SA-4.0\"".into(), "null".into()), "the set keeps the instance's of now");
    }

    #[tokio::test]
    async fn the_owner_changes_it_and_a_filter_finds_it() {
        let fixture = FixtureBuilder::default()
            .settings(|settings| settings.other_licenses = vec!["CC0-1.0".to_owned()])
            .build()
            .await;
        let street = fixture.sequence_with(|recipe| Recipe { count: 2, ..recipe }).await;
        let path = format!("/pictures/{}", street.pictures[0]);
        let patch = |who, body: serde_json::Value| fixture.request("PATCH", &path).of(who).json(&body).send();
        let free = json!({ "license": "CC0-1.0", "attribution": "Ada" });
        assert_eq!(patch(Some(&fixture.other), free.clone()).await.status, 403, "it is no correction");
        let item = patch(Some(&fixture.owner), free).await.json();
        assert_eq!(both(&item["properties"]), ("\"CC0-1.0\"".into(), "\"Ada\"".into()));
        let link = item["links"].as_array().unwrap().iter().find(|link| link["rel"] == "license").unwrap();
        assert!(link["href"].as_str().unwrap().ends_with("CC0-1.0.html"), "{link}");
        let other = fixture.get(&format!("/pictures/{}", street.pictures[1])).await.json();
        assert_eq!(both(&other["properties"]), ("\"CC-BY-SA-4.0\"".into(), "null".into()));
        let found = fixture.get("/search?filter=license%3D%27CC0-1.0%27").await.json();
        assert_eq!(found["features"].as_array().unwrap().len(), 1);
        assert_eq!(found["features"][0]["id"], street.pictures[0].to_string());

        let all = json!({ "collections": [street.id], "operation": { "license": { "license": "CC0-1.0" } } });
        let edit = fixture.request("POST", "/edits").of(Some(&fixture.owner)).json(&all).send().await;
        assert_eq!((edit.status, &edit.json()["changes_count"]), (201, &json!(1)), "{}", edit.text());
        let undo = format!("/edits/{}/undo", edit.json()["id"].as_str().unwrap());
        assert_eq!(fixture.request("POST", &undo).of(Some(&fixture.other)).send().await.status, 403);
        assert_eq!(fixture.request("POST", &undo).of(Some(&fixture.owner)).send().await.status, 200);
        let other = fixture.get(&format!("/pictures/{}", street.pictures[1])).await.json();
        assert_eq!(other["properties"]["license"], "CC-BY-SA-4.0");
        let wrong = json!({ "collections": [street.id], "operation": { "license": { "license": "MIT" } } });
        assert_eq!(fixture.request("POST", "/edits").of(Some(&fixture.owner)).json(&wrong).send().await.status, 400);
    }
}
