//! Who reported something hears by mail what becomes of it, whose it is what becomes of theirs, and moderators hear that there is
//! something to decide.

use flaneur_e2e::{Client, Inbox, Photo, Placement, SHORT, Server, ServerOptions, text, until};
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::run_in_browser;

/// A server that hands its mails in there.
fn server(inbox: &Inbox) -> Server {
    options(inbox).with(&["--public-url", "https://street.example.org"]).start()
}

fn options(inbox: &Inbox) -> ServerOptions {
    let smtp = inbox.url();
    let mails =
        ["--smtp", &smtp, "--mail-from", "A town <street@example.org>", "--moderators-email", "town@example.org"];
    ServerOptions::default().with(&mails)
}

async fn mails(inbox: &Inbox, count: usize) -> Vec<Value> {
    let come = async || Some(inbox.mails()).filter(|mails| mails.len() >= count);
    until(&format!("{count} mails come"), SHORT, come).await
}

async fn report(client: &Client, picture: &str, issue: &str, email: &str) -> Value {
    let comments = "Buy things at https://spam.example";
    let report =
        json!({ "issue": issue, "picture_id": picture, "reporter_email": email, "reporter_comments": comments });
    client.post("/api/reports", &report).await.ok().json()
}

#[tokio::test]
async fn who_reported_hears_of_it_by_mail() {
    let inbox = Inbox::start();
    let server = server(&inbox);
    let (admin, alice, nobody) = (server.admin(), server.account("alice"), server.anonymous());
    let photo = Photo::textured(2000, 1500, 1).at(Placement::walk(0));
    let state = alice.upload("one", vec![("one.jpg".to_owned(), photo)]).await;
    let picture = text(&alice.items(&state).await[0], "/id");

    let made = report(&nobody, &picture, "mislocated", "rita@example.org").await;
    let first = mails(&inbox, 2).await;
    let [moderators, received] = &first[..] else { panic!("{first:?}") };
    assert_eq!(moderators["to"], json!(["town@example.org"]));
    assert!(
        text(moderators, "/text").contains("Reports that wait: 1\nhttps://street.example.org/reports\n"),
        "{moderators}"
    );
    assert_eq!((&received["to"], &received["automatic"]), (&json!(["rita@example.org"]), &json!("auto-generated")));
    assert!(text(received, "/from").contains("street@example.org"), "{received}");
    assert!(
        text(received, "/text").contains("wrong place") && text(received, "/text").contains("Bonjour"),
        "{received}"
    );

    // The link in it follows the case without an account.
    let body = text(received, "/text");
    let link = body.lines().find_map(|line| line.strip_prefix("https://street.example.org/reports/")).unwrap();
    let (id, key) = link.trim().split_once('#').unwrap();
    assert_eq!(id, text(&made, "/id"));
    assert_eq!(nobody.json(&format!("/api/reports/{id}?key={key}")).await["status"], "open");

    // No mailbox there, and who leaves no address: nothing comes, and nothing waits for that.
    report(&nobody, &picture, "picture_low_quality", "nobody@example.org").await;
    let silent = json!({ "issue": "other", "picture_id": picture, "reporter_comments": "Something else" });
    nobody.post("/api/reports", &silent).await.ok();
    for (status, why) in [("waiting", "We ask around"), ("closed_solved", "It was moved, thank you")] {
        let decision = json!({ "status": status, "resolver_comments": why });
        admin.tell(Method::PATCH, &format!("/api/reports/{id}"), &decision).await.ok();
    }
    let all = mails(&inbox, 3).await;
    assert_eq!(all.len(), 3, "{all:?}");
    let decided = &all[2];
    assert_eq!(decided["to"], json!(["rita@example.org"]));
    let told = text(decided, "/text");
    for part in ["Something was done about it.", "It was moved, thank you", "est clos", link.trim()] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("We ask around"), "{told}");
    assert_ne!(decided["id"], received["id"]);
    for mail in &all {
        assert!(
            !mail.to_string().contains("spam"),
            "nothing of what a reporter wrote goes to an address that anybody gave"
        );
    }
    for secret in ["rita@example.org", key] {
        assert!(!server.log().join("\n").contains(secret), "the log holds {secret}");
    }
}

