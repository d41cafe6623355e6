//! Reports through the API: who may, what they hide, what is refused, and who is told what.

use serde_json::{Value, json};

use crate::testing::{Answer, Fixture, FixtureBuilder, Seeded, Who, fixture, link};

async fn report(fixture: &Fixture, who: Option<&Who>, body: &Value) -> Answer {
    fixture.request("POST", "/reports").of(who).json(body).send().await
}

async fn patch(fixture: &Fixture, who: Option<&Who>, id: &Value, body: &Value) -> Answer {
    let path = format!("/reports/{}", id.as_str().unwrap());
    fixture.request("PATCH", &path).of(who).json(body).send().await
}

async fn read(fixture: &Fixture, who: Option<&Who>, path: &str) -> Answer {
    fixture.request("GET", path).of(who).send().await
}

fn about(sequence: &Seeded, number: usize, issue: &str) -> Value {
    json!({ "issue": issue, "picture_id": sequence.pictures[number], "sequence_id": sequence.id })
}

fn path_of(report: &Value) -> String {
    format!("/reports/{}", report["id"].as_str().unwrap())
}

/// Every address that tells of a picture or shows it.
fn addresses(sequence: &Seeded, number: usize) -> Vec<String> {
    let picture = sequence.pictures[number];
    let mut all = vec![format!("/collections/{}/items/{picture}", sequence.id), format!("/pictures/{picture}")];
    all.extend(["hd", "sd", "thumb"].map(|file| format!("/pictures/{picture}/{file}.jpg")));
    all.extend([format!("/pictures/{picture}/edits"), format!("/pictures/{picture}/redactions")]);
    all
}

#[tokio::test]
async fn what_is_reported_is_hidden_at_every_address_and_shown_again() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let body = json!({
        "issue": "blur_missing", "picture_id": sequence.pictures[0], "sequence_id": sequence.id,
        "reporter_email": "a@example.org", "reporter_comments": " The van's plate ",
    });
    let answer = report(&fixture, None, &body).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    let made = answer.json();
    assert_eq!((&made["status"], &made["flaneur:withheld"]), (&json!("open_autofix"), &json!(true)));
    assert_eq!(made["picture_id"], json!(sequence.pictures[0]));
    assert_eq!(made["reporter_comments"], "The van's plate");
    assert!(made.get("reporter_email").is_none() && made.get("reporter_account_id").is_none(), "{made}");

    for path in addresses(&sequence, 0) {
        for who in [None, Some(&fixture.other)] {
            let answer = read(&fixture, who, &path).await;
            // What only owners are told is another's in any case.
            assert!(matches!(answer.status, 401 | 403 | 404), "{path}: {}", answer.status);
        }
        assert_eq!(read(&fixture, Some(&fixture.owner), &path).await.status, 200, "{path}");
    }
    let search = format!("/search?ids={}", sequence.pictures[0]);
    assert_eq!(fixture.get(&search).await.json()["features"], json!([]));
    let items = fixture.get(&format!("/collections/{}/items", sequence.id)).await.json();
    assert!(!items.to_string().contains(&sequence.pictures[0].to_string()), "nor is it told as a neighbour");
    let item = read(&fixture, Some(&fixture.owner), &format!("/pictures/{}", sequence.pictures[0])).await.json();
    assert_eq!(item["properties"]["flaneur:withheld"], true);
    assert_eq!(item["properties"]["geovisio:visibility"], "owner-only");

    let closed =
        patch(&fixture, Some(&fixture.admin), &made["id"], &json!({ "status": "closed_ignored" })).await.json();
    assert_eq!((&closed["status"], &closed["flaneur:withheld"]), (&json!("closed_ignored"), &json!(false)));
    let item = fixture.get(&format!("/pictures/{}", sequence.pictures[0])).await;
    assert_eq!((item.status, item.json()["properties"].get("flaneur:withheld")), (200, None));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let picture = sequence.pictures[0];
    for body in [
        json!({}),
        json!({ "issue": "nope", "picture_id": picture }),
        json!({ "issue": 5, "picture_id": picture }),
        json!({ "issue": "other" }),
        json!({ "issue": "other", "picture_id": "x" }),
        json!({ "issue": "other", "picture_id": picture, "reporter_email": "somebody" }),
        json!({ "issue": "other", "picture_id": picture, "reporter_email": "a b@example.org" }),
        json!({ "issue": "other", "picture_id": picture, "reporter_comments": "x".repeat(4001) }),
        json!({ "issue": "other", "picture_id": picture, "reporter_comments": ["x"] }),
    ] {
        let answer = report(&fixture, None, &body).await;
        let told = answer.json();
        assert_eq!((answer.status, &told["message"]), (400, &json!("Impossible to create a Report")), "{body}");
        assert!(told["details"][0]["error"].is_string(), "{told}");
    }
    let nothing = json!({ "issue": "privacy", "picture_id": sequence.id });
    assert_eq!(report(&fixture, None, &nothing).await.status, 404);
    let nothing = json!({ "issue": "privacy", "sequence_id": picture });
    assert_eq!(report(&fixture, None, &nothing).await.status, 404);
    // What the web viewer sends where nothing was filled in.
    let empty = json!({ "issue": "other", "picture_id": picture, "sequence_id": null, "reporter_email": "", "reporter_comments": null });
    assert_eq!(report(&fixture, None, &empty).await.status, 200);
    assert_eq!(
        fixture
            .request("POST", "/reports")
            .body("issue=other")
            .header("content-type", "text/plain")
            .send()
            .await
            .status,
        415
    );
}

