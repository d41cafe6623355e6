//! What an account takes along.

use flaneur_access::Visibility;

use super::{
    edits::tag_something,
    reports::report_by,
    scene::{Scene, viewer},
};
use crate::model::{
    Account, AccountTraces, EditChange, EditId, NewInvite, OwnCounts, OwnPicture, OwnPlace, PictureId, PictureStatus,
    SequencePlace, Session, UploadSetId,
};

/// All pages of an account's pictures, of so many each.
async fn pictures(scene: &Scene, account: &Account, set: Option<UploadSetId>, limit: i64) -> Vec<OwnPicture> {
    let (mut all, mut after): (Vec<OwnPicture>, Option<OwnPlace>) = (Vec::new(), None);
    loop {
        let page = scene.catalog.own_pictures(account.id, set, after, limit).await.unwrap();
        assert!(page.len() as i64 <= limit);
        let Some(last) = page.last() else { return all };
        after = Some(last.place);
        all.extend(page);
    }
}

fn ids(pictures: &[OwnPicture]) -> Vec<PictureId> {
    pictures.iter().map(|own| own.item.picture.id).collect()
}

pub async fn own_pictures_are_all_there_once_however_they_are_paged(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let shown = scene.street(&ada, Visibility::Anyone, 5).await;
    scene.street(&bob, Visibility::Anyone, 3).await;
    let hidden = scene.street(&ada, Visibility::OwnerOnly, 3).await;
    let waiting_set = scene.set(&ada).await;
    let waiting = scene.accept(waiting_set, scene.picture(&ada)).await;
    let gone = shown.pictures[1];
    assert!(scene.catalog.delete_picture(gone, scene.two_jobs(), scene.now()).await.unwrap());

    let whole = pictures(scene, &ada, None, 100).await;
    let mut expected: Vec<PictureId> =
        shown.pictures.iter().chain(&hidden.pictures).copied().chain([waiting]).filter(|id| *id != gone).collect();
    expected.sort_unstable();
    let mut found = ids(&whole);
    found.sort_unstable();
    assert_eq!(found, expected);
    let places = whole.iter().map(|own| (own.place.set_made_at, own.place.upload_set, own.place.picture));
    assert!(places.is_sorted(), "the oldest set first, and by identifier");
    for limit in 1..=9 {
        assert_eq!(pictures(scene, &ada, None, limit).await, whole, "pages of {limit}");
    }
    for own in &whole {
        let picture = &own.item.picture;
        assert_eq!((picture.account, picture.upload_set), (ada.id, own.place.upload_set));
        let item = scene.catalog.item(viewer(&ada), picture.id).await.unwrap();
        if picture.id == waiting {
            assert_eq!((item, picture.status), (None, PictureStatus::Waiting));
        } else {
            let shown = item.unwrap();
            assert_eq!(own.item.picture, shown.picture);
            assert_eq!(
                (own.item.links.next.as_ref(), own.item.links.prev.as_ref()),
                (shown.links.next.as_ref(), shown.links.prev.as_ref())
            );
            assert_eq!(own.item.sequence_semantics, shown.sequence_semantics);
            assert_eq!(own.detections, scene.catalog.detections(picture.id).await.unwrap());
        }
    }
    let of_set = pictures(scene, &ada, Some(hidden.set), 2).await;
    assert_eq!(of_set.len(), 3);
    assert!(of_set.iter().all(|own| own.place.upload_set == hidden.set));
    assert_eq!(pictures(scene, &bob, Some(hidden.set), 2).await, [], "it is not his");

    let counts = scene.catalog.own_counts(ada.id, None).await.unwrap();
    assert_eq!(counts, OwnCounts { pictures: 8, published: 7, waiting: 1, ..OwnCounts::default() });
    let counts = scene.catalog.own_counts(ada.id, Some(waiting_set)).await.unwrap();
    assert_eq!(counts, OwnCounts { pictures: 1, waiting: 1, ..OwnCounts::default() });
    assert_eq!(scene.catalog.own_counts(bob.id, Some(waiting_set)).await.unwrap(), OwnCounts::default());

    let asked: Vec<PictureId> = ids(&whole).into_iter().chain([gone]).collect();
    let objects = scene.catalog.objects_of(&asked).await.unwrap();
    assert_eq!(objects.len(), 7, "of those that are published now");
    assert!(objects.iter().all(|(id, _)| *id != gone && *id != waiting));
}

