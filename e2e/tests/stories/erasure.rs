//! An account is erased: what it had is gone from every address, every file, and every table.

use flaneur_e2e::{Folder, LONG, Server, text, until};
use reqwest::Method;

/// A name that nothing else contains.
const NAME: &str = "Wilhelmina Quist-Oyelaran";
const TITLE: &str = "Around my grandmother's garden";

#[tokio::test]
async fn an_erased_account_leaves_nothing() {
    let mut server = Server::start();
    let (erased, other) = (server.account(NAME), server.admin());
    let mine = erased.upload_walk(TITLE, 0..3).await;
    let theirs = other.upload_walk("Somebody else's", 1000..1002).await;
    let picture = text(&mine[0], "/id");
    let tag = serde_json::json!({ "semantics": [{ "key": "seen", "value": "yes" }] });
    let tagged = format!("/api/pictures/{}", text(&theirs[0], "/id"));
    erased.tell(Method::PATCH, &tagged, &tag).await.ok();
    let data = Folder(server.data().to_owned());
    let files_of =
        |picture: &str| data.files().iter().filter(|file| file.display().to_string().contains(picture)).count();
    assert_ne!(files_of(&picture), 0);
    let hd = text(&mine[0], "/assets/hd/href");
    assert_eq!(server.anonymous().get(&hd).await.status, 200);

    let target = format!("/api/users/me?name={}", NAME.replace(' ', "%20"));
    let answer = erased.send(erased.request(Method::DELETE, &target)).await;
    assert_eq!(answer.status, 204);
    assert_eq!(erased.get("/api/users/me").await.status, 401);
    until("everything is gone", LONG, async || {
        let gone = mine.iter().all(|item| files_of(&text(item, "/id")) == 0);
        (gone && server.anonymous().get(&hd).await.status == 404).then_some(())
    })
    .await;
    assert_eq!(server.anonymous().get(&format!("/api/pictures/{picture}")).await.status, 404);
    let items = server.anonymous().json("/api/search?limit=100").await;
    assert_eq!(items["features"].as_array().unwrap().len(), theirs.len());
    let kept = server.anonymous().json(&tagged).await;
    assert_eq!(kept["properties"]["semantics"][0]["key"], "seen", "it belongs to somebody else's picture");

    let listed = server.command(&["account", "list"]);
    assert!(listed.success && !listed.stdout.contains(NAME), "{}", listed.stdout);
    let log = server.log();
    assert!(log.iter().all(|line| !line.contains(NAME)), "the log names accounts by number");
    until("the dataset's files have it no more", LONG, async || {
        let parts = data
            .holding(&[NAME, TITLE])
            .into_iter()
            .filter(|(file, _)| file.to_string_lossy().ends_with("-part.parquet"));
        (parts.count() == 0).then_some(())
    })
    .await;
    // Nothing of it is left in a corner of the database either.
    server.terminate();
    assert_eq!(data.holding(&[NAME, TITLE]), []);
}

#[tokio::test]
async fn the_operator_erases_an_account() {
    let server = Server::start();
    let walker = server.account("walker");
    let mine = walker.upload_walk("A walk", 0..2).await;
    let refused = server.command(&["account", "erase", "walker"]);
    assert!(!refused.success && refused.stderr.contains("--yes"), "{}", refused.stderr);
    let unknown = server.command(&["account", "erase", "nobody", "--yes"]);
    assert!(!unknown.success && unknown.stderr.contains("flaneur account list"), "{}", unknown.stderr);
    let listed = server.command(&["account", "list", "--json"]);
    assert!(listed.stdout.lines().any(|line| line.contains("\"walker\"")), "{}", listed.stdout);
    assert!(server.command(&["account", "erase", "walker", "--yes"]).success);
    let address = format!("/api/pictures/{}", text(&mine[0], "/id"));
    until("the running server has deleted what it had", LONG, async || {
        (server.anonymous().get(&address).await.status == 404).then_some(())
    })
    .await;
    assert_eq!(walker.get("/api/users/me").await.status, 401);
}
