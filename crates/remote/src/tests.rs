//! A server on this machine, which is where nobody may be sent.

use axum::{
    Router,
    response::{IntoResponse as _, Redirect},
    routing::{get, post},
};
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

#[tokio::test]
async fn what_is_sent_arrives_and_leads_nowhere_else() {
    let routes = Router::new()
        .route("/hook", post(|headers: HeaderMap, body: String| async move { format!("{:?} {body}", headers["x-a"]) }))
        .route("/elsewhere", post(|| async { Redirect::temporary("/hook") }))
        .route("/busy", post(|| async { (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")]).into_response() }))
        .route("/never", post(|| async { std::future::pending::<()>().await }));
    let address = server(routes).await;
    let mut headers = HeaderMap::new();
    headers.insert("x-a", "1".parse().unwrap());
    let send = async |remote: &Remote, path: &str, patience: Duration| {
        remote.post(&url(&format!("{address}{path}")), headers.clone(), Bytes::from_static(b"{}"), patience).await
    };
    let (named, minute) = (remote(&["127.0.0.1"]), Duration::from_mins(1));
    let answer = |status, retry_after| Answer { status, retry_after };
    assert_eq!(send(&named, "/hook", minute).await.unwrap(), answer(StatusCode::OK, None));
    assert_eq!(send(&named, "/elsewhere", minute).await.unwrap(), answer(StatusCode::TEMPORARY_REDIRECT, None));
    let busy = answer(StatusCode::TOO_MANY_REQUESTS, Some(Duration::from_secs(7)));
    assert_eq!(send(&named, "/busy", minute).await.unwrap(), busy);
    assert!(send(&named, "/never", Duration::from_millis(50)).await.unwrap_err().may_pass());
    let forbidden = send(&remote(&[]), "/hook", minute).await;
    assert!(matches!(forbidden, Err(RemoteError::Forbidden(_))), "{forbidden:?}");
}