#[tokio::test]
async fn what_one_does_not_see_one_does_not_report() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let hide = json!({ "visibility": "owner-only" });
    let path = format!("/pictures/{}", sequence.pictures[0]);
    assert_eq!(fixture.request("PATCH", &path).of(Some(&fixture.owner)).json(&hide).send().await.status, 200);
    assert_eq!(report(&fixture, Some(&fixture.other), &about(&sequence, 0, "privacy")).await.status, 404);
    assert_eq!(report(&fixture, Some(&fixture.owner), &about(&sequence, 0, "privacy")).await.status, 200);
}

#[tokio::test]
async fn the_operator_s_rule_holds() {
    let fixture =
        FixtureBuilder::default().settings(|settings| settings.anonymous_reports_withhold = false).build().await;
    let sequence = fixture.sequence().await;
    let status = async |who, body: Value| report(&fixture, who, &body).await.json()["status"].clone();
    assert_eq!(status(None, about(&sequence, 0, "privacy")).await, "open");
    assert_eq!(status(Some(&fixture.other), about(&sequence, 0, "privacy")).await, "open_autofix");
    assert_eq!(status(Some(&fixture.other), about(&sequence, 1, "mislocated")).await, "open");
    let never = FixtureBuilder::default().settings(|settings| settings.reports_to_withhold = 0).build().await;
    let sequence = never.sequence().await;
    let made = report(&never, Some(&never.other), &about(&sequence, 0, "privacy")).await.json();
    assert_eq!(made["status"], "open");
    // A moderator can still withhold it.
    let withheld = patch(&never, Some(&never.admin), &made["id"], &json!({ "flaneur:withheld": true })).await.json();
    assert_eq!((&withheld["status"], &withheld["flaneur:withheld"]), (&json!("open"), &json!(true)));
    assert_eq!(never.get(&format!("/pictures/{}", sequence.pictures[0])).await.status, 404);
}

#[tokio::test]
async fn who_is_told_what() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let body = json!({ "issue": "other", "picture_id": sequence.pictures[0], "reporter_email": "a@example.org" });
    let made = report(&fixture, Some(&fixture.other), &body).await.json();
    let path = path_of(&made);
    assert_eq!(read(&fixture, None, &path).await.json()["message"], "Only authenticated users can access reports");
    for (who, tells_all) in [(&fixture.other, false), (&fixture.owner, false), (&fixture.admin, true)] {
        let told = read(&fixture, Some(who), &path).await.json();
        assert_eq!(told["issue"], "other");
        for field in ["reporter_email", "reporter_account_id", "owner_account_id", "history"] {
            assert_eq!(told.get(field).is_some(), tells_all, "{field} in {told}");
        }
    }
    let nobody = report(&fixture, None, &about(&sequence, 1, "other")).await.json();
    assert_eq!(read(&fixture, Some(&fixture.other), &path_of(&nobody)).await.status, 403);
    let unknown = format!("/reports/{}", sequence.id);
    assert_eq!(read(&fixture, None, &unknown).await.status, 401);
    assert_eq!(read(&fixture, Some(&fixture.other), &unknown).await.status, 404);
}

