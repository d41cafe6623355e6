//! People sign in with accounts that they have elsewhere, and see to their own, in a real browser.

use flaneur_e2e::{Oidc, ServerOptions};
use serde_json::json;

use crate::browser::run_in_browser;

/// Nobody listens there.
const AWAY: &str = "http://127.0.0.1:1";

/// A server whose people have their accounts at a provider of OpenID Connect, or at OpenStreetMap.
fn signing_in_at(issuer: &str, osm: &Oidc) -> ServerOptions {
    ServerOptions::default()
        .with(&["--oidc-issuer", issuer, "--oidc-name", "Town library"])
        .with(&["--oidc-client-id", Oidc::CLIENT_ID, "--oidc-client-secret", Oidc::CLIENT_SECRET])
        .with(&["--osm-url", osm.url()])
        .with(&["--osm-client-id", Oidc::CLIENT_ID, "--osm-client-secret", Oidc::CLIENT_SECRET])
}

#[tokio::test]
async fn people_sign_in_with_accounts_elsewhere_in_a_browser() {
    let (oidc, osm) = (Oidc::start(), Oidc::start_as_osm());
    let server = signing_in_at(oidc.url(), &osm).start();
    let closed = signing_in_at(AWAY, &osm).with(&["--sign-up=false"]).allow("nobody can sign in").start();
    let elsewhere = json!({ "oidc": oidc.url(), "osm": osm.url(), "closed": closed.url() });
    run_in_browser(&server, "tests/login.test.mjs", &[("FLANEUR_ELSEWHERE", elsewhere.to_string())]).await;
}
