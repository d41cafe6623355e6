//! What is told of reports by mail.

use flaneur_access::Visibility;
use jiff::SignedDuration;

use super::{
    reports::{decide, decision, moderate, report_something},
    scene::Scene,
};
use crate::model::{NoticeOutcome, Report, ReportNotice, ReportRole, ReportStatus};

async fn take(scene: &Scene) -> Option<ReportNotice> {
    let now = scene.now();
    scene.catalog.take_notice(now + SignedDuration::from_secs(60), now).await.unwrap()
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
