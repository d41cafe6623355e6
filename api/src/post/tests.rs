//! What becomes of mails that no server takes. What is in them, and that they come, is told by a story with a real server.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use flaneur_catalog::model::NoticeOutcome;
use jiff::SignedDuration;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};

use super::*;
use crate::testing::{Fixture, FixtureBuilder, HOST, fixture};

/// A mail server that answers every recipient so, and counts them.
async fn server(answer: &'static str) -> (Post, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let recipients = Arc::new(AtomicUsize::new(0));
    let counted = recipients.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let counted = counted.clone();
            tokio::spawn(async move {
                let (reader, mut writer) = socket.split();
                let mut lines = BufReader::new(reader).lines();
                writer.write_all(b"220 mail.test\r\n").await.unwrap();
                while let Ok(Some(line)) = lines.next_line().await {
                    let said = match line.get(..4) {
                        Some("RCPT") => {
                            counted.fetch_add(1, Relaxed);
                            answer
                        }
                        _ => "250 OK",
                    };
                    if writer.write_all(format!("{said}\r\n").as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (post(&format!("smtp://{address}")), recipients)
}

fn post(server: &str) -> Post {
    Post {
        server: MailServer::new(server, "A town <town@example.org>").unwrap(),
        moderators: None,
        url: PublicUrl(HOST.to_owned()),
    }
}

/// Reports a picture whose owner is not to be told of it.
async fn report(fixture: &Fixture) {
    let picture = fixture.sequence().await.pictures[0];
    let report = json!({ "issue": "other", "picture_id": picture, "reporter_email": "rita@example.org" });
    assert_eq!(fixture.request("POST", "/reports").json(&report).send().await.status, 200);
}

async fn tell(fixture: &Fixture, post: &Post) -> bool {
    tell_next(&fixture.api, post, &mut None).await.unwrap()
}

#[tokio::test]
async fn what_is_put_off_is_tried_again_for_days() {
    let fixture = fixture().await;
    let (post, recipients) = server("451 try again later").await;
    report(&fixture).await;
    let mut pauses = Vec::new();
    let mut waited = SignedDuration::ZERO;
    let minute = SignedDuration::from_mins(1);
    while waited <= SignedDuration::from_hours(80) {
        if tell(&fixture, &post).await {
            pauses.push(waited.as_mins());
        }
        fixture.clock.advance(minute);
        waited += minute;
    }
    assert_eq!(pauses[..5], [0, 1, 3, 7, 15]);
    assert!(pauses.len() > 20 && pauses.windows(2).all(|pair| pair[1] - pair[0] <= 240), "{pauses:?}");
    assert_eq!(*pauses.last().unwrap() / 60 / 24, 3, "then it is given up: {pauses:?}");
    assert_eq!(recipients.load(Relaxed), pauses.len() - 1, "without asking once more");
}

#[tokio::test]
async fn what_is_refused_is_not_tried_again() {
    let fixture = fixture().await;
    let (post, recipients) = server("550 no such mailbox").await;
    report(&fixture).await;
    assert!(tell(&fixture, &post).await);
    fixture.clock.advance(SignedDuration::from_hours(24));
    assert!(!tell(&fixture, &post).await);
    assert_eq!(recipients.load(Relaxed), 1);
}

#[tokio::test]
async fn a_server_that_is_away_is_waited_for() {
    let fixture = fixture().await;
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    report(&fixture).await;
    assert!(tell(&fixture, &post(&format!("smtp://127.0.0.1:{port}"))).await);
    assert!(!tell(&fixture, &post("smtp://127.0.0.1:9")).await, "not at once");
    fixture.clock.advance(SignedDuration::from_mins(2));
    let now = fixture.api.world.now();
    let notice = fixture.api.catalog.take_notice(now + HOLD, now).await.unwrap().unwrap();
    assert_eq!(notice.attempts, 1);
}

/// Asking for a confirmation is tried as long as anything else, and a link that an account gave up asks nobody.
#[tokio::test]
async fn an_address_is_asked_until_it_is_changed() {
    let fixture = FixtureBuilder::default().settings(|settings| settings.mails = true).build().await;
    let (away, _) = server("451 try again later").await;
    let (post, recipients) = server("250 OK").await;
    let give = async |address: &str| {
        let put = fixture.request("PUT", "/users/me/mail").of(Some(&fixture.owner));
        assert_eq!(put.json(&json!({ "address": address })).send().await.status, 200);
    };
    give("ada@example.org").await;
    assert!(tell(&fixture, &away).await);
    assert!(!tell(&fixture, &post).await, "not at once");
    fixture.clock.advance(SignedDuration::from_mins(1));
    assert!(tell(&fixture, &post).await && !tell(&fixture, &post).await);
    assert_eq!(recipients.load(Relaxed), 1);

    // Another address is given while the first is written to: what becomes of that mail says nothing of the second.
    give("ada@example.net").await;
    let now = fixture.api.world.now();
    let notice = fixture.api.catalog.take_address_notice(now + HOLD, now).await.unwrap().unwrap();
    give("ada@example.com").await;
    assert!(!fixture.api.catalog.note_address_notice(&notice, NoticeOutcome::Mailed).await.unwrap());
    assert!(tell(&fixture, &post).await && !tell(&fixture, &post).await);
    assert_eq!(recipients.load(Relaxed), 2);
}

/// Who gets a mail server later does not write to those who reported long ago.
#[tokio::test]
async fn what_is_old_news_is_not_told() {
    let fixture = fixture().await;
    let (post, recipients) = server("250 OK").await;
    report(&fixture).await;
    fixture.clock.advance(SignedDuration::from_hours(73));
    assert!(tell(&fixture, &post).await && !tell(&fixture, &post).await);
    assert_eq!(recipients.load(Relaxed), 0);
}

/// Cases of before have keys that nobody can make again.
#[tokio::test]
async fn a_key_that_is_not_the_case_s_is_not_told() {
    let fixture = fixture().await;
    report(&fixture).await;
    let now = fixture.api.world.now();
    let notice = fixture.api.catalog.take_notice(now + HOLD, now).await.unwrap().unwrap();
    assert!(case_key_of(&fixture.api.tokens, &notice.report).is_some());
    let before = Report { case_sha256: vec![1; 32], ..notice.report.clone() };
    assert_eq!(case_key_of(&fixture.api.tokens, &before), None);
    let mail = letter::to_reporter(&notice, "A town", None, "rita@example.org");
    assert!(!mail.text.contains("https://"), "{}", mail.text);
    assert!(fixture.api.catalog.note_notice(&notice, NoticeOutcome::Dropped, now).await.unwrap());
}
