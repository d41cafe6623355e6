//! The API against its own description: `schemathesis` makes requests out of `/api/docs/specs.json`, sensible ones and
//! senseless ones, and every answer has to be one that is documented there.
//!
//! Each story takes some twenty seconds and asks much the same each time: only ids differ. To look longer, say for how many
//! seconds altogether, and perhaps where to begin:
//!
//! ```sh
//! FLANEUR_SCHEMATHESIS_SECONDS=600 FLANEUR_SCHEMATHESIS_SEED=2 \
//!     cargo test -p flaneur-e2e --test stories schemathesis -- --test-threads=1 --nocapture
//! ```

use std::{path::Path, time::Duration};

use flaneur_e2e::{LONG, Photo, Placement, Server, ServerOptions, Tools, alone, text};
use serde_json::json;

/// How many requests are made up for an operation, beside those that try its parameters one by one.
const EXAMPLES: &str = "3";
/// How many stories share the time that there is.
const STORIES: u64 = 4;
/// Every answer has to keep to these.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

fn given(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Pictures that the hooks send, to have something to ask for, and again when too many were deleted.
fn pictures() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for index in 0..6 {
        std::fs::write(folder.path().join(format!("{index}.jpg")), Photo::of_walk(index)).unwrap();
    }
    for index in 6..8 {
        let sphere = Photo::textured(1024, 512, index).sphere_at(Placement::walk(index));
        std::fs::write(folder.path().join(format!("{index}.jpg")), sphere).unwrap();
    }
    folder
}

/// A server that asks no other instance: of those in examples there is none.
fn server() -> Server {
    ServerOptions::default().with(&["--transfer-hosts", "127.0.0.1", "--webhook-hosts", "127.0.0.1"]).start()
}

/// Has every route be asked as whoever has the token, and panics with what was found.
async fn keeps_its_word(server: &Server, token: Option<&str>) {
    let (home, pictures) = (tempfile::tempdir().unwrap(), pictures());
    let hooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemathesis/hooks.py");
    let seed = given("FLANEUR_SCHEMATHESIS_SEED").unwrap_or(1).to_string();
    let longer = given("FLANEUR_SCHEMATHESIS_SECONDS").map(|seconds| seconds.div_ceil(STORIES));
    let mut command = alone(Tools::schemathesis(), home.path());
    // No file with settings: not even one that lies above.
    command.args(["--config-file", "/dev/null", "run", "--workers", "1", "--phases", "examples,coverage,fuzzing"]);
    command.args(["--checks", CHECKS, "--seed", &seed, "--continue-on-failure", "--warnings", "off", "--no-color"]);
    command.args(["--generation-database", "none", "--request-timeout", "60"]);
    // Who asks is said here: tokens and cookies that it makes up are refused before anything else is looked at.
    command.args(["--generation-with-security-parameters", "false"]);
    if let Some(seconds) = longer {
        command.args(["--max-time", &seconds.to_string()]);
    } else {
        command.args(["--max-examples", EXAMPLES]);
    }
    if let Some(token) = token {
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
    }
    let run = command
        .arg(format!("{}/api/docs/specs.json", server.url()))
        .env("SCHEMATHESIS_HOOKS", hooks)
        .env("FLANEUR_TOKEN", token.unwrap_or_default())
        .env("FLANEUR_EYES", server.token())
        .env("FLANEUR_PICTURES", pictures.path())
        .env("FLANEUR_SEED", &seed)
        .output();
    let deadline = 3 * LONG + Duration::from_secs(longer.unwrap_or(0));
    let output = tokio::time::timeout(deadline, run).await.expect("schemathesis ends").expect("schemathesis starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    let found_nothing = output.status.success() && printed.contains("No issues found");
    assert!(found_nothing, "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    println!("{printed}");
}

#[tokio::test]
async fn nobody_is_answered_as_documented() {
    let server = server();
    keeps_its_word(&server, None).await;
}

#[tokio::test]
async fn an_account_is_answered_as_documented() {
    let server = server();
    let token = server.commands().token("someone");
    keeps_its_word(&server, Some(&token)).await;
}

#[tokio::test]
async fn a_token_that_only_reads_is_answered_as_documented() {
    let server = server();
    let limits = json!({ "description": "reads", "scopes": ["read"] });
    let made = server.account("someone").post("/api/users/me/tokens", &limits).await.ok().json();
    keeps_its_word(&server, Some(&text(&made, "/jwt_token"))).await;
}

#[tokio::test]
async fn an_administrator_is_answered_as_documented() {
    let server = server();
    keeps_its_word(&server, Some(&server.commands().administrator("moderator"))).await;
}
