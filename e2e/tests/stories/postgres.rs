//! The same server, and the same fleet, with its catalog in PostgreSQL.

use flaneur_e2e::{
    Commands, LONG, LOOPS, Postgres, Role, S3, SHORT, ServerOptions, buckets, decode, field, of_pictures, on_s3, text,
    until,
};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_server_on_postgresql_is_as_one_on_sqlite() {
    let postgres = Postgres::start();
    let mut server = ServerOptions::default().database(postgres.url()).start();
    let client = server.account("ada");
    let items = client.upload_walk("a walk", 0..3).await;
    assert_eq!(items.len(), 3);
    let (gone, kept) = (&items[0], &items[2]);
    let target = format!("/api/collections/{}/items/{}", text(gone, "/collection"), text(gone, "/id"));
    client.send(client.request(Method::DELETE, &target)).await.ok();
    until("the map shows those that are left", SHORT, async || {
        let tile = server.anonymous().get("/api/map/15/16231/11375.mvt").await.ok();
        (!tile.body.is_empty()).then_some(())
    })
    .await;
    assert!(!server.data().join("catalog.db").exists(), "nothing is kept beside the database");

    assert!(server.terminate().success());
    server.restart();
    let nobody = server.anonymous();
    assert_eq!(nobody.get(&target).await.status, 404);
    let found = nobody.json(&format!("/api/search?ids={}", text(kept, "/id"))).await;
    assert_eq!(field(&found, "/features").as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_fleet_on_postgresql_and_s3_takes_a_walk_in_and_shows_it() {
    let Some(s3) = S3::start() else { return };
    let postgres = Postgres::start();
    let data = tempfile::tempdir().unwrap();
    let place = ["--database", postgres.url(), "--storage", &s3.public_url(), "--private-storage", &s3.private_url()];
    let environment = s3.variables();
    let role = |name| Role::start_in(name, data.path(), &place, &environment);
    // All four bring the schema up to date, and one of them does it.
    let (api, _workers, tiler) = (role("api"), [role("worker"), role("worker")], role("tiler"));
    let client = api.client(Some(&Commands::on(&place, &environment).token("ada")));
    let items = client.upload_walk("fleet", 0..12).await;

    assert_eq!(items.len(), 12);
    let nobody = api.client(None);
    for pair in items.windows(2) {
        let next = flaneur_e2e::link(&pair[0], "next").expect("a link to the next picture");
        assert_eq!(text(&nobody.json(&next).await, "/id"), text(&pair[1], "/id"));
    }
    for item in &items {
        decode(&nobody.get(&text(item, "/assets/hd/href")).await.ok().body);
    }
    until("the tile shows them", SHORT, async || {
        let tile = tiler.client(None).get("/api/map/15/16231/11375.mvt").await.ok();
        (!tile.body.is_empty()).then_some(())
    })
    .await;
    let stores = buckets(&s3);
    until("no original is left", LONG, async || stores.private.list(10).await.unwrap().is_empty().then_some(())).await;
    assert_eq!(of_pictures(&stores).await.len(), 24, "two objects of each picture");
    let listed = Commands::on(&place, &environment).run(&["jobs", "list", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(listed["parked"], json!([]), "{listed}");
}

#[tokio::test]
async fn while_the_database_is_away_clients_are_told_to_come_again() {
    let postgres = Postgres::start();
    let Some(s3) = S3::start() else { return };
    let server = LOOPS
        .into_iter()
        .fold(on_s3(&s3), ServerOptions::allow)
        .database(postgres.url())
        .allow("request failed for now")
        .allow("terminating connection due to immediate shutdown command")
        .allow("error occurred while testing the connection on-release")
        .allow("error from `before_acquire`")
        .allow("time to acquire exceeded slow threshold")
        .allow("job failed, will be tried again")
        .allow("cannot end the job")
        .allow("no heartbeat")
        .start();
    let client = server.admin();
    client.upload_walk("before", 0..1).await;
    postgres.stop();
    let refused = client.get("/api/collections").await;
    assert_eq!((refused.status, refused.header("retry-after").as_str()), (503, "10"), "{refused}");
    assert!(text(&refused.json(), "/message").contains("try again"), "{refused}");
    postgres.start_again();
    client.upload_walk("after", 1..2).await;
}
