//! The dataset in the hands of those who it is for: readers of GeoParquet that know nothing of us, and the examples.

use std::path::Path;

use flaneur_e2e::{Client, Commands, Ended, LONG, Role, SHORT, Server, Tools, field, run_alone, text, until};
use reqwest::Method;
use serde_json::{Value, json};

/// Runs a script with the Python that has the readers.
async fn python(script: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    run_alone(&Tools::dataset_python(), &[&[script.to_str().unwrap()], arguments].concat(), environment).await
}

async fn check(script: &str, arguments: &[&str]) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("dataset").join(script);
    let ended = python(&script, arguments, &[]).await;
    assert!(ended.success, "{ended:?}");
    serde_json::from_str(&ended.stdout).unwrap()
}

/// The list of files, once everything is in one.
async fn complete(client: &Client) -> Value {
    until("the dataset is complete", LONG, async || {
        let collection = client.json("/api/dataset").await;
        (field(&collection, "/flaneur:incomplete") == false && collection["table:row_count"] != 0).then_some(collection)
    })
    .await
}

#[tokio::test]
async fn every_reader_finds_what_the_search_finds() {
    let data = tempfile::Builder::new().prefix("flaneur-e2e-").tempdir().unwrap();
    let commands = Commands::on(&["--data", data.path().to_str().unwrap()], &[]);
    let made = commands.run(&["simulate", "--pictures", "3000", "--seed", "11"]);
    assert!(made.success, "{made:?}");
    let (lon, lat) = super::simulate::largest_city(&made.stdout);
    let api = Role::start("api", data.path(), &[]);
    let collection = complete(&api.client(None)).await;

    let read = check("read.py", &[api.url()]).await;
    assert_eq!(read["rows"], collection["table:row_count"]);
    for reader in ["duckdb", "geopandas", "rustac", "stac-geoparquet"] {
        assert_eq!(read["readers"][reader]["pictures"], read["search"], "{reader}: {read}");
    }
    assert!(field(&read, "/search").as_i64().unwrap() > 1000, "{read}");
    let near = format!("{},{},{},{}", lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01);
    let town = check("town.py", &["--", api.url(), &near]).await;
    assert!(field(&town, "/dataset/pictures").as_i64().unwrap() > 0, "{town}");
}

/// A walk with signs on some pictures, and the example that counts them.
#[tokio::test]
async fn signs_are_counted_and_a_bot_tags_what_is_new() {
    let server = Server::start();
    let owner = server.account("ada");
    let client = server.anonymous();
    let mut items = owner.upload_walk("Signs", 0..5).await;
    for item in &items[..3] {
        let sign = json!({ "semantics": [{ "key": "osm|traffic_sign", "value": "FR:AB4" }] });
        owner.tell(Method::PATCH, &format!("/api/pictures/{}", text(item, "/id")), &sign).await.ok();
    }
    // What is new comes with the next run; but a picture that goes takes its file with it, and the next one has all.
    complete(&client).await;
    let gone = items.pop().unwrap();
    let target = format!("/api/collections/{}/items/{}", text(&gone, "/collection"), text(&gone, "/id"));
    owner.send(owner.request(Method::DELETE, &target)).await.ok();
    until("the file is written anew", SHORT, async || {
        let collection = client.json("/api/dataset").await;
        (collection["table:row_count"] == 4 && collection["flaneur:incomplete"] == false).then_some(())
    })
    .await;
    let examples = Tools::repository().join("examples");
    let ended = python(&examples.join("signs_per_km.py"), &[server.url()], &[]).await;
    assert!(ended.success, "{ended:?}");
    let table = ended.stdout;
    let row = table.lines().find(|line| line.starts_with(&text(&items[0], "/collection")));
    let cells: Vec<&str> = row.unwrap_or_else(|| panic!("{table}")).split_whitespace().collect();
    assert_eq!(cells[1..3], ["4", "3"], "{table}");

    // A token that tags, and does nothing else.
    let bot = server.account("bot");
    let token = bot.post("/api/users/me/tokens", &json!({ "scopes": ["annotate"] })).await.ok().json();
    let token = text(&token, "/jwt_token");
    let state = tempfile::tempdir().unwrap();
    let kept = state.path().join("state.db");
    let arguments = [server.url(), "--once", "--after", "0", "--memory", kept.to_str().unwrap()];
    let tagged = async || {
        let mut found = 0;
        for item in &items {
            let item = client.json(&format!("/api/pictures/{}", text(item, "/id"))).await;
            let tags = field(&item, "/properties/semantics").as_array().unwrap();
            found += tags.iter().filter(|tag| tag["key"] == "bot:brightness").count();
        }
        found
    };
    let mut said = String::new();
    for _ in 0..2 {
        let program = examples.join("annotate_bot.py");
        let ended = python(&program, &arguments, &[("FLANEUR_TOKEN", &token)]).await;
        assert!(ended.success, "{ended:?}");
        assert_eq!(tagged().await, items.len(), "each once");
        said = ended.stdout;
    }
    // Whose picture it is does not let go of it for that token, and what it wrote is taken back at once.
    let own = Client::new(server.url(), Some(&token));
    let target = format!("/api/collections/{}/items/{}", text(&items[0], "/collection"), text(&items[0], "/id"));
    assert_eq!(own.tell(Method::PATCH, &target, &json!({ "heading": 1 })).await.status, 403);
    let run = said.lines().find_map(|line| line.strip_prefix("run ")).unwrap_or_else(|| panic!("{said}"));
    own.tell(Method::DELETE, &format!("/api/batch/{run}"), &json!({})).await.ok();
    assert_eq!(tagged().await, 0);
}