/// Whoever knows somebody's address has few mails sent to it.
#[tokio::test]
async fn an_address_gets_few_mails_a_day() {
    let inbox = Inbox::start();
    let server = server(&inbox);
    let (alice, nobody) = (server.account("alice"), server.anonymous());
    let photos = (0..12).map(|n| (format!("{n}.jpg"), Photo::textured(1200, 900, n).at(Placement::walk(n)))).collect();
    let state = alice.upload("twelve", photos).await;
    let reporters: Vec<Client> = (0..3).map(|n| server.account(&format!("reporter-{n}"))).collect();
    for (n, item) in alice.items(&state).await.iter().enumerate() {
        report(&reporters[n % 3], &text(item, "/id"), "mislocated", "victim@example.org").await;
    }
    let silent = json!({ "issue": "other", "sequence_id": alice.items(&state).await[0]["collection"], "reporter_email": "last@example.org" });
    nobody.post("/api/reports", &silent).await.ok();
    let to = |whom: &str| inbox.mails().iter().filter(|mail| mail["to"] == json!([whom])).count();
    until("the last report is told", SHORT, async || (to("last@example.org") == 1).then_some(())).await;
    assert_eq!((to("victim@example.org"), to("town@example.org")), (10, 1));
}

/// The key in a link to where an address is confirmed.
fn key_of(mail: &Value) -> String {
    let written = text(mail, "/text");
    let key = written.lines().find_map(|line| line.strip_prefix("https://street.example.org/mail#"));
    key.expect("a link").trim().to_owned()
}

#[tokio::test]
async fn whose_it_is_hears_by_mail_what_became_of_it_and_why() {
    let inbox = Inbox::start();
    let server = server(&inbox);
    let (admin, alice, nobody) = (server.admin(), server.account("alice"), server.anonymous());
    let to_alice = || -> Vec<Value> {
        inbox.mails().into_iter().filter(|mail| mail["to"] == json!(["alice@example.org"])).collect()
    };
    let come = async |count: usize| {
        let come = async || Some(to_alice()).filter(|mails| mails.len() >= count);
        until(&format!("{count} mails come to alice"), SHORT, come).await.pop().unwrap()
    };
    let photo = Photo::textured(2000, 1500, 1).at(Placement::walk(0));
    let state = alice.upload("one", vec![("one.jpg".to_owned(), photo)]).await;
    let picture = text(&alice.items(&state).await[0], "/id");

    // Nothing but the link goes there before it is opened.
    let given = alice.tell(Method::PUT, "/api/users/me/mail", &json!({ "address": "alice@example.org" })).await;
    assert_eq!(given.ok().json()["confirmed_at"], Value::Null);
    let key = key_of(&come(1).await);
    let made = report(&nobody, &picture, "privacy", "rita@example.org").await;
    let told_rita = async || inbox.mails().iter().any(|mail| mail["to"] == json!(["rita@example.org"])).then_some(());
    until("who reported is told", SHORT, told_rita).await;
    assert_eq!(
        nobody.post("/api/auth/mail/confirm", &json!({ "key": key })).await.ok().json()["address"],
        "alice@example.org"
    );
    assert_eq!(alice.json("/api/users/me/mail").await["offered"], true);

    // A moderator decides, for a reason that she reads; then she hears no more.
    let path = format!("/api/reports/{}", text(&made, "/id"));
    let shown = json!({ "status": "waiting", "flaneur:withheld": false, "resolver_comments": "A door, no face" });
    admin.tell(Method::PATCH, &path, &shown).await.ok();
    let mail = come(2).await;
    let body = text(&mail, "/text");
    for part in ["no longer hidden", "A moderator decided so.", "A door, no face", "plus masquée", &path[4..]] {
        assert!(body.contains(part), "{part}: {body}");
    }
    assert!(!body.contains("rita") && !body.contains("spam"), "neither who reported nor what they wrote: {body}");
    assert_eq!(key_of(&mail), key);
    let hidden =
        json!({ "status": "closed_solved", "flaneur:withheld": true, "resolver_comments": "It shows a garden" });
    admin.tell(Method::PATCH, &path, &hidden).await.ok();
    let body = text(&come(3).await, "/text");
    for part in ["Others do not see it any more.", "found to be right", "It shows a garden", "jugé fondé"] {
        assert!(body.contains(part), "{part}: {body}");
    }
    nobody.post("/api/auth/mail/refuse", &json!({ "key": key })).await.ok();
    assert_eq!(nobody.post("/api/auth/mail/confirm", &json!({ "key": key })).await.status, 404);
    let again = json!({ "status": "closed_ignored", "flaneur:withheld": false });
    admin.tell(Method::PATCH, &path, &again).await.ok();
    let rita = json!(["rita@example.org"]);
    let told = async || (inbox.mails().iter().filter(|mail| mail["to"] == rita).count() >= 3).then_some(());
    until("who reported is told again", SHORT, told).await;
    assert_eq!(to_alice().len(), 3);
    for secret in ["alice@example.org", &key] {
        assert!(!server.log().join("\n").contains(secret), "the log holds {secret}");
    }
}

