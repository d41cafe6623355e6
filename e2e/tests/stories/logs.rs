//! The log: every line of a request has its id, and none has a secret.

use flaneur_e2e::{Client, Photo, Placement, Role, SHORT, run_to_end, text, until};
use serde_json::json;

fn header(client: &Client, path: &str, id: &str) -> reqwest::RequestBuilder {
    client.request(reqwest::Method::GET, path).header("x-request-id", id)
}

#[tokio::test]
async fn a_request_has_an_id_wherever_it_is_told_of() {
    let data = tempfile::tempdir().unwrap();
    let api = Role::start("api", data.path(), &["--log", "info,flaneur::access=debug", "--log-format", "json"])
        .allow("\"WARN\"")
        .allow("\"ERROR\"");
    let client = api.client(None);
    let answer = client.send(header(&client, "/api", "from-the-proxy.1")).await;
    assert_eq!(answer.header("x-request-id"), "from-the-proxy.1");
    assert!(answer.header("access-control-expose-headers").contains("x-request-id"));
    for insane in ["two words", "a;b", &"x".repeat(65), "<script>"] {
        let own = client.send(header(&client, "/api/nothing", insane)).await.header("x-request-id");
        assert!(own != insane && own.len() == 36, "{own}");
    }

    // What goes wrong is told under the id of the request it went wrong in.
    let made = run_to_end(&["token", "create", "--account", "ada", "--data", data.path().to_str().unwrap()]);
    let client = api.client(Some(made.stdout.trim()));
    let set = client.make_set(&json!({ "title": "fails" })).await;
    let private = data.path().join("private");
    std::fs::remove_dir_all(&private).unwrap();
    std::fs::write(&private, "a file where a folder was").unwrap();
    let failed = client.send_file(&set, "1.jpg", Photo::of_walk(1)).await;
    assert_eq!(failed.status, 503, "{failed}");
    let id = failed.header("x-request-id");
    let line = until("the failure is logged", SHORT, async || {
        let lines = api.log();
        let told = lines.iter().find(|line| line.contains("request failed") && line.contains(&id));
        told.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
    })
    .await;
    assert_eq!(line["span"]["id"], id.as_str(), "{line}");
    assert_eq!(line["span"]["path"], format!("/api/upload_sets/{}/files", set.0), "{line}");
    assert_eq!(text(&line, "/level"), "ERROR");
    let access = api.log().into_iter().find(|line| line.contains("answered") && line.contains("from-the-proxy.1"));
    let access: serde_json::Value = serde_json::from_str(&access.unwrap()).unwrap();
    assert_eq!(access["fields"]["status"], 200, "{access}");
}

#[tokio::test]
async fn nothing_secret_is_logged_however_much_is_asked_for() {
    let data = tempfile::tempdir().unwrap();
    let api = Role::start("api", data.path(), &["--log", "trace,h2=trace,hyper=trace,hyper_util=trace"]);
    let made = run_to_end(&["token", "create", "--account", "ada", "--data", data.path().to_str().unwrap()]);
    let token = made.stdout.trim().to_owned();
    let client = api.client(Some(&token));
    client.json("/api/users/me").await;
    client.get("/api/search?access_token=querysecret1&limit=1").await;
    assert_eq!(api.client(Some("headersecret2")).get("/api/users/me").await.status, 401);
    let nobody = api.client(None);
    let signed_in = nobody.post("/api/auth/session", &json!({ "token": token })).await.ok();
    let session = signed_in.header("set-cookie");
    let session = session.split_once("flaneur_session=").unwrap().1.split(';').next().unwrap().to_owned();
    nobody
        .send(
            nobody
                .request(reqwest::Method::GET, "/api/users/me")
                .header("cookie", format!("flaneur_session={session}")),
        )
        .await
        .ok();
    nobody.post("/api/auth/session", &json!({ "token": "bodysecret3" })).await;
    nobody.post("/api/auth/invites/redeem", &json!({ "code": "invitesecret4" })).await;
    let generated = nobody.send(nobody.request(reqwest::Method::POST, "/api/auth/tokens/generate")).await.ok().json();
    let (unclaimed, id) = (text(&generated, "/jwt_token"), text(&generated, "/id"));
    client.get(&format!("/api/auth/tokens/{id}")).await.ok();
    client.send(client.request(reqwest::Method::POST, &format!("/api/auth/tokens/{id}/claim"))).await.ok();
    let set = client.make_set(&json!({ "title": "an upload" })).await;
    client.send_file(&set, "1.jpg", Photo::textured(320, 240, 1).at(Placement::walk(1))).await.ok();

    let last = client.get("/api/nothing-more").await.header("x-request-id");
    until("everything is logged", SHORT, async || api.log().iter().any(|line| line.contains(&last)).then_some(()))
        .await;
    let log = api.log().join("\n");
    assert!(log.contains("answered"), "the log was asked for everything");
    let address = api.url().trim_start_matches("http://").split(':').next().unwrap().to_owned();
    let secrets = ["querysecret1", "headersecret2", "bodysecret3", "invitesecret4", &token, &session, &unclaimed, &id];
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
    assert!(!log.contains(&format!("peer={address}")), "who asks is not logged");
}

#[tokio::test]
async fn nobody_has_to_read_the_log() {
    let data = tempfile::tempdir().unwrap();
    let mut api = flaneur_e2e::Tools::flaneur()
        .args(["api", "--listen", "127.0.0.1:0", "--data"])
        .arg(data.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(api.stdout.take().unwrap())).map_while(Result::ok);
    let url = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned)).unwrap();
    drop(api.stderr.take());
    // It would log this, and goes on.
    std::fs::remove_dir_all(data.path().join("private")).unwrap();
    let client = Client::new(&url, None);
    assert_eq!(client.get("/api/ready").await.status, 503);
    client.get("/api").await.ok();
    let told = std::process::Command::new("kill").arg(api.id().to_string()).status().unwrap();
    assert!(told.success());
    let ended = until("it stops", SHORT, async || api.try_wait().unwrap()).await;
    assert!(ended.success(), "{ended}");
}