pub async fn own_sets_and_sequences_are_all_there_once_however_they_are_paged(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let mut streets = Vec::new();
    for visibility in Visibility::ALL {
        streets.push(scene.street(&ada, visibility, 2).await);
        scene.street(&bob, visibility, 1).await;
    }
    let empty = scene.set(&ada).await;
    let deleted = scene.street(&ada, Visibility::Anyone, 1).await;
    assert!(scene.catalog.delete_upload_set(deleted.set, &|| scene.job(), scene.now()).await.unwrap());
    for limit in 1..=5 {
        let (mut sets, mut after) = (Vec::new(), None);
        loop {
            let page = scene.catalog.own_sets(ada.id, after, limit).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.options.created_at, last.options.id));
            sets.extend(page.into_iter().map(|set| set.options.id));
        }
        let mut expected: Vec<UploadSetId> = streets.iter().map(|street| street.set).chain([empty]).collect();
        expected.sort_unstable();
        sets.sort_unstable();
        assert_eq!(sets, expected, "pages of {limit}");

        let (mut sequences, mut after) = (Vec::new(), None);
        loop {
            let page = scene.catalog.own_sequences(ada.id, None, after, limit).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(SequencePlace { at: last.created_at, id: last.id });
            sequences.extend(page);
        }
        assert_eq!(sequences.len(), 3);
        for street in &streets {
            let told = scene.catalog.sequence(viewer(&ada), street.sequence).await.unwrap();
            assert_eq!(sequences.iter().find(|each| each.id == street.sequence), told.as_ref());
        }
    }
    let of_set = scene.catalog.own_sequences(ada.id, Some(streets[2].set), None, 10).await.unwrap();
    assert_eq!(of_set.iter().map(|each| each.id).collect::<Vec<_>>(), [streets[2].sequence]);
    assert_eq!(scene.catalog.own_sequences(bob.id, Some(streets[2].set), None, 10).await.unwrap(), []);
}

pub async fn what_an_account_did_is_told_of_it_alone(scene: &Scene) {
    let (ada, bob) = (scene.account("Ada").await, scene.account("bob").await);
    let street = scene.street(&ada, Visibility::Anyone, 3).await;
    for (account, picture) in [(&ada, 0), (&bob, 1), (&ada, 2)] {
        tag_something(scene, account, street.pictures[picture]).await;
    }
    let edits: Vec<EditId> =
        scene.catalog.edits_by(ada.id, None, 10).await.unwrap().iter().map(|edit| edit.id).collect();
    assert_eq!(edits.len(), 2);
    let found = scene.catalog.changes_of_edits(&edits).await.unwrap();
    for edit in &edits {
        let expected = scene.catalog.edit_changes(*edit, 0, 10).await.unwrap();
        let changes: Vec<&EditChange> =
            found.iter().filter(|(each, _)| each == edit).map(|(_, change)| change).collect();
        assert_eq!(changes, expected.iter().map(|(_, change)| change).collect::<Vec<_>>());
        assert_eq!(changes.len(), 2);
    }
    assert_eq!(found.len(), 4, "and none of another edit");
    assert_eq!(scene.catalog.changes_of_edits(&[]).await.unwrap(), []);

    let reports = [report_by(scene, street.pictures[0], &bob).await, report_by(scene, street.pictures[1], &ada).await];
    for (account, report) in [(&bob, reports[0]), (&ada, reports[1])] {
        let decisions = scene.catalog.decisions_of(account.id, None, 10).await.unwrap();
        assert_eq!(decisions, scene.catalog.report_events(report).await.unwrap());
        let last = decisions.last().map(|event| (event.at, event.report, event.place));
        assert_eq!(scene.catalog.decisions_of(account.id, last, 10).await.unwrap(), []);
    }
    let events = scene.catalog.events_of_reports(&reports).await.unwrap();
    assert_eq!(events.len(), 2);

    let end = scene.now() + super::scene::HOLD;
    for (secret, name, account) in [(vec![1; 32], "ADA", &ada), (vec![2; 32], "bob", &bob)] {
        let session = Session { secret_sha256: secret.clone(), account: account.id, expires_at: end };
        scene.catalog.create_session(session, scene.now()).await.unwrap();
        let invite = NewInvite {
            code_sha256: secret,
            name: name.to_owned(),
            admin: false,
            created_at: scene.now(),
            expires_at: end,
        };
        scene.catalog.create_invite(invite).await.unwrap();
    }
    let AccountTraces { sessions, invites, pages } = scene.catalog.traces(ada.id).await.unwrap();
    assert_eq!(sessions, [end]);
    assert_eq!(invites.iter().map(|invite| invite.name.as_str()).collect::<Vec<_>>(), ["ADA"]);
    assert_eq!(pages, []);
    let name = crate::model::PageName::Banner;
    scene.catalog.write_page(name, "en", Some("<p>Hello</p>"), ada.id, scene.now()).await.unwrap();
    let pages = scene.catalog.traces(ada.id).await.unwrap().pages;
    assert_eq!(pages.iter().map(|page| (page.page, page.number)).collect::<Vec<_>>(), [(name, 1), (name, 1)]);
    assert_eq!(scene.catalog.traces(bob.id).await.unwrap().pages, []);
    assert_eq!(scene.catalog.own_transfers(ada.id, None, 10).await.unwrap(), []);
    assert_eq!(scene.catalog.redactions_by(ada.id, None, 10).await.unwrap(), []);
}
