//! `POST /collections/{id}/items`: one more picture of a sequence.

use axum::{
    extract::{DefaultBodyLimit, Request, State},
    response::{IntoResponse as _, Response},
};
use flaneur_catalog::model::SequenceId;
use http::{StatusCode, header};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{begin::takes_places, find_sequence};
use crate::{
    Api, ApiError, ApiResult, Identity, PublicUrl,
    error::ErrorBody,
    extract::Path,
    metrics,
    routes::{
        pictures::{asked_for, no_item},
        upload_sets::{PictureForm, take_form},
    },
    stac::Item,
    uploader::{own_upload_set, uploader},
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(append))
        // A file's own limit is checked while it streams in.
        .layer(DefaultBodyLimit::disable())
}

/// Send a picture to a sequence
///
/// For sequences that were begun with `POST /collections`. The form has the part `picture` and, if wanted, `position` (from 1;
/// without it, behind all others), `picture_id` before the picture, `isBlurred` and `override_…` as for `/upload_sets/{id}/files`.
/// The answer is the picture as it will be; until it is blurred only whoever may manage it sees it, with another
/// `geovisio:status` than `ready`.
#[utoipa::path(
    post, path = "/collections/{id}/items", tag = "Upload",
    params(("id" = Uuid, Path, description = "The sequence", example = "f6a2f13d-0676-4f8c-81c6-c7ec5ef10e72")),
    request_body(content_type = "multipart/form-data", content = PictureForm),
    responses(
        (status = 202, description = "It is stored, and will be blurred and shown; `Location` is its address", content_type = "application/geo+json", body = Item),
        (status = 400, description = "The file is no picture we take, lacks place or time, or was taken in an excluded area", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "The sequence belongs to another account", body = ErrorBody),
        (status = 404, description = "There is no such sequence, as far as this viewer goes", body = ErrorBody),
        (status = 409, description = "It has been sent before, or another picture has its position; or the sequence is sorted by its upload set", body = ErrorBody),
        (status = 413, description = "It is too large", body = ErrorBody),
        (status = 415, description = "Not a form", body = ErrorBody),
        (status = 422, description = "The sequence has as many pictures as it may have", body = ErrorBody),
        (status = 429, description = "Too many files in a minute", body = ErrorBody),
        (status = 503, description = "Too many files at once; try again in a moment", body = ErrorBody),
    )
)]
async fn append(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    Path(id): Path<Uuid>,
    request: Request,
) -> ApiResult<Response> {
    let outcome = take(&api, &identity, &url, SequenceId(id), request).await;
    if let Err(error) = &outcome {
        metrics::refused(error);
    }
    outcome
}

