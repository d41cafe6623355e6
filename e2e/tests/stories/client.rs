//! The API's description of itself, and a program that stands on the client generated from it.

use std::{fs::File, path::Path};

use flaneur_e2e::{LONG, Server, Tools, alone, field, run_alone, text, until};
use reqwest::Method;
use serde_json::json;

/// Where the walks of these stories are, and a place in the sea.
const RENNES: &str = "-1.69,48.10,-1.67,48.12";
const SEA: &str = "-30,10,-29,11";

#[tokio::test]
async fn the_description_in_the_repository_is_the_one_that_is_served() {
    let served = Server::start().anonymous().json("/api/docs/specs.json").await;
    let served = format!("{served:#}\n");
    let path = Tools::repository().join("docs/openapi.json");
    if std::env::var_os("FLANEUR_WRITE_OPENAPI").is_some() {
        std::fs::write(&path, &served).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = served.lines().zip(written.lines()).enumerate().find(|(_, (served, written))| served != written);
    assert!(
        served == written,
        "docs/openapi.json is not what is served: {differing:?}. After a change that is meant, run this with \
         FLANEUR_WRITE_OPENAPI=1, and then scripts/client.sh"
    );
}

/// What the program printed so far: what happened, to which picture, and the whole line.
fn told(home: &Path) -> Vec<[String; 3]> {
    let printed = std::fs::read_to_string(home.join("told")).unwrap();
    let whole = printed.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    whole
        .map(|line| {
            let mut cells = line.split('\t').map(str::to_owned);
            [cells.next().unwrap(), cells.next().unwrap(), line.to_owned()]
        })
        .collect()
}

async fn until_told(home: &Path, what: &str, picture: &str) -> String {
    until(&format!("{picture} is {what}"), LONG, async || {
        let mut lines = told(home).into_iter();
        lines.find_map(|[happened, id, line]| (happened == what && id == picture).then_some(line))
    })
    .await
}

#[tokio::test]
async fn a_program_follows_the_pictures_near_a_place() {
    let server = Server::start();
    let owner = server.account("ada");
    let items = owner.upload_walk("A street", 0..3).await;
    let ids: Vec<String> = items.iter().map(|item| text(item, "/id")).collect();
    let home = tempfile::tempdir().unwrap();
    let file = File::create(home.path().join("told")).unwrap();
    let program = Tools::beside("flaneur-follow");
    let following = alone(&program, home.path()).args([server.url(), RENNES]).stdout(file).spawn().unwrap();

    for item in &items {
        let line = until_told(home.path(), "there", &text(item, "/id")).await;
        let cells: Vec<&str> = line.split('\t').skip(2).collect();
        let place: Vec<f64> = cells[0].split(',').map(|degrees| degrees.parse().unwrap()).collect();
        let expected = field(item, "/geometry/coordinates").as_array().unwrap();
        for (degrees, expected) in place.iter().zip(expected) {
            assert!((degrees - expected.as_f64().unwrap()).abs() < 1e-6, "{line}: {item}");
        }
        let expected = ["/datetime", "/license"].map(|name| text(&item["properties"], name));
        assert_eq!(cells[1..], [expected[0].as_str(), expected[1].as_str(), "ada"], "{line}");
    }

    // What is corrected, withdrawn and new.
    let path = |item| format!("/api/collections/{}/items/{}", text(item, "/collection"), text(item, "/id"));
    let correction = json!({ "attribution": "Ada, for all" });
    owner.tell(Method::PATCH, &path(&items[0]), &correction).await.ok();
    let line = until_told(home.path(), "edited", &ids[0]).await;
    assert!(line.ends_with("\tAda, for all"), "{line}");
    owner.send(owner.request(Method::DELETE, &path(&items[1]))).await.ok();
    until_told(home.path(), "gone", &ids[1]).await;
    // Far from the box.
    let moved = json!({ "longitude": -29.5, "latitude": 10.5 });
    owner.tell(Method::PATCH, &path(&items[2]), &moved).await.ok();
    until_told(home.path(), "gone", &ids[2]).await;
    let new = owner.upload_walk("Another street", 3..4).await;
    let new = text(&new[0], "/id");
    until_told(home.path(), "new", &new).await;
    drop(following);

    let once = run_alone(&program, &[server.url(), SEA, "--once"], &[]).await;
    assert!(once.success && once.stderr.is_empty(), "{once:?}");
    assert!(
        once.stdout.starts_with(&format!("there\t{}\t-29.5", ids[2])) && once.stdout.lines().count() == 1,
        "{once:?}"
    );
    let once = run_alone(&program, &[&format!("{}/api/", server.url()), RENNES, "--once"], &[]).await;
    let mut there: Vec<&str> = once.stdout.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    there.sort_unstable();
    let mut expected = [ids[0].as_str(), new.as_str()];
    expected.sort_unstable();
    assert_eq!(there, expected, "{once:?}");
}

#[tokio::test]
async fn a_program_that_is_called_wrongly_says_so() {
    let server = Server::start();
    let program = Tools::beside("flaneur-follow");
    for (arguments, told) in [
        (vec![server.url(), "48.1,2.2,48.2"], "four numbers: west,south,east,north"),
        (vec![server.url(), "2.2,48.2,2.3,48.1"], "south first"),
        (vec!["pictures.example.org", RENNES], "https://pictures.example.org"),
        (vec!["http://127.0.0.1:1", RENNES, "--once"], "is the server there?"),
        (vec![server.url(), RENNES, "--once", "--token", "abc"], "does not take the token"),
        (vec![&format!("{}/elsewhere", server.url()), RENNES, "--once"], "no Flaneur server"),
    ] {
        let ended = run_alone(&program, &arguments, &[]).await;
        assert!(!ended.success && ended.stdout.is_empty(), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(told), "{arguments:?}: {ended:?}");
    }
}
