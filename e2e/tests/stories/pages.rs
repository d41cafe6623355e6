//! Administrators write pages, and contributors agree to the terms of service, in a real browser.

use flaneur_e2e::{Photo, ServerOptions};

use crate::browser::{run_in_browser, uploads};

#[tokio::test]
async fn terms_are_written_and_agreed_to_in_a_browser() {
    let server = ServerOptions::default().with(&["--enforce-terms"]).start();
    let account = server.commands().token("grace");
    let folder = tempfile::tempdir().unwrap();
    let photos = (500..502).map(|index| (format!("{index}.jpg"), Photo::of_walk(index)));
    let given = [("FLANEUR_ACCOUNT", account), ("FLANEUR_UPLOADS", uploads(folder.path(), photos))];
    run_in_browser(&server, "tests/pages.test.mjs", &given).await;
}