#[tokio::test]
async fn whose_it_is_hears_why_it_was_deleted() {
    let inbox = Inbox::start();
    let server = server(&inbox);
    let (admin, alice, nobody) = (server.admin(), server.account("alice"), server.anonymous());
    let photos = (0..4).map(|n| (format!("{n}.jpg"), Photo::textured(1200, 900, n).at(Placement::walk(n)))).collect();
    let state = alice.upload("four", photos).await;
    let items = alice.items(&state).await;
    let paths: Vec<String> = items
        .iter()
        .map(|item| format!("/api/collections/{}/items/{}", text(item, "/collection"), text(item, "/id")))
        .collect();
    alice.tell(Method::PUT, "/api/users/me/mail", &json!({ "address": "alice@example.org" })).await.ok();
    let key = key_of(&mails(&inbox, 1).await[0]);
    nobody.post("/api/auth/mail/confirm", &json!({ "key": key })).await.ok();
    let reported = report(&nobody, &text(&items[0], "/id"), "privacy", "rita@example.org").await;
    // The moderators, who reported, and the uploader.
    mails(&inbox, 4).await;

    let delete = async |who: &Client, path: &str| who.send(who.request(Method::DELETE, path)).await.status;
    // What makes no sense deletes nothing.
    for wrong in ["issue=garden".to_owned(), format!("reasons={}", "x".repeat(801))] {
        assert_eq!(delete(&admin, &format!("{}?{wrong}", paths[0])).await, 400, "{wrong}");
    }
    assert_eq!(delete(&nobody, &format!("{}?issue=privacy", paths[0])).await, 401);
    // What is hidden is not there for others.
    for (path, refused) in [(&paths[0], 404), (&paths[1], 403)] {
        assert_eq!(delete(&server.account("eve"), &format!("{path}?issue=privacy")).await, refused);
    }
    let why = "issue=privacy&reasons=It%20shows%20a%20garden%20%26%20a%20pool";
    assert_eq!(delete(&admin, &format!("{}?{why}", paths[0])).await, 204);
    let come = async |to: &str, count: usize| {
        let of = || inbox.mails().into_iter().filter(|mail| mail["to"] == json!([to])).collect::<Vec<_>>();
        until(&format!("{count} mails come to {to}"), SHORT, async || Some(of()).filter(|all| all.len() >= count))
            .await
            .pop()
            .unwrap()
    };
    let mail = come("alice@example.org", 3).await;
    let body = text(&mail, "/text");
    for part in
        ["was deleted: it shows what is private", "A moderator decided so.", "It shows a garden & a pool", "supprimée"]
    {
        assert!(body.contains(part), "{part}: {body}");
    }
    assert!(text(&mail, "/subject").contains("something of yours was deleted"), "{mail}");
    assert!(!body.contains("reported") && !body.contains("admin"), "nothing of who: {body}");
    assert!(text(&come("rita@example.org", 2).await, "/text").contains("It was deleted since."));

    // The case that the mail leads to says the same, to her and to nobody else, and she may answer.
    let case = body.lines().find_map(|line| line.strip_prefix("https://street.example.org/reports/")).unwrap().trim();
    let path = format!("/api/reports/{case}");
    assert_ne!(case, text(&reported, "/id"));
    let told = alice.json(&path).await;
    assert_eq!((&told["issue"], &told["status"]), (&json!("privacy"), &json!("closed_solved")));
    assert_eq!(told["flaneur:answers"][0]["comments"], "It shows a garden & a pool", "{told}");
    assert_eq!(told["flaneur:roles"], json!(["owner"]));
    assert_eq!(nobody.get(&path).await.status, 401);
    assert_eq!(server.account("mallory").get(&path).await.status, 403);

    // A sequence at once, without a word; what somebody deletes of their own is nobody's business.
    assert_eq!(delete(&alice, &paths[1]).await, 204);
    assert_eq!(delete(&admin, &format!("/api/collections/{}", text(&items[2], "/collection"))).await, 204);
    let body = text(&come("alice@example.org", 4).await, "/text");
    assert!(body.contains("a sequence of pictures of yours was deleted: something else."), "{body}");
    assert!(!body.contains("reasons given"), "{body}");
    let log = admin.json("/api/admin/reports/log").await.to_string();
    assert_eq!(log.matches("\"moderator\"").count(), 2, "{log}");
}

