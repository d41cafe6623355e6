use serde_json::{Value, json};

use crate::testing::{Fixture, Seeded, fixture, redacted};

mod fields;

fn ids(page: &Value) -> Vec<String> {
    let features = page["features"].as_array().unwrap();
    features.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn found(fixture: &Fixture, query: &str) -> Vec<String> {
    let answer = fixture.get(&format!("/search?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    ids(&answer.json())
}

fn names(sequence: &Seeded, numbers: &[usize]) -> Vec<String> {
    numbers.iter().map(|number| sequence.pictures[*number].to_string()).collect()
}

#[tokio::test]
async fn a_search() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let answer = fixture.get(&format!("/search?ids={}", sequence.pictures[0])).await;
    assert_eq!(answer.header("content-type"), "application/geo+json");
    insta::assert_json_snapshot!("search", redacted(&answer.json(), &sequence), {".features[].properties" => "[properties]"});
}

#[tokio::test]
async fn by_id_in_every_writing() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let [a, b, _] = &sequence.pictures[..] else { panic!("three pictures") };
    let mut both = names(&sequence, &[0, 1]);
    both.sort();
    for query in [format!("ids={a},{b}"), format!("ids={a}&ids={b}"), format!("ids=%5B%22{a}%22,%22{b}%22%5D")] {
        let mut answer = found(&fixture, &query).await;
        answer.sort();
        assert_eq!(answer, both, "{query}");
    }
    assert_eq!(found(&fixture, "ids=00000000-0000-0000-0000-000000000000").await, Vec::<String>::new());
}

/// Pictures stand at 0, 10 and 20 m north of the first.
#[tokio::test]
async fn nearest_to_the_middle_of_the_box_first() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let (lon, lat) = sequence.position(2);
    let around = |size: f64| format!("bbox={},{},{},{}", lon - size, lat - size, lon + size, lat + size);
    assert_eq!(found(&fixture, &around(0.01)).await, names(&sequence, &[2, 1, 0]));
    assert_eq!(found(&fixture, &format!("{}&limit=1", around(0.01))).await, names(&sequence, &[2]));
    assert_eq!(found(&fixture, &around(0.000_02)).await, names(&sequence, &[2]));
    let box6 = format!("bbox={},{},-5,{},{},5", lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01);
    assert_eq!(found(&fixture, &box6).await, names(&sequence, &[2, 1, 0]));
}

#[tokio::test]
async fn across_the_antimeridian() {
    let fixture = fixture().await;
    let west = fixture.sequence_with(|recipe| recipe.at(179.999, 0.0)).await;
    let east = fixture.sequence_with(|recipe| recipe.at(-179.999, 0.0)).await;
    for bbox in ["179.9,-1,-179.9,1", "179.9,-1,180.1,1", "-180.1,-1,-179.9,1"] {
        let mut answer = found(&fixture, &format!("bbox={bbox}")).await;
        let mut expected = [names(&west, &[0, 1, 2]), names(&east, &[0, 1, 2])].concat();
        answer.sort();
        expected.sort();
        assert_eq!(answer, expected, "{bbox}");
    }
    assert!(found(&fixture, "bbox=-179.9,-1,179.9,1").await.is_empty());
}

/// Pictures were taken at 09:16:54, :56 and :58.
#[tokio::test]
async fn time_and_order() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    for (query, expected) in [
        ("", vec![2, 1, 0]),
        ("sortby=-ts", vec![2, 1, 0]),
        ("sortby=%2Bdatetime", vec![0, 1, 2]),
        ("sortby=+datetime", vec![0, 1, 2]),
        ("datetime=2021-07-29T09:16:56Z", vec![1]),
        ("datetime=2021-07-29T09:16:56Z/..", vec![2, 1]),
        ("datetime=../2021-07-29T11:16:56%2B02:00", vec![1, 0]),
        ("datetime=2021-07-30T00:00:00Z/", vec![]),
        ("limit=100000", vec![2, 1, 0]),
        ("limit=2", vec![2, 1]),
    ] {
        assert_eq!(found(&fixture, query).await, names(&sequence, &expected), "{query}");
    }
}

#[tokio::test]
async fn only_in_these_sequences() {
    let fixture = fixture().await;
    let (first, second) = (fixture.sequence().await, fixture.sequence().await);
    assert_eq!(found(&fixture, &format!("collections={}", first.id)).await, names(&first, &[2, 1, 0]));
    assert_eq!(found(&fixture, &format!("collections={},{}", first.id, second.id)).await.len(), 6);
    let elsewhere = format!("collections={}&ids={}", first.id, second.pictures[0]);
    assert!(found(&fixture, &elsewhere).await.is_empty());
}

