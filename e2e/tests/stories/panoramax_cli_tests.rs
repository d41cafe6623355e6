//! The integration tests that the command-line client comes with, as they are, against two instances.

use flaneur_e2e::{LONG, ServerOptions, Tools, alone};
use serde_json::{Map, json};

/// Accounts that those tests sign in as.
const ACCOUNTS: [&str; 2] = ["elysee", "elie_reclus"];
/// What does otherwise here, and why.
const OTHERWISE: [&str; 2] = [
    // They bring back what was deleted: here an identifier that was deleted is never shown again, so that whoever follows the
    // feed, and whoever restores a backup, can rely on it.
    "tests/integration/test_transfer.py::test_valid_user_me_transfer",
    "tests/integration/test_transfer.py::test_valid_user_id_transfer",
];

#[tokio::test]
async fn its_own_tests_pass() {
    let start = || ServerOptions::default().with(&["--transfer-hosts", "127.0.0.1"]).start();
    let (one, other) = (start(), start());
    let mut tokens = Map::new();
    for server in [&one, &other] {
        let of = |name: &str| (name.to_owned(), json!(server.commands().token(name)));
        tokens.insert(server.url().to_owned(), ACCOUNTS.map(of).into_iter().collect::<Map<_, _>>().into());
    }
    let (source, python) = Tools::panoramax_cli_tests();
    let home = tempfile::tempdir().unwrap();
    let mut command = alone(python, home.path());
    command.args(["-m", "pytest", "-p", "tokens", "-p", "no:cacheprovider", "tests/integration"]);
    command.args(["--external-panoramax-url", one.url(), "--external-panoramax2-url", other.url()]);
    for test in OTHERWISE {
        command.args(["--deselect", test]);
    }
    let run = command
        .arg(format!("--basetemp={}", home.path().join("pytest").display()))
        .current_dir(source)
        .env("PYTHONPATH", Tools::repository().join("e2e/panoramax_cli"))
        // It asks for its newest version; there is to be no network.
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("FLANEUR_TOKENS", serde_json::to_string(&tokens).unwrap())
        .output();
    let output = tokio::time::timeout(2 * LONG, run).await.expect("the tests end").expect("pytest starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(printed.contains(&format!("{} deselected", OTHERWISE.len())), "{printed}");
    println!("{printed}");
}
