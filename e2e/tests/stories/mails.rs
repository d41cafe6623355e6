//! Who reported something hears by mail what becomes of it, and moderators hear that there is something to decide.

use flaneur_e2e::{Client, Inbox, Photo, Placement, SHORT, Server, ServerOptions, text, until};
use reqwest::Method;
use serde_json::{Value, json};

/// A server that hands its mails in there.
fn server(inbox: &Inbox) -> Server {
    let smtp = inbox.url();
    let mails =
        ["--smtp", &smtp, "--mail-from", "A town <street@example.org>", "--moderators-email", "town@example.org"];
    ServerOptions::default().with(&mails).with(&["--public-url", "https://street.example.org"]).start()
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
