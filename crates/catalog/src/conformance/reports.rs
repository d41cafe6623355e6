//! Reports, and what is withheld because of them.

use flaneur_access::{Viewer, Visibility};

use super::{
    scene::{Scene, Street, viewer},
    visibility::{ways, ways_to_sequence},
};
use crate::model::{
    Account, ChangeKind, Comparison, Decision, Filter, Issue, JobKind, MOST_OPEN_REPORTS, NewReport, Report,
    ReportFilter, ReportId, ReportProperty, ReportQuery, ReportReceipt, ReportRole, ReportStatus, Reported, Value,
    WithholdRule,
};

const AT_ONCE: WithholdRule = WithholdRule { reporters: 1, anonymous: true };

fn new(scene: &Scene, about: Reported, issue: Issue, reporter: Option<&Account>) -> NewReport {
    NewReport {
        id: ReportId(scene.world.id()),
        about,
        issue,
        reporter: reporter.map(|account| account.id),
        reporter_key: reporter.map_or_else(|| scene.world.id().to_string(), |account| account.id.to_string()),
        email: Some("reporter@example.org".to_owned()),
        comments: Some("A plate, to the left".to_owned()),
        case_sha256: vec![7; 32],
        at: scene.now(),
        rule: AT_ONCE,
    }
}

async fn send(scene: &Scene, new: &NewReport) -> ReportReceipt {
    scene.catalog.report(new, &|| scene.job()).await.unwrap()
}

async fn made(scene: &Scene, new: &NewReport) -> Report {
    match send(scene, new).await {
        ReportReceipt::Made(report) => report,
        other => panic!("{other:?}"),
    }
}

/// Reports something urgent about a picture, without an account.
pub(super) async fn report_something(scene: &Scene, id: crate::model::PictureId) -> Report {
    made(scene, &new(scene, Reported::Picture(id), Issue::Privacy, None)).await
}

/// Reports something urgent about a picture, with an account.
pub(super) async fn report_by(scene: &Scene, id: crate::model::PictureId, reporter: &Account) -> ReportId {
    made(scene, &new(scene, Reported::Picture(id), Issue::Privacy, Some(reporter))).await.id
}

pub(super) fn decision(
    scene: &Scene,
    report: &Report,
    by: &Account,
    role: ReportRole,
    status: ReportStatus,
) -> Decision {
    Decision {
        report: report.id,
        by: by.id,
        role,
        status: Some(status),
        issue: None,
        email: None,
        comments: None,
        withhold: None,
        at: scene.now(),
    }
}

pub(super) async fn decide(scene: &Scene, decision: &Decision) -> Report {
    scene.catalog.decide(decision, &|| scene.job()).await.unwrap().unwrap()
}

/// A moderator says how far a report is.
pub(super) async fn moderate(scene: &Scene, report: &Report, status: ReportStatus) -> Report {
    let admin = match scene.catalog.account_by_name("admin").await.unwrap() {
        Some(account) => account,
        None => scene.account("admin").await,
    };
    decide(scene, &decision(scene, report, &admin, ReportRole::Moderator, status)).await
}

/// Whether others see a picture.
async fn is_shown(scene: &Scene, id: crate::model::PictureId) -> bool {
    scene.catalog.item(Viewer::Anonymous, id).await.unwrap().is_some()
}

async fn street(scene: &Scene, pictures: usize) -> Street {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, pictures).await;
    scene.pass(5);
    street
}