#[tokio::test]
async fn a_case_can_be_followed_without_an_account() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let made = report(&fixture, None, &about(&sequence, 0, "privacy")).await.json();
    let (case, status) = (link(&made, "case").unwrap(), link(&made, "status").unwrap());
    let key = case.rsplit_once('#').unwrap().1;
    assert_eq!(case, format!("https://pics.example.org{}#{key}", path_of(&made)));
    let told = fixture.get(&status).await;
    assert_eq!((told.status, told.header("cache-control")), (200, "private, no-cache"));
    assert!(told.json()["message"].as_str().unwrap().starts_with("Nobody looked at it yet"), "{}", told.text());
    let reason = json!({ "status": "closed_solved", "resolver_comments": "The plate is covered now", "flaneur:withheld": false });
    assert_eq!(patch(&fixture, Some(&fixture.admin), &made["id"], &reason).await.status, 200);
    let told = fixture.get(&status).await.json();
    assert_eq!(told["resolver_comments"], "The plate is covered now");
    assert_eq!((&told["flaneur:resolver_role"], &told["flaneur:roles"]), (&json!("moderator"), &json!(["reporter"])));
    assert_eq!(told["flaneur:answers"][0]["comments"], "The plate is covered now");
    assert!(told["flaneur:answers"][0].get("account").is_none(), "{told}");
    assert_eq!(told["message"], "It was right, and what was wrong is so no more.");
    for key in ["", "x", &key[1..]] {
        assert_eq!(fixture.get(&format!("{}?key={key}", path_of(&made))).await.status, 401, "{key}");
    }
    // The key is for reading.
    let path = format!("{}?key={key}", path_of(&made));
    assert_eq!(fixture.request("PATCH", &path).json(&json!({ "status": "waiting" })).send().await.status, 401);
}

#[tokio::test]
async fn who_may_decide_what() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let (owner, other, admin) = (Some(&fixture.owner), Some(&fixture.other), Some(&fixture.admin));
    let set = |status: &str| json!({ "status": status });
    let plain = report(&fixture, other, &about(&sequence, 0, "other")).await.json();
    let id = &plain["id"];
    assert_eq!(patch(&fixture, None, id, &set("waiting")).await.status, 401);
    for refused in
        [set("closed_ignored"), set("open"), json!({ "resolver_comments": "x" }), json!({ "issue": "privacy" })]
    {
        assert_eq!(patch(&fixture, other, id, &refused).await.status, 403, "{refused}");
    }
    for refused in [
        set("open"),
        json!({ "issue": "privacy" }),
        json!({ "reporter_email": null }),
        json!({ "flaneur:withheld": true }),
    ] {
        assert_eq!(patch(&fixture, owner, id, &refused).await.status, 403, "{refused}");
    }
    for refused in [
        set("open_autofix"),
        set("x"),
        json!({ "status": 1 }),
        json!({ "admin": true }),
        json!({ "flaneur:withheld": 1 }),
    ] {
        assert_eq!(patch(&fixture, admin, id, &refused).await.status, 400, "{refused}");
    }
    let unchanged = patch(&fixture, owner, id, &json!({})).await.json();
    assert_eq!(unchanged["status"], "open");
    let answered = json!({ "status": "closed_ignored", "resolver_comments": "All is well" });
    assert_eq!(patch(&fixture, owner, id, &answered).await.json()["resolver_comments"], "All is well");
    assert_eq!(patch(&fixture, other, id, &set("waiting")).await.status, 409, "it is closed");
    assert_eq!(patch(&fixture, admin, id, &set("open")).await.json()["status"], "open");

    // By when it is to be decided: told to administrators, while it is open.
    let due = |document: &Value| document["flaneur:due"].as_str().map(|due| due.parse::<jiff::Timestamp>().unwrap());
    let reopened = read(&fixture, admin, &path_of(&plain)).await.json();
    let opened: jiff::Timestamp = reopened["ts_opened"].as_str().unwrap().parse().unwrap();
    assert_eq!(due(&reopened), Some(opened + jiff::SignedDuration::from_hours(30 * 24)));
    assert_eq!(due(&read(&fixture, admin, "/reports").await.json()["reports"][0]), due(&reopened));
    assert_eq!(due(&read(&fixture, owner, &path_of(&plain)).await.json()), None);
    assert_eq!(due(&patch(&fixture, admin, id, &set("closed_solved")).await.json()), None);

    // Whoever is reported does not lift what a report does.
    let urgent = report(&fixture, other, &about(&sequence, 1, "privacy")).await.json();
    let id = &urgent["id"];
    for status in ["closed_solved", "closed_ignored"] {
        assert_eq!(patch(&fixture, owner, id, &set(status)).await.status, 403);
    }
    let waiting =
        patch(&fixture, owner, id, &json!({ "status": "waiting", "resolver_comments": "See now" })).await.json();
    assert_eq!((&waiting["status"], &waiting["flaneur:withheld"]), (&json!("waiting"), &json!(true)));
    let show = json!({ "visibility": "anyone" });
    let path = format!("/pictures/{}", sequence.pictures[1]);
    assert_eq!(fixture.request("PATCH", &path).of(owner).json(&show).send().await.status, 200);
    assert_eq!(fixture.get(&path).await.status, 404);
    // Whoever reported can take it back.
    let back = patch(&fixture, other, id, &set("closed_solved")).await.json();
    assert_eq!((&back["status"], &back["flaneur:withheld"]), (&json!("closed_solved"), &json!(false)));
    assert_eq!(fixture.get(&path).await.status, 200);
}