#[tokio::test]
async fn what_shows_a_place() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let (lon, lat) = sequence.position(0);
    let place = |more: &str| format!("place_position={lon},{lat}&{more}");
    assert_eq!(found(&fixture, &place("")).await, names(&sequence, &[1]), "3 to 15 m away");
    assert_eq!(found(&fixture, &place("place_distance=0-25")).await, names(&sequence, &[0, 1, 2]));
    assert_eq!(found(&fixture, &place("place_distance=0-25&limit=1")).await, names(&sequence, &[0]));
    // Flat pictures look north: only those south of the place show it.
    let flat = fixture.sequence_with(|recipe| recipe.flat().heading(0.0).at(10.0, 10.0)).await;
    let (lon, lat) = flat.position(1);
    let north = format!("place_position={lon},{lat}&place_distance=2-30");
    assert_eq!(found(&fixture, &north).await, names(&flat, &[0]));
}

#[tokio::test]
async fn by_filter() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    fixture.sequence_with(|recipe| recipe.flat().at(10.0, 10.0)).await;
    let id = sequence.pictures[1];
    for (filter, expected) in [
        ("%22semantics.osm%7Ctraffic_sign%22%20IS%20NOT%20NULL".to_owned(), vec![]),
        (format!("id='{id}'"), vec![1]),
        ("type='equirectangular'%20AND%20make%20LIKE%20'Go%25'".to_owned(), vec![2, 1, 0]),
        ("datetime%20%3E=%20TIMESTAMP('2021-07-29T09:16:58Z')%20AND%20field_of_view=360".to_owned(), vec![2]),
        ("S_INTERSECTS(geometry,POLYGON((1%2048,3%2048,3%2050,1%2050,1%2048)))".to_owned(), vec![0, 1, 2]),
        ("eo:cloud_cover%20%3C%2010".to_owned(), vec![]),
    ] {
        let mut found = found(&fixture, &format!("filter={filter}")).await;
        let mut expected = names(&sequence, &expected);
        if filter.starts_with("S_") {
            found.sort();
            expected.sort();
        }
        assert_eq!(found, expected, "{filter}");
    }
    let in_box = "bbox=1,48,3,50&limit=1000&filter=%22semantics%22%20IS%20NOT%20NULL";
    let semantics = &fixture.get(&format!("/collections/{}", sequence.id)).await.json()["semantics"];
    let tagged = semantics.as_array().unwrap().len().min(1) * 3;
    assert_eq!(found(&fixture, in_box).await.len(), tagged, "{semantics}");
}

#[tokio::test]
async fn within_a_geometry() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let (lon, lat) = sequence.position(1);
    let ring = json!([
        [lon - 1.0, lat - 1.0],
        [lon + 1.0, lat - 1.0],
        [lon + 1.0, lat],
        [lon - 1.0, lat],
        [lon - 1.0, lat - 1.0]
    ]);
    for (geometry, expected) in [
        (json!({"type": "Point", "coordinates": [lon, lat]}), vec![1]),
        (json!({"type": "Polygon", "coordinates": [ring]}), vec![0, 1]),
        (json!({"type": "MultiPolygon", "coordinates": [[ring]]}), vec![0, 1]),
        (json!({"type": "Point", "coordinates": [lon, lat + 1.0]}), vec![]),
    ] {
        let text: String = url::form_urlencoded::byte_serialize(geometry.to_string().as_bytes()).collect();
        let mut answers = vec![found(&fixture, &format!("intersects={text}")).await];
        for body in [json!({"intersects": geometry}), json!({"intersects": geometry.to_string()})] {
            answers.push(ids(&fixture.request("POST", "/search").json(&body).send().await.json()));
        }
        for mut answer in answers {
            answer.sort();
            let mut expected = names(&sequence, &expected);
            expected.sort();
            assert_eq!(answer, expected, "{geometry}");
        }
    }
}