pub async fn a_report_is_kept(scene: &Scene) {
    let (street, bob) = (street(scene, 2).await, scene.account("bob").await);
    let (picture, other) = (Reported::Picture(street.pictures[0]), Reported::Picture(street.pictures[1]));
    let first = new(scene, picture, Issue::Mislocated, Some(&bob));
    let report = made(scene, &first).await;
    let expected = Report {
        id: first.id,
        about: picture,
        owner: street.account.id,
        issue: Issue::Mislocated,
        status: ReportStatus::Open,
        reporter: Some(bob.id),
        email: first.email.clone(),
        comments: first.comments.clone(),
        resolver: None,
        resolver_role: None,
        resolver_comments: None,
        opened_at: scene.now(),
        closed_at: None,
        updated_at: scene.now(),
        case_sha256: vec![7; 32],
        withholds: false,
        deleted: false,
    };
    assert_eq!(report, expected);
    assert_eq!(scene.catalog.find_report(first.id).await.unwrap(), Some(expected));
    assert_eq!(scene.catalog.find_report(ReportId(scene.world.id())).await.unwrap(), None);
    assert!(is_shown(scene, street.pictures[0]).await);

    // Said again, it is the same report, until it is closed.
    let again = NewReport { id: ReportId(scene.world.id()), ..first.clone() };
    assert_eq!(send(scene, &again).await, ReportReceipt::Repeated(report.clone()));
    made(scene, &new(scene, picture, Issue::Other, Some(&bob))).await;
    made(scene, &new(scene, other, Issue::Mislocated, Some(&bob))).await;
    moderate(scene, &report, ReportStatus::ClosedSolved).await;
    made(scene, &again).await;

    let nothing = Reported::Picture(crate::model::PictureId(scene.world.id()));
    assert_eq!(send(scene, &new(scene, nothing, Issue::Other, None)).await, ReportReceipt::Gone);
    assert!(scene.catalog.delete_picture(street.pictures[1], scene.two_jobs(), scene.now()).await.unwrap());
    assert_eq!(send(scene, &new(scene, other, Issue::Other, None)).await, ReportReceipt::Gone);
}

pub async fn there_are_so_many_open_reports_at_most(scene: &Scene) {
    let street = street(scene, 1).await;
    let about = Reported::Picture(street.pictures[0]);
    let mut first = None;
    for _ in 0..MOST_OPEN_REPORTS {
        first.get_or_insert(made(scene, &new(scene, about, Issue::Other, None)).await);
    }
    assert_eq!(send(scene, &new(scene, about, Issue::Other, None)).await, ReportReceipt::TooMany);
    moderate(scene, &first.unwrap(), ReportStatus::ClosedIgnored).await;
    made(scene, &new(scene, about, Issue::Other, None)).await;
}

pub async fn an_urgent_report_withholds_by_every_way(scene: &Scene) {
    let street = street(scene, 1).await;
    let (id, owner) = (street.pictures[0], street.account.clone());
    let (bob, admin) = (scene.account("bob").await, scene.account("admin").await);
    let seen = async || {
        let mut table = Vec::new();
        for viewer in [Viewer::Anonymous, viewer(&bob), viewer(&owner), viewer(&admin)] {
            let mut all = ways(scene, viewer, &street, id).await;
            all.extend(ways_to_sequence(scene, viewer, &street).await);
            assert!(all.iter().all(|(_, shown)| *shown == all[0].1), "{viewer:?}: {all:?}");
            table.push(all[0].1);
        }
        table
    };
    let shown_to_all = vec![true; 4];
    let withheld = vec![false, false, true, true];
    assert_eq!(seen().await, shown_to_all);
    for issue in [Issue::BlurMissing, Issue::Inappropriate, Issue::Privacy, Issue::Copyright] {
        let log = scene.catalog.last_change().await.unwrap();
        let updated = scene.catalog.picture(id).await.unwrap().unwrap().updated_at;
        scene.pass(1);
        // Of a reporter each, or of nobody known.
        let report = made(scene, &new(scene, Reported::Picture(id), issue, None)).await;
        assert_eq!((report.status, report.withholds), (ReportStatus::OpenAutofix, true), "{issue:?}");
        assert_eq!(seen().await, withheld, "{issue:?}");
        let picture = scene.catalog.picture(id).await.unwrap().unwrap();
        assert!(picture.withheld && picture.updated_at > updated && picture.visibility == Visibility::Anyone);
        let logged = scene.catalog.changes(log, 10).await.unwrap();
        assert!(logged.iter().any(|change| change.picture == Some(id) && change.kind == ChangeKind::Hidden));
        assert_eq!(scene.queued(JobKind::Refresh, street.sequence.0).await, 1);
        assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);
        scene.refresh().await;
        assert_eq!(seen().await, withheld, "{issue:?}, and summed up");

        // Whatever its owner says of who sees it, or where it is.
        super::edits::show_to(scene, &street, Some(id), Visibility::OwnerOnly).await;
        super::edits::show_to(scene, &street, Some(id), Visibility::Anyone).await;
        super::edits::move_to(scene, &street, id, (2.36, 48.86)).await;
        super::edits::move_to(scene, &street, id, (2.35, 48.853)).await;
        let plan = scene.plan(street.set, vec![scene.part(street.sequence, &[id])]);
        scene.dispatch(&plan).await;
        scene.refresh().await;
        assert_eq!(seen().await, withheld, "{issue:?}, and edited");
        let waiting = moderate(scene, &report, ReportStatus::Waiting).await;
        assert_eq!((waiting.withholds, seen().await), (true, withheld.clone()));

        scene.pass(1);
        let closed = moderate(scene, &report, ReportStatus::ClosedIgnored).await;
        assert_eq!((closed.withholds, closed.closed_at), (false, Some(scene.now())));
        scene.refresh().await;
        assert_eq!(seen().await, shown_to_all, "{issue:?} was ignored");
        assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);
    }
}

