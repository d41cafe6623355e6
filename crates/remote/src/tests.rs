//! A server on this machine, which is where nobody may be sent.

use axum::{Router, response::Redirect, routing::get};
use futures::StreamExt as _;

use super::*;

/// A server, and what its addresses begin with.
async fn server(routes: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

fn remote(named: &[&str]) -> Remote {
    Remote::new(&named.iter().map(|&host| host.to_owned()).collect::<Vec<_>>()).unwrap()
}

#[tokio::test]
async fn nobody_is_sent_into_the_own_network() {
    let remote = remote(&[]);
    for forbidden in [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://localhost/",
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://user:secret@example.org/",
        "https://user@example.org/",
    ] {
        let answer = remote.json(&url(forbidden)).await;
        assert!(matches!(answer, Err(RemoteError::Forbidden(_))), "{forbidden}: {answer:?}");
    }
}

#[tokio::test]
async fn a_redirect_leads_nowhere_else() {
    let routes = Router::new()
        .route("/inside", get(|| async { Redirect::temporary("http://localhost:1/") }))
        .route("/link-local", get(|| async { Redirect::temporary("http://169.254.169.254/") }))
        .route("/file", get(|| async { Redirect::temporary("file:///etc/passwd") }))
        .route("/round", get(|| async { Redirect::temporary("/round") }))
        .route("/on", get(|| async { Redirect::temporary("/there") }))
        .route("/there", get(|| async { "{\"a\":1}" }));
    let address = server(routes).await;
    let remote = remote(&["127.0.0.1"]);
    for path in ["/inside", "/link-local", "/file", "/round"] {
        let answer = remote.json(&url(&format!("{address}{path}"))).await;
        assert!(matches!(answer, Err(RemoteError::Forbidden(_))), "{path}: {answer:?}");
    }
    assert_eq!(remote.json(&url(&format!("{address}/on"))).await.unwrap()["a"], 1);
}

#[tokio::test]
async fn only_the_named_are_asked_if_any_are() {
    let address = server(Router::new().route("/", get(|| async { "{}" }))).await;
    assert!(remote(&["127.0.0.1"]).json(&url(&address)).await.is_ok());
    let answer = remote(&["other.example"]).json(&url(&address)).await;
    assert!(matches!(answer, Err(RemoteError::Forbidden(_))), "{answer:?}");
    // A name that the operator lists may lead anywhere.
    let port = address.rsplit(':').next().unwrap();
    assert!(remote(&["localhost"]).json(&url(&format!("http://localhost:{port}/"))).await.is_ok());
}

#[tokio::test]
async fn what_is_too_much_or_something_else_is_not_taken() {
    let endless = || async {
        axum::body::Body::from_stream(futures::stream::repeat_with(|| {
            Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 1 << 12]))
        }))
    };
    let routes = Router::new()
        .route("/endless", get(endless))
        .route("/text", get(|| async { "no JSON" }))
        .route("/gone", get(|| async { StatusCode::GONE }))
        .route("/busy", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
        .route("/file", get(|| async { vec![7_u8; 100_000] }));
    let address = server(routes).await;
    let remote = remote(&["127.0.0.1"]);
    let ask = async |path: &str| remote.json(&url(&format!("{address}{path}"))).await.unwrap_err();
    assert!(matches!(ask("/endless").await, RemoteError::TooLarge { .. }));
    assert!(matches!(ask("/text").await, RemoteError::NoJson { .. }));
    assert!(matches!(ask("/gone").await, RemoteError::Refused { status: StatusCode::GONE, .. }));
    assert!(ask("/busy").await.may_pass() && !ask("/gone").await.may_pass());
    let chunks: Vec<_> = remote.file(&url(&format!("{address}/file"))).await.unwrap().collect().await;
    assert_eq!(chunks.into_iter().map(|chunk| chunk.unwrap().len()).sum::<usize>(), 100_000);
}

#[tokio::test]
async fn who_is_away_may_come_back() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let answer = remote(&["127.0.0.1"]).json(&url(&format!("http://{address}/"))).await;
    assert!(answer.as_ref().is_err_and(RemoteError::may_pass), "{answer:?}");
}