#[tokio::test]
async fn reports_are_listed_for_whom_they_concern() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let (owner, other, admin) = (Some(&fixture.owner), Some(&fixture.other), Some(&fixture.admin));
    let mut ids = Vec::new();
    for (who, number, issue) in [(None, 0, "privacy"), (other, 1, "other"), (other, 0, "other")] {
        fixture.clock.advance(jiff::SignedDuration::from_secs(1));
        // What is withheld is reported by who sees it.
        let who = if number == 0 && issue == "other" { owner } else { who };
        ids.insert(0, report(&fixture, who, &about(&sequence, number, issue)).await.json()["id"].clone());
    }
    let listed = async |who, path: &str| {
        let answer = read(&fixture, who, path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let reports = answer.json()["reports"].as_array().unwrap().clone();
        reports.into_iter().map(|report| report["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(listed(admin, "/reports").await, ids);
    let oldest_first: Vec<_> = ids.iter().rev().cloned().collect();
    for sortby in ["ts_opened", "%2Bts_opened", "+ts_opened"] {
        assert_eq!(listed(admin, &format!("/reports?sortby={sortby}")).await, oldest_first, "{sortby}");
    }
    assert_eq!(listed(owner, "/users/me/reports").await, ids);
    assert_eq!(listed(other, "/users/me/reports").await, ids[1..2]);
    assert_eq!(listed(owner, "/users/me/reports?filter=reporter%20%3D%20'me'").await, ids[..1]);
    assert_eq!(listed(admin, "/reports?filter=issue='privacy'").await, ids[2..]);
    assert_eq!(listed(admin, "/reports?filter=reporter%20IS%20NULL").await, ids[2..]);
    let his = format!("/reports?filter=owner='{}'%20AND%20status%20IN%20('open')", fixture.owner.account.id);
    assert_eq!(listed(admin, &his).await, ids[..2]);
    assert_eq!(listed(admin, "/reports?filter=owner='me'").await, [json!(null); 0]);
    for wrong in [
        "/reports?filter=admin=1",
        "/reports?filter=semantics.a='b'",
        "/reports?page=x",
        "/reports?limit=0",
        "/reports?filter=owner='you'",
        "/reports?sortby=status",
    ] {
        assert_eq!(read(&fixture, admin, wrong).await.status, 400, "{wrong}");
    }
    for (sortby, expected) in [("-ts_opened", &ids), ("ts_opened", &oldest_first)] {
        let filter = "filter=ts_opened%3E'2020-01-01'";
        let (mut paged, mut next) = (Vec::new(), format!("/reports?limit=1&sortby={sortby}&{filter}"));
        loop {
            let page = read(&fixture, admin, &next).await.json();
            paged.extend(page["reports"].as_array().unwrap().iter().map(|report| report["id"].clone()));
            let Some(href) = link(&page, "next") else { break };
            next = href;
        }
        assert_eq!(paged, *expected);
    }
    for path in ["/reports", "/admin/reports/stats", "/admin/reports/log"] {
        assert_eq!((read(&fixture, None, path).await.status, read(&fixture, owner, path).await.status), (401, 403));
    }
    assert_eq!(read(&fixture, None, "/users/me/reports").await.status, 401);
    let stats = read(&fixture, admin, "/admin/reports/stats").await.json();
    let expected = json!({
        "total": 3, "unresolved": 3,
        "by_status": { "open": 2, "open_autofix": 1, "waiting": 0, "closed_solved": 0, "closed_ignored": 0 },
        "by_status_issue": { "open": { "other": 2 }, "open_autofix": { "privacy": 1 } },
    });
    assert_eq!(stats, expected);
    patch(&fixture, admin, &ids[0], &json!({ "status": "closed_solved", "resolver_comments": "Thanks" })).await;
    let (mut log, mut next) = (Vec::new(), "/admin/reports/log?limit=3".to_owned());
    loop {
        let page = read(&fixture, admin, &next).await.json();
        log.extend(page["events"].as_array().unwrap().clone());
        let Some(href) = link(&page, "next") else { break };
        next = href;
    }
    assert_eq!(log.len(), 4);
    assert_eq!(
        (&log[0]["role"], &log[0]["account"]["name"], &log[0]["comments"]),
        (&json!("moderator"), &json!("admin"), &json!("Thanks"))
    );
    assert_eq!(read(&fixture, admin, "/admin/reports/log?page=1_2").await.status, 400);
}

#[tokio::test]
async fn there_is_a_pace() {
    let fixture = FixtureBuilder::default().settings(|settings| settings.max_reports_per_minute = 2).build().await;
    let sequence = fixture.sequence().await;
    let send = async |who| report(&fixture, who, &about(&sequence, 0, "other")).await.status;
    assert_eq!((send(None).await, send(None).await, send(None).await), (200, 200, 429));
    assert_eq!(send(Some(&fixture.other)).await, 200);
    fixture.clock.advance(jiff::SignedDuration::from_secs(60));
    assert_eq!(send(None).await, 200);
}

#[tokio::test]
async fn the_same_said_twice_is_one_report() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let send = async || report(&fixture, Some(&fixture.other), &about(&sequence, 0, "other")).await.json();
    let (first, second) = (send().await, send().await);
    assert_eq!(first["id"], second["id"]);
    assert!(link(&first, "case").is_some() && link(&second, "case") == link(&first, "case"), "it is not lost");

    // Who is not signed in is known by their network, where others are, too: what one wrote is not the other's to read.
    let said =
        json!({ "issue": "mislocated", "picture_id": sequence.pictures[0], "reporter_comments": "I live there" });
    let (one, other) = (report(&fixture, None, &said).await.json(), report(&fixture, None, &said).await.json());
    assert_eq!(one["id"], other["id"]);
    assert!(one.to_string().contains("I live there") && !other.to_string().contains("I live there"), "{other}");
    assert_eq!((link(&one, "edit"), link(&other, "edit")), (None, None), "they may do nothing about it");
    assert!(link(&one, "case").is_some() && link(&other, "case").is_none(), "nor is the case the other's to follow");
}

#[tokio::test]
async fn a_file_s_line_says_why_its_picture_is_hidden() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    report(&fixture, None, &about(&sequence, 0, "privacy")).await;
    let files =
        read(&fixture, Some(&fixture.owner), &format!("/upload_sets/{}/files", sequence.upload_set)).await.json();
    let hidden: Vec<&Value> =
        files["files"].as_array().unwrap().iter().filter(|file| file["state"] == "hidden").collect();
    assert_eq!(hidden.len(), 1, "{files}");
    assert!(hidden[0]["message"].as_str().unwrap().contains("reported"), "{files}");
}