pub async fn the_rule_says_what_is_withheld(scene: &Scene) {
    let street = street(scene, 8).await;
    let (bob, eve) = (scene.account("bob").await, scene.account("eve").await);
    let of = |at: usize| Reported::Picture(street.pictures[at]);
    for (at, issue) in [Issue::BlurExcess, Issue::PictureLowQuality, Issue::Mislocated, Issue::Other].iter().enumerate()
    {
        assert!(!made(scene, &new(scene, of(at), *issue, Some(&bob))).await.withholds, "{issue:?}");
    }
    let with = |about, reporter: Option<&Account>, reporters, anonymous| NewReport {
        rule: WithholdRule { reporters, anonymous },
        ..new(scene, about, Issue::BlurMissing, reporter)
    };
    assert!(!made(scene, &with(of(0), Some(&bob), 0, true)).await.withholds, "never");
    assert!(!made(scene, &with(of(1), None, 1, false)).await.withholds, "only who is signed in");
    assert!(made(scene, &with(of(1), Some(&bob), 1, false)).await.withholds);
    let sequence = Reported::Sequence(street.sequence);
    assert!(!made(scene, &with(sequence, None, 1, true)).await.withholds, "nobody hides a whole sequence");

    // Two have to say so, and each counts once.
    assert!(!made(scene, &with(of(2), Some(&bob), 2, true)).await.withholds);
    let once_more = NewReport { issue: Issue::Privacy, ..with(of(2), Some(&bob), 2, true) };
    assert!(!made(scene, &once_more).await.withholds);
    assert!(!made(scene, &with(of(3), None, 2, false)).await.withholds);
    assert!(!made(scene, &with(of(3), Some(&bob), 2, false)).await.withholds, "one of two is not known");
    let second = made(scene, &with(of(2), None, 2, true)).await;
    assert_eq!((second.withholds, is_shown(scene, street.pictures[2]).await), (true, false));

    // What a moderator found in order stays; what its owner did is not asked for.
    let first = made(scene, &with(of(4), None, 1, true)).await;
    decide(scene, &decision(scene, &first, &street.account, ReportRole::Owner, ReportStatus::ClosedIgnored)).await;
    let left = scene.catalog.find_report(first.id).await.unwrap().unwrap();
    assert!(left.withholds, "its owner does not lift it");
    let second = made(scene, &with(of(4), None, 1, true)).await;
    assert!(second.withholds);
    moderate(scene, &second, ReportStatus::ClosedIgnored).await;
    assert!(!made(scene, &with(of(4), Some(&bob), 1, true)).await.withholds);
    let other = NewReport { issue: Issue::Copyright, ..with(of(4), Some(&bob), 1, true) };
    assert!(made(scene, &other).await.withholds, "another issue is another matter");

    // Whoever is mostly wrong does not withhold any more.
    for issue in [Issue::BlurMissing, Issue::Privacy, Issue::Inappropriate] {
        let report = made(scene, &NewReport { issue, ..with(of(5), Some(&eve), 1, true) }).await;
        assert!(report.withholds, "{issue:?}");
        moderate(scene, &report, ReportStatus::ClosedIgnored).await;
    }
    let report = made(scene, &with(of(6), Some(&eve), 1, true)).await;
    assert!(!report.withholds);
    assert!(made(scene, &with(of(6), None, 1, true)).await.withholds);
    assert!(is_shown(scene, street.pictures[7]).await);
}

pub async fn what_is_withheld_twice_is_shown_after_both(scene: &Scene) {
    let street = street(scene, 1).await;
    let id = street.pictures[0];
    let first = report_something(scene, id).await;
    let second = report_something(scene, id).await;
    assert!(first.withholds && second.withholds);
    assert!(!moderate(scene, &second, ReportStatus::ClosedIgnored).await.withholds);
    assert!(!is_shown(scene, id).await);
    assert!(!moderate(scene, &first, ReportStatus::ClosedIgnored).await.withholds);
    assert!(is_shown(scene, id).await);
}

