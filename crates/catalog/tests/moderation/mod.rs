//! What is done about reports, for whoever overhears the statements.
#![expect(clippy::unwrap_used, clippy::panic, reason = "this is test code")]

use flaneur_catalog::{
    Addresses as _, Notices as _, Pictures as _, Reports as _,
    model::{
        Comparison, Decision, Filter, Issue, JobId, NewMailAddress, NewReport, NoticeOutcome, PictureId, ReportId,
        ReportProperty, ReportQuery, ReportReceipt, ReportRole, ReportStatus, Reported, Value, WithholdRule,
    },
    sqlite::SqliteCatalog,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::city;

/// Reports, lists and decides; and tells of it.
pub async fn reports(catalog: &SqliteCatalog, now: Timestamp, job: &(dyn Fn() -> JobId + Send + Sync)) {
    let picture = PictureId(Uuid::from_u128((2 << 64) + 900));
    let account = catalog.picture(picture).await.unwrap().unwrap().account;
    let about = [Reported::Picture(picture), Reported::Sequence(city::sequence(4))];
    for (number, about) in (500..).zip(about) {
        let new = NewReport {
            id: ReportId(Uuid::from_u128(number)),
            about,
            issue: Issue::Privacy,
            reporter: Some(account),
            reporter_key: account.to_string(),
            email: None,
            comments: None,
            case_sha256: Vec::new(),
            at: now,
            rule: WithholdRule { reporters: 1, anonymous: true },
        };
        let ReportReceipt::Made(report) = catalog.report(&new, job).await.unwrap() else { panic!("not made") };
        assert!(report.withholds);
        let open = Value::Text("open_autofix".to_owned());
        for (of, status) in [(None, true), (None, false), (Some(account), true), (Some(account), false)] {
            let filter = status.then(|| Filter::Compare(ReportProperty::Status, Comparison::Equal, open.clone()));
            for (oldest_first, after) in [(false, Timestamp::MAX), (true, Timestamp::MIN)] {
                let filter = filter.clone();
                let query = ReportQuery { of, filter, oldest_first, after: Some((after, report.id)), limit: 10 };
                assert!(!catalog.reports(&query).await.unwrap().is_empty());
            }
        }
        let decision = Decision {
            report: report.id,
            by: account,
            role: ReportRole::Moderator,
            status: Some(ReportStatus::ClosedSolved),
            issue: None,
            email: None,
            comments: None,
            withhold: (number == 501).then_some(false),
            at: now,
        };
        assert_eq!(catalog.lapse_reports(now, 10, now, job).await.unwrap(), 0);
        assert!(catalog.decide(&decision, job).await.unwrap().unwrap().closed_at.is_some());
        assert_eq!(catalog.report_events(report.id).await.unwrap().len(), 2);
        assert!(!catalog.moderation_log(Some((Timestamp::MAX, report.id, 1)), 10).await.unwrap().is_empty());
        catalog.forget_reporters(now).await.unwrap();
    }
    let notice = catalog.take_notice(now + SignedDuration::from_mins(2), now).await.unwrap().unwrap();
    assert!(catalog.note_notice(&notice, NoticeOutcome::Mailed, now).await.unwrap());
    assert_eq!(catalog.mailed_to("nobody@example.org", now).await.unwrap(), 0);
}

/// Gives addresses, asks there, and hears yes, no and nothing.
pub async fn addresses(catalog: &SqliteCatalog, now: Timestamp) {
    let account = city::ADA;
    for (number, wanted) in [(600, true), (601, false)] {
        let key_sha256 = vec![u8::try_from(number % 256).unwrap()];
        let address = format!("ada{number}@example.org");
        let request = Uuid::from_u128(number);
        let new = NewMailAddress { account, address, request, key_sha256: key_sha256.clone(), at: now };
        assert!(catalog.give_mail_address(new).await.unwrap());
        let notice = catalog.take_address_notice(now + SignedDuration::from_mins(2), now).await.unwrap().unwrap();
        assert!(catalog.note_address_notice(&notice, NoticeOutcome::Mailed).await.unwrap());
        let answered = if wanted {
            catalog.confirm_mail_address(&key_sha256, now, now).await
        } else {
            catalog.refuse_mail_address(&key_sha256).await
        };
        assert_eq!(answered.unwrap().unwrap().request, request);
        catalog.forget_unconfirmed_addresses(now).await.unwrap();
    }
    assert!(!catalog.drop_mail_address(account).await.unwrap());
}
