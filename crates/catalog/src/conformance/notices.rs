//! What is told of reports by mail.

use flaneur_access::Visibility;
use jiff::SignedDuration;

use super::{
    addresses::{confirm, give},
    reports::{decide, decision, moderate, report_something},
    scene::Scene,
};
use crate::model::{Decision, NoticeOutcome, Recipient, Report, ReportNotice, ReportRole, ReportStatus};

/// Takes the next that is for them. What is for others is dropped.
pub(super) async fn take_for(scene: &Scene, recipient: Recipient) -> Option<ReportNotice> {
    loop {
        let now = scene.now();
        let taken = scene.catalog.take_notice(now + SignedDuration::from_secs(60), now).await.unwrap()?;
        if taken.recipient == recipient {
            return Some(taken);
        }
        assert!(note(scene, &taken, NoticeOutcome::Dropped).await);
    }
}

async fn take(scene: &Scene) -> Option<ReportNotice> {
    take_for(scene, Recipient::Reporter).await
}

async fn note(scene: &Scene, notice: &ReportNotice, outcome: NoticeOutcome) -> bool {
    scene.catalog.note_notice(notice, outcome, scene.now()).await.unwrap()
}

/// A report about something of ada's.
async fn reported(scene: &Scene) -> Report {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    report_something(scene, street.pictures[0]).await
}

pub async fn a_report_is_told_when_it_is_made_and_closed(scene: &Scene) {
    let report = reported(scene).await;
    let made = take(scene).await.unwrap();
    assert_eq!((&made.report, made.event.place, made.event.role), (&report, 1, ReportRole::Reporter));
    assert_eq!(made.event.status, ReportStatus::OpenAutofix);
    assert!(note(scene, &made, NoticeOutcome::Mailed).await);
    assert_eq!(take(scene).await, None);
    moderate(scene, &report, ReportStatus::Waiting).await;
    assert_eq!(take(scene).await, None, "that somebody looks is not told");
    let closed = moderate(scene, &report, ReportStatus::ClosedSolved).await;
    let told = take(scene).await.unwrap();
    assert_eq!((&told.report, told.event.role, told.event.status), (&closed, ReportRole::Moderator, closed.status));
    assert!(note(scene, &told, NoticeOutcome::Dropped).await);
    assert_eq!(take(scene).await, None);
}

pub async fn nobody_is_told_what_they_did(scene: &Scene) {
    let report = reported(scene).await;
    let made = take(scene).await.unwrap();
    assert!(note(scene, &made, NoticeOutcome::Mailed).await);
    let reporter = scene.account("rita").await;
    decide(scene, &decision(scene, &report, &reporter, ReportRole::Reporter, ReportStatus::ClosedSolved)).await;
    assert_eq!(take(scene).await, None);
}

pub async fn a_report_is_told_by_one_at_a_time(scene: &Scene) {
    reported(scene).await;
    let first = take(scene).await.unwrap();
    assert_eq!(take(scene).await, None);
    scene.pass(61);
    let second = take(scene).await.unwrap();
    assert_eq!(second.event, first.event, "who had it is taken for dead");
    assert!(!note(scene, &first, NoticeOutcome::Mailed).await, "and too late");
    let later = scene.now() + SignedDuration::from_secs(100);
    assert!(note(scene, &second, NoticeOutcome::Later(later)).await);
    scene.pass(99);
    assert_eq!(take(scene).await, None);
    scene.pass(2);
    assert_eq!(take(scene).await.unwrap().attempts, 1);
}

pub async fn mails_to_an_address_are_counted(scene: &Scene) {
    let report = reported(scene).await;
    let begun = scene.now();
    let count = async |email: &str, since| scene.catalog.mailed_to(email, since).await.unwrap();
    let email = report.email.as_deref().unwrap();
    assert_eq!(count(email, begun).await, 0);
    scene.pass(5);
    let made = take(scene).await.unwrap();
    assert!(note(scene, &made, NoticeOutcome::Mailed).await);
    assert_eq!((count(email, begun).await, count("other@example.org", begun).await), (1, 0));
    assert_eq!(count(email, scene.pass(1)).await, 0);
}

/// What owners are told of: that something is hidden and shown again because of a report, and what a moderator decided.
pub async fn owners_are_told_what_becomes_of_theirs(scene: &Scene) {
    let report = reported(scene).await;
    let told = async || {
        let notice = take_for(scene, Recipient::Owner).await?;
        assert!(note(scene, &notice, NoticeOutcome::Mailed).await);
        Some((notice.event.role, notice.withheld_before, notice.event.withholds, notice.event.status))
    };
    assert_eq!(told().await, Some((ReportRole::Reporter, false, true, ReportStatus::OpenAutofix)));
    moderate(scene, &report, ReportStatus::Waiting).await;
    assert_eq!(told().await, None, "it stays hidden, and nothing is decided");
    let shown = Decision {
        withhold: Some(false),
        status: None,
        ..decision(scene, &report, &scene.account("mona").await, ReportRole::Moderator, ReportStatus::Waiting)
    };
    decide(scene, &shown).await;
    assert_eq!(told().await, Some((ReportRole::Moderator, true, false, ReportStatus::Waiting)));
    moderate(scene, &report, ReportStatus::ClosedIgnored).await;
    assert_eq!(told().await, Some((ReportRole::Moderator, false, false, ReportStatus::ClosedIgnored)));
}

pub async fn owners_are_not_told_what_they_did(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let report = report_something(scene, street.pictures[0]).await;
    take_for(scene, Recipient::Owner).await.unwrap();
    decide(scene, &decision(scene, &report, &ada, ReportRole::Moderator, ReportStatus::ClosedIgnored)).await;
    assert_eq!(take_for(scene, Recipient::Owner).await, None, "she moderates, and decided about her own");
    report_something(scene, street.pictures[1]).await;
    take_for(scene, Recipient::Owner).await.unwrap();
    assert!(scene.catalog.delete_picture(street.pictures[1], scene.two_jobs(), scene.now()).await.unwrap());
    assert_eq!(take_for(scene, Recipient::Owner).await, None, "what is deleted is not shown again");
}

/// Only a confirmed address is told, whichever it is when a mail is written.
pub async fn owners_are_written_to_where_they_confirmed(scene: &Scene) {
    let report = reported(scene).await;
    let owner = async || take_for(scene, Recipient::Owner).await.map(|notice| notice.owner.map(|owner| owner.address));
    let address = give(scene, report.owner, "ada@example.org").await;
    assert_eq!(owner().await, Some(None), "not confirmed");
    confirm(scene, &address).await.unwrap();
    scene.pass(61);
    let notice = take_for(scene, Recipient::Owner).await.unwrap();
    assert_eq!(notice.owner.as_ref().map(|owner| owner.address.as_str()), Some("ada@example.org"));
    let since = scene.now();
    assert!(note(scene, &notice, NoticeOutcome::Mailed).await);
    assert_eq!(scene.catalog.mailed_to("ada@example.org", since).await.unwrap(), 1);
    assert_eq!(scene.catalog.mailed_to(report.email.as_deref().unwrap(), since).await.unwrap(), 0);
}