pub async fn what_is_solved_is_shown_if_it_was_redacted(scene: &Scene) {
    let street = street(scene, 2).await;
    let [left, blurred] = [street.pictures[0], street.pictures[1]];
    let (first, second) = (report_something(scene, left).await, report_something(scene, blurred).await);
    scene.pass(1);
    super::redactions::redact(scene, &street.account, blurred).await;
    assert!(moderate(scene, &first, ReportStatus::ClosedSolved).await.withholds);
    assert!(!moderate(scene, &second, ReportStatus::ClosedSolved).await.withholds);
    assert_eq!((is_shown(scene, left).await, is_shown(scene, blurred).await), (false, true));

    // A moderator can say so, either way and later.
    let admin = scene.catalog.account_by_name("admin").await.unwrap().unwrap();
    let plain = decision(scene, &first, &admin, ReportRole::Moderator, ReportStatus::ClosedSolved);
    let show = Decision { status: None, withhold: Some(false), ..plain };
    let shown = decide(scene, &show).await;
    assert_eq!((shown.status, shown.withholds), (ReportStatus::ClosedSolved, false));
    assert!(is_shown(scene, left).await);
    let hidden = decide(scene, &Decision { report: second.id, withhold: Some(true), ..show }).await;
    assert!(hidden.withholds && !is_shown(scene, blurred).await);

    // Who takes a report back shows what it withheld.
    let third = report_something(scene, left).await;
    let back = decision(scene, &third, &admin, ReportRole::Reporter, ReportStatus::ClosedSolved);
    assert!(!decide(scene, &back).await.withholds && is_shown(scene, left).await);
}

pub async fn a_sequence_is_withheld_as_a_whole(scene: &Scene) {
    let (street, bob) = (street(scene, 3).await, scene.account("bob").await);
    let report = made(scene, &new(scene, Reported::Sequence(street.sequence), Issue::Copyright, Some(&bob))).await;
    assert!(report.withholds);
    scene.refresh().await;
    assert!(scene.catalog.sequence(Viewer::Anonymous, street.sequence).await.unwrap().is_none());
    assert!(scene.catalog.sequence(viewer(&street.account), street.sequence).await.unwrap().is_some());
    // Wherever they are put, and of one that is left alone nothing else is withheld.
    let other = crate::model::SequenceId(scene.world.id());
    let parts = vec![scene.part(street.sequence, &street.pictures[..1]), scene.part(other, &street.pictures[1..])];
    scene.dispatch(&scene.plan(street.set, parts)).await;
    scene.refresh().await;
    assert!(scene.catalog.sequence(Viewer::Anonymous, other).await.unwrap().is_none());
    moderate(scene, &report, ReportStatus::ClosedIgnored).await;
    scene.refresh().await;
    for sequence in [street.sequence, other] {
        assert!(scene.catalog.sequence(Viewer::Anonymous, sequence).await.unwrap().is_some());
    }
    assert_eq!(scene.catalog.coverage_drift().await.unwrap(), 0);
}

pub async fn reports_of_what_is_deleted_are_closed(scene: &Scene) {
    let (street, bob) = (street(scene, 2).await, scene.account("bob").await);
    let of_picture = report_something(scene, street.pictures[0]).await;
    let of_sequence = made(scene, &new(scene, Reported::Sequence(street.sequence), Issue::Privacy, Some(&bob))).await;
    scene.pass(1);
    assert!(scene.catalog.delete_picture(street.pictures[0], scene.two_jobs(), scene.now()).await.unwrap());
    let read = async |report: &Report| scene.catalog.find_report(report.id).await.unwrap().unwrap();
    let closed = read(&of_picture).await;
    assert_eq!((closed.status, closed.closed_at), (ReportStatus::ClosedSolved, Some(scene.now())));
    assert_eq!((closed.withholds, closed.resolver_role), (false, Some(ReportRole::Rule)));
    assert_eq!(read(&of_sequence).await.status, ReportStatus::OpenAutofix);
    assert!(scene.catalog.delete_sequence(street.sequence, &|| scene.job(), scene.now()).await.unwrap());
    let closed = read(&of_sequence).await;
    assert_eq!((closed.status, closed.withholds), (ReportStatus::ClosedSolved, false));
    let events = scene.catalog.report_events(of_sequence.id).await.unwrap();
    assert_eq!(events.last().unwrap().role, ReportRole::Rule);
    // There is nothing left that could be shown.
    let opened = moderate(scene, &of_picture, ReportStatus::Open).await;
    assert_eq!((opened.withholds, opened.closed_at), (false, None));
}

