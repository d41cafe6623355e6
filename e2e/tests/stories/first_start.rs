//! What an operator meets first: tokens, settings, and what stands in the way.

use std::net::TcpListener;

use flaneur_e2e::{Server, ServerOptions, Tools, field, run_to_end, text};

#[tokio::test]
async fn the_first_start_and_only_the_first_gives_an_administrator_token() {
    let mut server = Server::start();
    let me = server.admin().json("/api/users/me").await;
    assert!(!text(&me, "/name").is_empty());
    assert_eq!(field(&me, "/permissions/role"), "admin");

    server.terminate();
    server.restart();
    assert!(!server.stdout().iter().any(|line| line.contains("token")), "{:?}", server.stdout());
    let again = server.admin().json("/api/users/me").await;
    assert_eq!(again["id"], me["id"], "the token outlives a restart");
}

#[tokio::test]
async fn a_token_made_on_the_command_line_signs_in_as_that_account() {
    let server = Server::start();
    let alice = server.account("alice").json("/api/users/me").await;
    assert_eq!(text(&alice, "/name"), "alice");
    assert_eq!(field(&alice, "/permissions/role"), "user");
    let again = server.account("alice").json("/api/users/me").await;
    assert_eq!(again["id"], alice["id"], "the same name is the same account");
}

#[tokio::test]
async fn an_invite_is_a_link_to_this_instance() {
    let server = Server::start();
    let data = server.data().to_str().unwrap();
    let made = run_to_end(&["invite", "bob", "--data", data, "--public-url", "https://pictures.example.org"]);
    assert!(made.success, "{made:?}");
    let link = made.stdout.lines().find(|line| line.contains("/invite#")).unwrap_or_else(|| panic!("{made:?}"));
    assert!(link.contains("https://pictures.example.org/invite#"), "{link}");
}

#[test]
fn settings_are_shown_with_where_each_is_from() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("flaneur.toml");
    std::fs::write(&file, "workers = 3\n").unwrap();
    let output = Tools::flaneur()
        .args(["config", "--listen", "127.0.0.1:4321", "--config", file.to_str().unwrap()])
        .env("FLANEUR_PUBLIC_URL", "https://pictures.example.org")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shown = String::from_utf8(output.stdout).unwrap().to_lowercase();
    let line = |part: &str| {
        shown.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("no {part} in\n{shown}")).to_owned()
    };
    assert!(line("127.0.0.1:4321").contains("listen"));
    assert!(
        line("https://pictures.example.org").contains("environment") || line("https://pictures").contains("flaneur_")
    );
    assert!(line("workers").contains('3') && line("workers").contains("flaneur.toml"), "{}", line("workers"));
}

#[test]
fn an_unknown_setting_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("flaneur.toml");
    std::fs::write(&file, "wrokers = 3\n").unwrap();
    let refused = run_to_end(&["config", "--config", file.to_str().unwrap()]);
    assert!(!refused.success && refused.stderr.contains("wrokers"), "{refused:?}");
}

#[test]
fn a_taken_port_is_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = tempfile::tempdir().unwrap();
    let models = Tools::models();
    let refused = run_to_end(&[
        "serve",
        "--listen",
        &address,
        "--data",
        data.path().to_str().unwrap(),
        "--models",
        models.to_str().unwrap(),
    ]);
    assert!(!refused.success, "{refused:?}");
    assert!(refused.stderr.contains(&address), "{refused:?}");
    assert!(!refused.stderr.contains("panicked"), "{refused:?}");
    assert!(!refused.stdout.contains("listening"), "{refused:?}");
}

#[test]
fn missing_models_are_one_sentence_that_says_how_to_get_them() {
    let (data, nothing) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let refused = run_to_end(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        data.path().to_str().unwrap(),
        "--models",
        nothing.path().to_str().unwrap(),
    ]);
    assert!(!refused.success, "{refused:?}");
    assert!(refused.stderr.contains("make models") || refused.stderr.contains("fetch.py"), "{refused:?}");
    assert!(refused.stderr.contains(nothing.path().to_str().unwrap()), "{refused:?}");
    assert!(!refused.stderr.contains("panicked"), "{refused:?}");
}

#[tokio::test]
async fn the_public_address_is_the_root_of_every_link() {
    let server = ServerOptions::default().with(&["--public-url", "https://pictures.example.org"]).start();
    let landing = server.anonymous().json("/api").await;
    for link in field(&landing, "/links").as_array().unwrap().iter().filter(|link| link["rel"] != "license") {
        assert!(text(link, "/href").starts_with("https://pictures.example.org/"), "{link}");
    }
}