#[tokio::test]
async fn page_by_page() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let (lon, lat) = sequence.position(0);
    let place = format!("place_position={lon},{lat}&place_distance=0-25");
    for (query, expected) in [
        ("", vec![2, 1, 0]),
        ("sortby=%2Bdatetime", vec![0, 1, 2]),
        ("bbox=1.91,49,1.92,49.1", vec![2, 1, 0]),
        (&*format!("collections={}&filter=make='GoPro'", sequence.id), vec![2, 1, 0]),
        (&*place, vec![0, 1, 2]),
    ] {
        let mut path = format!("/search?limit=1&{query}");
        let mut paged = Vec::new();
        loop {
            let page = fixture.get(&path).await.json();
            assert_eq!(page["numberReturned"], page["features"].as_array().unwrap().len());
            paged.extend(ids(&page));
            match crate::testing::link(&page, "next") {
                Some(next) => path = next,
                None => break,
            }
        }
        assert_eq!(paged, names(&sequence, &expected), "{query}");
    }
    let mut body = json!({"limit": 2, "sortby": [{"field": "datetime", "direction": "asc"}], "filter": {"op": "=", "args": [{"property": "make"}, "GoPro"]}});
    let mut paged = Vec::new();
    loop {
        let page = fixture.request("POST", "/search").json(&body).send().await.json();
        paged.extend(ids(&page));
        let links = page["links"].as_array().unwrap();
        let Some(next) = links.iter().find(|link| link["rel"] == "next") else { break };
        assert_eq!(next["method"], "POST");
        body = next["body"].clone();
    }
    assert_eq!(paged, names(&sequence, &[0, 1, 2]));
}

#[tokio::test]
async fn by_post_the_same_is_found() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let [a, b, _] = &sequence.pictures[..] else { panic!("three pictures") };
    let (lon, lat) = sequence.position(0);
    for (body, expected) in [
        (json!({"ids": [a, b], "sortby": [{"field": "properties.datetime", "direction": "asc"}]}), vec![0, 1]),
        (json!({"ids": a}), vec![0]),
        (json!({"bbox": [lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01], "limit": 2}), vec![0, 1]),
        (json!({"bbox": [1, 48, 3, 50], "limit": "1", "datetime": "2021-07-29T09:16:58Z"}), vec![2]),
        (json!({"collections": [sequence.id], "filter": null}), vec![2, 1, 0]),
        (json!({}), vec![2, 1, 0]),
    ] {
        let answer = fixture.request("POST", "/search").json(&body).send().await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.text());
        assert_eq!(ids(&answer.json()), names(&sequence, &expected), "{body}");
    }
    let with_charset = fixture
        .request("POST", "/search")
        .header("content-type", "application/json; charset=UTF-8")
        .body("{\"limit\": 1}")
        .send()
        .await;
    assert_eq!(ids(&with_charset.json()).len(), 1);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_a_sentence() {
    let fixture = fixture().await;
    for query in [
        "limit=0",
        "limit=-3",
        "limit=ten",
        "bbox=1,2,3",
        "bbox=1,4,3,2",
        "bbox=[1,2,3,4]",
        "datetime=1985",
        "datetime=2024-05-02/2024-05-01",
        "datetime=..",
        "ids=nope",
        "collections=nope",
        "sortby=foo",
        "filter=foo%20=%201",
        "intersects=%7B%7D",
        "intersects=x",
        "datetime=2021-07-29",
        "token=x",
        "sortby=updated",
        "filter=make='a'&filter-lang=sql",
        "bbox=1,2,3,4&intersects=%7B%22type%22:%22Point%22,%22coordinates%22:[1,2]%7D",
        "place_position=x",
        "place_position=1,2&bbox=1,2,3,4",
        "place_position=1,2&place_fov_tolerance=1",
        "limit=1&limit=2",
    ] {
        let answer = fixture.get(&format!("/search?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        let body = answer.json();
        assert_eq!(body["status_code"], 400);
        assert!(body["message"].as_str().unwrap().len() > 20, "{query}: {body}");
    }
    for (content_type, body, status) in [
        ("application/json", "{", 400),
        ("application/json", "[]", 400),
        ("application/json", "{\"bbox\": {\"west\": 1}}", 400),
        ("application/json", "{\"sortby\": [1]}", 400),
        ("application/json", "{\"intersects\": {\"type\": \"Point\"}}", 400),
        ("application/json", "{\"bbox\": \"1,2,3,4\"}", 400),
        ("text/plain", "{}", 415),
    ] {
        let answer = fixture.request("POST", "/search").header("content-type", content_type).body(body).send().await;
        assert_eq!(answer.status, status, "{body}");
    }
}