pub async fn reports_are_listed(scene: &Scene) {
    let (street, bob) = (street(scene, 3).await, scene.account("bob").await);
    let all = ReportQuery { of: None, filter: None, oldest_first: false, after: None, limit: 10 };
    let mut expected = Vec::new();
    for (at, issue) in [Issue::Privacy, Issue::Other, Issue::Other].into_iter().enumerate() {
        let reporter = (at > 0).then_some(&bob);
        let report = made(scene, &new(scene, Reported::Picture(street.pictures[at]), issue, reporter)).await;
        expected.insert(0, report);
        scene.pass(i64::from(at == 0));
    }
    expected.sort_by_key(|report| std::cmp::Reverse((report.opened_at, report.id)));
    let list = async |query: ReportQuery| scene.catalog.reports(&query).await.unwrap();
    assert_eq!(list(all.clone()).await, expected);
    assert_eq!(list(ReportQuery { limit: -1, ..all.clone() }).await, []);
    for oldest_first in [false, true] {
        let mut paged = Vec::new();
        loop {
            let after = paged.last().map(|report: &Report| (report.opened_at, report.id));
            let page = list(ReportQuery { oldest_first, after, limit: 1, ..all.clone() }).await;
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        if oldest_first {
            paged.reverse();
        }
        assert_eq!(paged, expected);
    }
    assert_eq!(list(ReportQuery { of: Some(street.account.id), ..all.clone() }).await, expected, "about what is hers");
    let his: Vec<Report> = expected.iter().filter(|report| report.reporter == Some(bob.id)).cloned().collect();
    assert_eq!(list(ReportQuery { of: Some(bob.id), ..all.clone() }).await, his);

    let closed = moderate(scene, &expected[0], ReportStatus::ClosedIgnored).await;
    let status = |status: ReportStatus| Value::Text(status.as_str().to_owned());
    let equal = |property, value| Filter::Compare(property, Comparison::Equal, value);
    let about = |report: &Report| match report.about {
        Reported::Picture(id) => Value::Id(id.0),
        Reported::Sequence(id) => Value::Id(id.0),
    };
    let cases: Vec<(ReportFilter, Vec<Report>)> = vec![
        (equal(ReportProperty::Status, status(ReportStatus::ClosedIgnored)), vec![closed.clone()]),
        (
            Filter::OneOf(ReportProperty::Status, vec![status(ReportStatus::Open), status(ReportStatus::OpenAutofix)]),
            expected[1..].to_vec(),
        ),
        (Filter::Not(Box::new(Filter::Known(ReportProperty::Reporter))), vec![expected[2].clone()]),
        (equal(ReportProperty::Reporter, Value::Id(bob.id.0)), vec![closed, expected[1].clone()]),
        (equal(ReportProperty::Owner, Value::Id(bob.id.0)), Vec::new()),
        (equal(ReportProperty::Picture, about(&expected[1])), vec![expected[1].clone()]),
        (equal(ReportProperty::Issue, Value::Text("privacy".to_owned())), vec![expected[2].clone()]),
    ];
    for (filter, found) in cases {
        assert_eq!(list(ReportQuery { filter: Some(filter.clone()), ..all.clone() }).await, found, "{filter:?}");
    }
    let counts = scene.catalog.count_reports().await.unwrap();
    let expected = [
        (ReportStatus::ClosedIgnored, Issue::Other, 1),
        (ReportStatus::Open, Issue::Other, 1),
        (ReportStatus::OpenAutofix, Issue::Privacy, 1),
    ];
    assert_eq!(counts, expected);
}

pub async fn everything_done_about_a_report_is_logged(scene: &Scene) {
    let street = street(scene, 1).await;
    let admin = scene.account("admin").await;
    let report = report_something(scene, street.pictures[0]).await;
    scene.pass(1);
    let told = decision(scene, &report, &street.account, ReportRole::Owner, ReportStatus::Waiting);
    decide(scene, &Decision { comments: Some("It is blurred now".to_owned()), ..told }).await;
    scene.pass(1);
    let plain = decision(scene, &report, &admin, ReportRole::Moderator, ReportStatus::ClosedIgnored);
    let closed = decide(
        scene,
        &Decision {
            comments: Some("Indeed".to_owned()),
            issue: Some(Issue::Other),
            email: Some(String::new()),
            ..plain
        },
    )
    .await;
    assert_eq!((closed.issue, closed.email.as_deref(), closed.resolver), (Issue::Other, None, Some(admin.id)));
    assert_eq!(closed.resolver_comments.as_deref(), Some("Indeed"));
    let again = decision(scene, &report, &admin, ReportRole::Moderator, ReportStatus::ClosedIgnored);
    assert_eq!(decide(scene, &again).await.resolver_comments.as_deref(), Some("Indeed"));
    let owner = decision(scene, &report, &street.account, ReportRole::Owner, ReportStatus::ClosedIgnored);
    assert_eq!(decide(scene, &owner).await.resolver_comments, None, "that was another's reason");
    let events = scene.catalog.report_events(report.id).await.unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            (event.place, event.role, event.status, event.withholds, event.name.as_deref(), event.comments.as_deref())
        })
        .collect();
    let expected = [
        (1, ReportRole::Reporter, ReportStatus::OpenAutofix, true, None, Some("A plate, to the left")),
        (2, ReportRole::Owner, ReportStatus::Waiting, true, Some("ada"), Some("It is blurred now")),
        (3, ReportRole::Moderator, ReportStatus::ClosedIgnored, false, Some("admin"), Some("Indeed")),
        (4, ReportRole::Moderator, ReportStatus::ClosedIgnored, false, Some("admin"), None),
        (5, ReportRole::Owner, ReportStatus::ClosedIgnored, false, Some("ada"), None),
    ];
    assert_eq!(told, expected);
    let mut backwards = events.clone();
    backwards.reverse();
    assert_eq!(scene.catalog.moderation_log(None, 10).await.unwrap(), backwards);
    let last = &events[4];
    let before = Some((last.at, last.report, last.place));
    assert_eq!(scene.catalog.moderation_log(before, 1).await.unwrap(), backwards[1..2]);
    assert_eq!(scene.catalog.moderation_log(before, -1).await.unwrap(), []);
    let nothing = Decision {
        report: ReportId(scene.world.id()),
        ..decision(scene, &report, &admin, ReportRole::Moderator, ReportStatus::Open)
    };
    assert_eq!(scene.catalog.decide(&nothing, &|| scene.job()).await.unwrap(), None);
}