/// Whoever has an account cannot have any number of mails sent to people.
#[tokio::test]
async fn few_addresses_are_asked_a_day() {
    let inbox = Inbox::start();
    let server = server(&inbox);
    let (alice, carol) = (server.account("alice"), server.account("carol"));
    let give = async |who: &Client, address: &str| {
        who.tell(Method::PUT, "/api/users/me/mail", &json!({ "address": address })).await.status
    };
    for wrong in ["", "alice", "alice@", "a@example.org\r\nBcc: b@example.org", "a b@example.org"] {
        assert_eq!(give(&alice, wrong).await, 400, "{wrong}");
    }
    for n in 0..5 {
        assert_eq!(give(&alice, &format!("victim{n}@example.org")).await, 200);
    }
    assert_eq!(give(&alice, "victim5@example.org").await, 429);
    // Nor do several together have one person written to more often.
    for _ in 0..4 {
        assert_eq!(give(&carol, "Victim0@example.org").await, 200);
    }
    assert_eq!(give(&carol, "victim0@example.org").await, 429);
    let silent = ServerOptions::default().start();
    let bob = silent.account("bob");
    let refused = bob.tell(Method::PUT, "/api/users/me/mail", &json!({ "address": "bob@example.org" })).await;
    assert_eq!(refused.status, 409);
    assert_eq!(bob.json("/api/users/me/mail").await["offered"], false);
}

#[tokio::test]
async fn an_address_is_given_and_confirmed_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mails");
    std::fs::write(&file, "").unwrap();
    let inbox = Inbox::into_file(&file);
    // Pages that are not where it says it is may not write by their cookies.
    let server = options(&inbox).public().start();
    let account = server.commands().token("grace");
    let given = [("FLANEUR_ACCOUNT", account), ("FLANEUR_MAILS", file.display().to_string())];
    run_in_browser(&server, "tests/mail.test.mjs", &given).await;
}
