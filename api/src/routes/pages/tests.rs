use serde_json::{Value, json};

use crate::testing::{Answer, Fixture, FixtureBuilder, Who, fixture};

async fn put(fixture: &Fixture, who: Option<&Who>, path: &str, html: &str) -> Answer {
    fixture
        .request("PUT", path)
        .of(who)
        .header("content-type", "text/html; charset=utf-8")
        .body(html.to_owned())
        .send()
        .await
}

async fn write(fixture: &Fixture, path: &str, html: &str) -> Value {
    let answer = put(fixture, Some(&fixture.admin), path, html).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_page_is_written_in_languages() {
    let fixture = fixture().await;
    assert_eq!(fixture.get("/pages/terms-of-service").await.status, 404);
    write(&fixture, "/pages/terms-of-service/en", "<p>Be kind.</p>").await;
    let page = write(&fixture, "/pages/terms-of-service/pt-BR", "<p>Sê gentil.</p>").await;
    assert_eq!(page, fixture.get("/pages/terms-of-service").await.json());
    let languages: Vec<&Value> = page["languages"].as_array().unwrap().iter().map(|each| &each["language"]).collect();
    assert_eq!((languages, &page["flaneur:version"]), (vec![&json!("en"), &json!("pt-BR")], &json!(1)));
    let href = page["languages"][1]["links"][0]["href"].as_str().unwrap();
    let text = fixture.get(href).await;
    assert_eq!((text.status, text.text()), (200, "<p>Sê gentil.</p>"));
    assert_eq!(text.header("content-type"), "text/html; charset=utf-8");
    assert!(text.header("content-security-policy").contains("sandbox"));
    let again = fixture.request("GET", href).header("if-none-match", text.header("etag")).send().await;
    assert_eq!(again.status, 304);
    assert_eq!(fixture.get("/configuration").await.json()["pages"], json!(["terms-of-service"]));

    let remove = async |path: &str| fixture.request("DELETE", path).of(Some(&fixture.admin)).send().await.status;
    assert_eq!((remove("/pages/terms-of-service/en").await, remove("/pages/terms-of-service/en").await), (200, 404));
    assert_eq!(fixture.get("/pages/terms-of-service/en").await.status, 404);
    assert_eq!(remove("/pages/terms-of-service/pt-BR").await, 200);
    assert_eq!(fixture.get("/configuration").await.json()["pages"], json!([]));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let fixture = fixture().await;
    for path in [
        "/pages/imprint/en",
        "/pages/terms-of-service/EN",
        "/pages/terms-of-service/e",
        "/pages/terms-of-service/fr_FR",
    ] {
        let answer = put(&fixture, Some(&fixture.admin), path, "x").await;
        assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
    }
    let page = "/pages/custom-banner/en";
    assert_eq!(put(&fixture, None, page, "x").await.status, 401);
    assert_eq!(put(&fixture, Some(&fixture.owner), page, "x").await.status, 403);
    assert_eq!(put(&fixture, Some(&fixture.admin), page, &"x".repeat((256 << 10) + 1)).await.status, 413);
    let json = fixture.request("PUT", page).of(Some(&fixture.admin)).json(&json!({})).send().await;
    assert_eq!(json.status, 415);
    let bytes = fixture.request("PUT", page).of(Some(&fixture.admin)).header("content-type", "text/html");
    assert_eq!(bytes.body(vec![0xff, 0xfe]).send().await.status, 400);
    for nothing in ["", " \n", "<script>alert(1)</script>"] {
        assert_eq!(put(&fixture, Some(&fixture.admin), page, nothing).await.status, 400, "{nothing}");
    }
    assert_eq!(fixture.get("/configuration").await.json()["pages"], json!([]));
}

#[tokio::test]
async fn nothing_in_a_page_runs() {
    let fixture = fixture().await;
    let page = "/pages/end-user-license-agreement/en";
    for (html, stored) in [
        ("<script>alert(1)</script>a", "a"),
        ("<p onclick=\"alert(1)\">a</p>", "<p>a</p>"),
        ("<a href=\"javascript:alert(1)\">a</a>", "<a rel=\"noopener noreferrer\">a</a>"),
        ("<a href=\"jav&#x09;ascript:alert(1)\">a</a>", "<a rel=\"noopener noreferrer\">a</a>"),
        (
            "<a href=\"https://a.example/\" target=\"_top\">a</a>",
            "<a href=\"https://a.example/\" rel=\"noopener noreferrer\">a</a>",
        ),
        ("<img src=x onerror=alert(1)>", "<img src=\"x\">"),
        ("<svg><script>alert(1)</script></svg>a", "a"),
        ("<iframe src=\"https://a.example\"></iframe>a", "a"),
        ("<form action=\"https://a.example\"><input name=password></form>a", "a"),
        ("<style>body{display:none}</style><p style=\"position:fixed\">a</p>", "<p>a</p>"),
        ("<base href=\"https://a.example\"><meta http-equiv=refresh content=\"0;url=https://a.example\">a", "a"),
        (
            "a<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">a",
            "",
        ),
    ] {
        write(&fixture, page, html).await;
        let answer = fixture.get(page).await;
        let text = answer.text();
        if stored.is_empty() {
            assert!(!text.contains("<script") && !text.contains("onerror=alert(1)>"), "{html}: {text}");
        } else {
            assert_eq!(text, stored, "{html}");
        }
    }
}

#[tokio::test]
async fn terms_are_read_and_agreed_to() {
    let fixture = fixture().await;
    let me = async || fixture.request("GET", "/users/me").of(Some(&fixture.owner)).send().await.json();
    let said = async || (me().await["tos_accepted"].clone(), me().await["tos_latest_change_read"].clone());
    let say = async |what: &str| {
        fixture.request("POST", &format!("/users/me/{what}")).of(Some(&fixture.owner)).send().await.status
    };
    assert_eq!(me().await.get("tos_accepted"), None, "there are no terms");
    assert_eq!(say("accept_tos").await, 404);
    write(&fixture, "/pages/terms-of-service/en", "one").await;
    assert_eq!(said().await, (json!(false), json!(false)));
    assert_eq!(say("accept_tos").await, 200);
    assert_eq!(said().await, (json!(true), json!(true)));
    let publish =
        async |who: &Who| fixture.request("PUT", "/pages/terms-of-service/publish-change").of(Some(who)).send().await;
    assert_eq!(publish(&fixture.owner).await.status, 403);
    assert_eq!(publish(&fixture.admin).await.json()["flaneur:version"], 2);
    assert_eq!(said().await, (json!(true), json!(false)));
    assert_eq!(say("tos_read").await, 200);
    assert_eq!(said().await, (json!(true), json!(true)));
    let terms = fixture.request("GET", "/users/me/terms").of(Some(&fixture.owner)).send().await.json();
    assert_eq!((&terms["version"], &terms["answers"][1]["accepted_at"]), (&json!(2), &Value::Null));
    assert_eq!(terms["answers"][0]["accepted_at"], "2026-11-23T12:00:00Z");
    // Of others nobody is told.
    let seen = fixture.get(&format!("/users/{}", fixture.owner.account.id)).await.json();
    assert_eq!(seen.get("tos_accepted"), None);
    assert_eq!(fixture.request("POST", "/users/me/accept_tos").send().await.status, 401);
}

#[tokio::test]
async fn who_did_not_agree_does_not_upload_where_that_is_asked_for() {
    let fixture = FixtureBuilder::default().settings(|settings| settings.enforce_terms = true).build().await;
    let begin = async || {
        fixture.request("POST", "/upload_sets").of(Some(&fixture.owner)).json(&json!({ "title": "x" })).send().await
    };
    assert_eq!(begin().await.status, 200, "there are no terms");
    write(&fixture, "/pages/terms-of-service/en", "one").await;
    let refused = begin().await;
    assert_eq!((refused.status, &refused.json()["reason"]), (403, &json!("terms_not_accepted")));
    assert!(refused.text().contains("https://pics.example.org/account"), "{}", refused.text());
    assert_eq!(fixture.get("/configuration").await.json()["auth"]["enforce_tos_acceptance"], true);
    fixture.request("POST", "/users/me/accept_tos").of(Some(&fixture.owner)).send().await;
    assert_eq!(begin().await.status, 200);
    // A change is for reading; who agreed once goes on.
    fixture.request("PUT", "/pages/terms-of-service/publish-change").of(Some(&fixture.admin)).send().await;
    assert_eq!(begin().await.status, 200);
}