async fn take(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    id: SequenceId,
    request: Request,
) -> ApiResult<Response> {
    let account = uploader(api, identity).await?;
    let identity = Identity { account: Some(account) };
    let sequence = find_sequence(api, &identity, id).await?;
    let (set, account) = own_upload_set(api, &identity, sequence.upload_set).await?;
    if !takes_places(&set) {
        return Err(ApiError::conflict(
            "This sequence was sorted out of an upload set: send more files to that, and they are sorted in",
        ));
    }
    let record = take_form(api, &set, &account, Some(id), request).await?;
    let picture = record.picture.ok_or_else(no_item)?;
    let document = asked_for(api, &identity, url, picture).await?;
    let address = url.api(format_args!("/collections/{id}/items/{picture}"));
    let headers = [
        (header::LOCATION, address),
        (header::CONTENT_TYPE, "application/geo+json".to_owned()),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    let body = serde_json::to_vec(&document).map_err(|error| ApiError::internal(&error))?;
    Ok((StatusCode::ACCEPTED, headers, body).into_response())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{
        routes::upload_sets::tests::photo,
        testing::{Answer, Fixture, FixtureBuilder, HOST, Who, fixture},
    };

    async fn begin(fixture: &Fixture, who: Option<&Who>, body: &Value) -> Answer {
        fixture.request("POST", "/collections").of(who).json(body).send().await
    }

    /// Sends a picture as a browser's script does, which gives it no name.
    async fn send(
        fixture: &Fixture,
        who: Option<&Who>,
        sequence: &str,
        photo: &[u8],
        position: Option<&str>,
    ) -> Answer {
        let mut form = Vec::new();
        for (name, value) in [("isBlurred", Some("false")), ("position", position)] {
            let Some(value) = value else { continue };
            form.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        form.extend(b"--x\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"blob\"\r\n\r\n");
        form.extend(photo);
        form.extend(b"\r\n--x--\r\n");
        let path = format!("/collections/{sequence}/items");
        let request = fixture.request("POST", &path).of(who).header("content-type", "multipart/form-data; boundary=x");
        request.body(form).send().await
    }

    #[tokio::test]
    async fn a_sequence_grows_picture_by_picture() {
        let fixture = fixture().await;
        let owner = Some(&fixture.owner);
        let begun = begin(&fixture, owner, &json!({ "title": "By the river" })).await;
        assert_eq!(begun.status, 200, "{}", begun.text());
        let sequence = begun.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(begun.header("location"), format!("{HOST}/api/collections/{sequence}"));
        assert_eq!(begun.json()["title"], "By the river");
        assert_eq!(fixture.get(&format!("/collections/{sequence}")).await.status, 404, "nobody else's yet");

        let mut sent = Vec::new();
        for (seed, position) in [(1, Some("3")), (2, None), (3, Some("1")), (7, None)] {
            let answer = send(&fixture, owner, &sequence, &photo(seed), position).await;
            assert_eq!(answer.status, 202, "{}", answer.text());
            assert_eq!(answer.header("content-type"), "application/geo+json");
            let item = answer.json();
            let id = item["id"].as_str().unwrap().to_owned();
            assert_eq!(answer.header("location"), format!("{HOST}/api/collections/{sequence}/items/{id}"));
            assert_eq!(item["properties"]["geovisio:status"], "waiting-for-process");
            assert_eq!(item["assets"]["hd"]["href"], format!("{HOST}/api/pictures/{id}/hd.jpg"));
            assert_eq!(item["collection"], sequence);
            sent.push(id);
        }
        let own = fixture.request("GET", &format!("/pictures/{}", sent[0])).of(owner).send().await;
        assert_eq!((own.status, &own.json()["properties"]["geovisio:status"]), (200, &json!("waiting-for-process")));
        for (who, status) in [(None, 404), (Some(&fixture.other), 404), (Some(&fixture.admin), 200)] {
            let path = format!("/collections/{sequence}/items/{}", sent[0]);
            assert_eq!(fixture.request("GET", &path).of(who).send().await.status, status);
            let image = fixture.request("GET", &format!("/pictures/{}/hd.jpg", sent[0])).of(who).send().await;
            assert_eq!(image.status, 404, "there is nothing to be seen of it");
        }
        let status = fixture.request("GET", &format!("/collections/{sequence}/geovisio_status")).of(owner).send().await;
        let items = status.json()["items"].as_array().unwrap().clone();
        let order: Vec<&Value> = items.iter().map(|item| &item["id"]).collect();
        assert_eq!(order, [&json!(sent[2]), &json!(sent[0]), &json!(sent[1]), &json!(sent[3])]);
        assert!(items.iter().all(|item| item["status"] == "waiting-for-process"));

        let taken = send(&fixture, owner, &sequence, &photo(4), Some("3")).await;
        assert_eq!((taken.status, &taken.json()["existing_item"]["id"]), (409, &json!(sent[0])));
        for wrong in ["0", "-1", "1000000", "one"] {
            assert_eq!(send(&fixture, owner, &sequence, &photo(5), Some(wrong)).await.status, 400, "{wrong}");
        }
        assert_eq!(send(&fixture, owner, &sequence, &photo(1), Some("9")).await.status, 409, "the same bytes");
        assert_eq!(send(&fixture, None, &sequence, &photo(6), None).await.status, 401);
        assert_eq!(send(&fixture, Some(&fixture.other), &sequence, &photo(6), None).await.status, 404);
        assert_eq!(send(&fixture, Some(&fixture.admin), &sequence, &photo(6), None).await.status, 202);
    }

    #[tokio::test]
    async fn what_makes_no_sense_begins_nothing() {
        let fixture = fixture().await;
        let owner = Some(&fixture.owner);
        for wrong in [
            json!({}),
            json!({ "title": " " }),
            json!({ "title": "x", "id": "y" }),
            json!({ "title": "x", "visibility": "y" }),
        ] {
            assert_eq!(begin(&fixture, owner, &wrong).await.status, 400, "{wrong}");
        }
        assert_eq!(begin(&fixture, None, &json!({ "title": "x" })).await.status, 401);
        let id = "0191f0a0-7c3e-4a51-9d3a-6d2f6f0c2b11";
        let chosen =
            begin(&fixture, owner, &json!({ "title": "x", "id": id, "visibility": "owner-only" })).await.json();
        assert_eq!((&chosen["id"], &chosen["geovisio:visibility"]), (&json!(id), &json!("owner-only")));
        assert_eq!(begin(&fixture, owner, &json!({ "title": "x", "id": id })).await.status, 409);
        let form = fixture.request("POST", "/collections").of(owner);
        let form = form.header("content-type", "application/x-www-form-urlencoded").body("title=a+form");
        assert_eq!(form.send().await.json()["title"], "a form");
        // Scripts of browsers say nothing of what they send.
        let bare = fixture.request("POST", "/collections").of(owner).body(r#"{"title":"bare"}"#);
        assert_eq!(bare.send().await.json()["title"], "bare");
    }

    #[tokio::test]
    async fn a_sequence_that_is_sorted_takes_no_places() {
        let fixture = fixture().await;
        let sequence = fixture.sequence().await;
        let answer = send(&fixture, Some(&fixture.owner), &sequence.id.to_string(), &photo(1), None).await;
        assert_eq!(answer.status, 409, "{}", answer.text());
        let open = FixtureBuilder::default().settings(|settings| settings.anonymous_uploads = true).build().await;
        let begun = begin(&open, None, &json!({ "title": "x" })).await.json();
        assert_eq!(send(&open, None, begun["id"].as_str().unwrap(), &photo(1), None).await.status, 202);
    }
}