pub async fn what_nobody_decides_is_shown_again(scene: &Scene) {
    let street = street(scene, 3).await;
    let [old, looked_at, fresh] = [street.pictures[0], street.pictures[1], street.pictures[2]];
    let report = report_something(scene, old).await;
    moderate(scene, &report_something(scene, looked_at).await, ReportStatus::Waiting).await;
    let now = scene.pass(100);
    report_something(scene, fresh).await;
    let lapse = async |by| scene.catalog.lapse_reports(by, 10, scene.now(), &|| scene.job()).await.unwrap();
    assert_eq!(lapse(report.opened_at).await, 0);
    assert_eq!(lapse(now).await, 1);
    assert_eq!(lapse(now).await, 0, "once");
    let read = scene.catalog.find_report(report.id).await.unwrap().unwrap();
    assert_eq!((read.status, read.withholds, read.closed_at), (ReportStatus::Open, false, None));
    let last = scene.catalog.report_events(report.id).await.unwrap().pop().unwrap();
    assert_eq!((last.role, last.status, last.withholds), (ReportRole::Rule, ReportStatus::Open, false));
    for (id, shown) in [(old, true), (looked_at, false), (fresh, false)] {
        assert_eq!(is_shown(scene, id).await, shown);
    }
}

pub async fn reporters_are_forgotten(scene: &Scene) {
    let street = street(scene, 2).await;
    let (closed, open) =
        (report_something(scene, street.pictures[0]).await, report_something(scene, street.pictures[1]).await);
    moderate(scene, &closed, ReportStatus::ClosedIgnored).await;
    let email = async |report: &Report| scene.catalog.find_report(report.id).await.unwrap().unwrap().email;
    scene.catalog.forget_reporters(scene.now()).await.unwrap();
    assert!(email(&closed).await.is_some(), "not before its time");
    scene.catalog.forget_reporters(scene.pass(1)).await.unwrap();
    assert_eq!(email(&closed).await, None);
    assert!(email(&open).await.is_some(), "who waits for an answer is not forgotten");
}
