//! Tests over all routes that read: who sees what, and what is told to who does not.

use flaneur_access::Visibility;
use flaneur_catalog::model::JobId;

use crate::testing::{Answer, Fixture, Seeded, Who, fixture};

/// Every route that leads to a picture, for a sequence of panoramas.
fn routes(sequence: &Seeded) -> Vec<String> {
    let (id, picture) = (sequence.id, sequence.pictures[0]);
    let (lon, lat) = sequence.position(0);
    vec![
        format!("/collections/{id}"),
        format!("/collections/{id}/items"),
        format!("/collections/{id}/items?withPicture={picture}"),
        format!("/collections/{id}/items/{picture}"),
        format!("/collections/{id}/geovisio_status"),
        format!("/collections/{id}/thumb.jpg"),
        format!("/pictures/{picture}"),
        format!("/pictures/{picture}/hd.jpg"),
        format!("/pictures/{picture}/sd.jpg"),
        format!("/pictures/{picture}/thumb.jpg"),
        format!("/pictures/{picture}/tiled/0_0.jpg"),
        format!("/pictures/{picture}/view.jpg?width=32&height=32"),
        "/collections".to_owned(),
        format!("/search?ids={picture}"),
        format!("/search?collections={id}"),
        format!("/search?place_position={lon},{lat}&place_distance=0-10"),
        format!("/search?bbox={},{},{},{}", lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1),
        "/search".to_owned(),
        format!("/users/{}/collection", sequence.account),
    ]
}

/// Whether the answer shows anything of the sequence. What does not has to say nothing at all.
fn shows(answer: &Answer, sequence: &Seeded, route: &str) -> bool {
    let ids = [sequence.id.to_string(), sequence.pictures[0].to_string()];
    match answer.status {
        200 if answer.header("content-type") == "image/jpeg" => true,
        // Links repeat what was asked for: only what is listed counts.
        200 if route.starts_with("/search") => !answer.json()["features"].as_array().unwrap().is_empty(),
        200 => ids.iter().any(|id| answer.text().contains(id.as_str())),
        404 => {
            assert!(!ids.iter().any(|id| answer.text().contains(id.as_str())), "{route}: {}", answer.text());
            false
        }
        other => panic!("{route}: {other} {}", answer.text()),
    }
}

async fn ask(fixture: &Fixture, route: &str, who: Option<&Who>) -> Answer {
    fixture.request("GET", route).of(who).send().await
}

#[tokio::test]
async fn each_route_shows_each_viewer_what_the_rule_allows() {
    for visibility in Visibility::ALL {
        let fixture = fixture().await;
        let sequence = fixture.sequence_with(|recipe| recipe.visible_to(visibility)).await;
        for route in routes(&sequence) {
            let mut table = Vec::new();
            for who in [None, Some(&fixture.other), Some(&fixture.owner), Some(&fixture.admin)] {
                let answer = ask(&fixture, &route, who).await;
                table.push(shows(&answer, &sequence, &route));
                if answer.status == 200 {
                    let cache = if who.is_some() { "private, no-cache" } else { "no-cache" };
                    assert_eq!(answer.header("cache-control"), cache, "{route}");
                } else {
                    assert_eq!(answer.header("cache-control"), "no-store", "{route}");
                }
            }
            let expected = match visibility {
                Visibility::Anyone => [true, true, true, true],
                Visibility::LoggedOnly => [false, true, true, true],
                Visibility::OwnerOnly => [false, false, true, true],
            };
            assert_eq!(table, expected, "{route} for {visibility:?}: anonymous, other, owner, admin");
        }
    }
}

/// Hidden, deleted and never seen: one and the same answer.
#[tokio::test]
async fn hidden_deleted_and_unknown_are_the_same() {
    let fixture = fixture().await;
    let hidden = fixture.sequence_with(|recipe| recipe.visible_to(Visibility::OwnerOnly)).await;
    let deleted = fixture.sequence().await;
    let world = fixture.api.world.clone();
    let now = fixture.api.world.now();
    assert!(fixture.api.catalog.delete_sequence(deleted.id, &move || JobId(world.id()), now).await.unwrap());
    let nothing = "00000000-0000-0000-0000-000000000000";
    for (hidden, deleted) in routes(&hidden).into_iter().zip(routes(&deleted)).take(12) {
        let unknown = hidden
            .split('/')
            .map(|part| match part.split_once('?') {
                _ if part.len() == 36 => nothing.to_owned(),
                Some((path, query)) if query.len() > 36 => {
                    format!("{path}?{}={nothing}", query.split('=').next().unwrap())
                }
                _ => part.to_owned(),
            })
            .collect::<Vec<_>>()
            .join("/");
        let answers = [
            ask(&fixture, &hidden, None).await,
            ask(&fixture, &hidden, Some(&fixture.other)).await,
            ask(&fixture, &deleted, Some(&fixture.owner)).await,
            ask(&fixture, &deleted, None).await,
            ask(&fixture, &unknown, None).await,
        ];
        for answer in &answers {
            assert_eq!((answer.status, answer.text()), (404, answers[0].text()), "{hidden}");
        }
    }
    for who in [None, Some(&fixture.owner), Some(&fixture.admin)] {
        let found = ask(&fixture, &format!("/search?ids={}", deleted.pictures[0]), who).await;
        assert!(!shows(&found, &deleted, "/search"));
    }
}

/// A conditional request of somebody who must not see it learns nothing.
#[tokio::test]
async fn an_entity_tag_is_no_key() {
    let fixture = fixture().await;
    let sequence = fixture.sequence_with(|recipe| recipe.visible_to(Visibility::OwnerOnly)).await;
    for route in routes(&sequence).into_iter().take(12) {
        let tag = ask(&fixture, &route, Some(&fixture.owner)).await.header("etag").to_owned();
        assert!(!tag.is_empty(), "{route}");
        for tag in [tag.as_str(), "*"] {
            let answer = fixture.request("GET", &route).header("if-none-match", tag).send().await;
            assert_eq!(answer.status, 404, "{route}");
        }
    }
}

/// What lies behind an error goes to the log only.
#[tokio::test]
async fn errors_tell_nothing_of_the_inside() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let mut all = routes(&sequence);
    all.extend(["/nothing".to_owned(), "/users/me".to_owned(), "/search?bbox=1".to_owned()]);
    for route in all {
        for method in ["PUT", "TRACE", "GET"] {
            let answer = fixture
                .request(method, &format!("{route}{}", if route.contains('?') { "%00" } else { "%00'" }))
                .send()
                .await;
            for inside in ["sqlx", "SQL", "panicked", "src/", "/tmp", "serde", "Rejection"] {
                assert!(!answer.text().contains(inside), "{method} {route}: {}", answer.text());
            }
            assert!(answer.status < 500, "{method} {route}: {}", answer.status);
        }
    }
}

/// Other sites' pages may read everything, errors and images too.
#[tokio::test]
async fn every_answer_is_for_every_origin() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    for route in routes(&sequence).into_iter().chain(["/nothing".to_owned(), "/search?bbox=1".to_owned()]) {
        let answer = fixture.get(&route).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{route}");
    }
}
