//! What an operator meets first: tokens, settings, and what stands in the way.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use flaneur_e2e::{Photo, Placement, Server, ServerOptions, Tools, field, run_to_end, text};
use serde_json::json;

/// A first start on a terminal, which `script` of util-linux makes.
struct OnTerminal {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    seen: String,
}

impl OnTerminal {
    fn start(data: &Path, more: &str) -> Self {
        let [binary, models] = [Tools::binary(), Tools::models()].map(|path| path.display().to_string());
        let data = data.display();
        let serve = format!("exec '{binary}' serve --listen 127.0.0.1:0 --data '{data}' --models '{models}' {more}");
        let flaneur = Tools::flaneur();
        let removed = flaneur.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name);
        let mut script = Command::new("script");
        for name in removed {
            script.env_remove(name);
        }
        script.args(["--quiet", "--return", "--command", &serve, "/dev/null"]);
        let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("util-linux is installed");
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output, seen: String::new() }
    }

    /// Reads until the terminal shows a text after what was read before. Gives all that was shown meanwhile.
    fn until(&mut self, text: &str) -> String {
        let mut byte = [0];
        self.seen.clear();
        while !self.seen.contains(text) {
            assert_eq!(self.output.read(&mut byte).unwrap(), 1, "the terminal ends with {}", self.seen);
            self.seen.push(char::from(byte[0]));
        }
        self.seen.clone()
    }

    fn type_in(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    /// Closes the terminal, with which what runs on it ends.
    fn close(mut self) {
        let _ = Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status();
        self.child.wait().unwrap();
    }
}

#[tokio::test]
async fn the_first_start_on_a_terminal_asks_what_becomes_of_what_is_blurred() {
    let data = tempfile::tempdir().unwrap();
    let key = data.path().join("identity.txt");
    let mut terminal = OnTerminal::start(data.path(), "");
    terminal.until("Choose 1, 2 or 3: ");
    terminal.type_in("perhaps");
    terminal.until("Choose 1, 2 or 3: ");
    terminal.type_in("1");
    terminal.until("flaneur-identity.txt]: ");
    terminal.type_in(key.to_str().unwrap());
    assert!(!terminal.until("listening on").contains("AGE-SECRET-KEY"));
    terminal.close();
    let written = std::fs::read_to_string(&key).unwrap();
    let recipient = written.lines().next().unwrap().trim_start_matches("# public key: ").to_owned();

    // The next start asks nobody, on a terminal or elsewhere, and does as was chosen.
    let mut terminal = OnTerminal::start(data.path(), "");
    let shown = terminal.until("listening on");
    assert!(!shown.contains("Choose"), "{shown}");
    terminal.close();
    let made = run_to_end(&["token", "create", "--account", "admin", "--data", data.path().to_str().unwrap()]);
    let server = ServerOptions::default().start_on(data, made.stdout.trim());
    let client = server.admin();
    let jpeg = Photo::textured(640, 480, 1).at(Placement::walk(0));
    let items = client.items(&client.upload("sealed", vec![("a.jpg".to_owned(), jpeg)]).await).await;
    let path = format!("/api/pictures/{}/redactions", text(&items[0], "/id"));
    client.post(&path, &json!({ "regions": [{ "box": [100, 100, 200, 200] }] })).await.ok();
    flaneur_e2e::until("it is sealed", flaneur_e2e::SHORT, async || {
        let listed = client.json(&path).await;
        (field(&listed, "/redactions/0/undoable") == true).then_some(())
    })
    .await;
    assert!(recipient.starts_with("age1"), "{written}");
    let listed = server.command(&["unseal", "--identity", key.to_str().unwrap()]);
    assert!(listed.success, "{listed:?}");
}

#[test]
fn whoever_said_it_by_option_is_not_asked() {
    let data = tempfile::tempdir().unwrap();
    let mut terminal = OnTerminal::start(data.path(), "--seal-to none");
    let shown = terminal.until("listening on");
    assert!(!shown.contains("Choose") && shown.contains("gone for good"), "{shown}");
    terminal.close();
}

#[test]
fn whoever_chooses_nothing_starts_nothing() {
    let data = tempfile::tempdir().unwrap();
    let mut terminal = OnTerminal::start(data.path(), "");
    terminal.until("Choose 1, 2 or 3: ");
    // End of input, as a terminal says it.
    terminal.input.write_all(&[4]).unwrap();
    terminal.until("--seal-to");
    assert!(!terminal.child.wait().unwrap().success());
}

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
