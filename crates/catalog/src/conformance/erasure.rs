//! Erasing accounts.

use flaneur_access::{Viewer, Visibility};

use super::{
    areas::{add, area, square},
    edits::tag_something,
    reports::report_by,
    scene::{Scene, viewer},
};
use crate::{
    CatalogError,
    model::{
        Account, AccountId, ChangeKind, Claim, Erased, HistoryOf, Invite, JobKind, NewAccount, NewInvite, NewToken,
        Person, PictureStatus, ReportStatus, SequenceId, Session, Sweep, TokenId,
    },
};

async fn erase(scene: &Scene, account: &Account) -> Erased {
    scene.catalog.erase_account(account.id, scene.job(), scene.now()).await.unwrap()
}

/// Deletes what erased accounts have, so many pictures at once. Answers how many steps it took.
async fn finish(scene: &Scene, most: i64) -> usize {
    let mut steps = 0;
    while let Some(lease) = scene.lease_any(JobKind::Erase).await {
        loop {
            steps += 1;
            match scene.catalog.erase_more(&lease, most, &|| scene.job(), scene.now()).await.unwrap() {
                Sweep::Going => {}
                Sweep::Done => break,
                Sweep::Lost => panic!("lost the lease"),
            }
        }
    }
    steps
}

async fn admin(scene: &Scene, name: &str) -> Account {
    let new =
        NewAccount { id: AccountId(scene.world.id()), name: name.to_owned(), admin: true, created_at: scene.now() };
    scene.catalog.create_account(new).await.unwrap()
}

pub async fn an_erased_account_is_found_by_nobody(scene: &Scene) {
    let (ada, bob) = (scene.account("Ada").await, scene.account("bob").await);
    assert_eq!(erase(scene, &ada).await, Erased::Begun);
    let catalog = &scene.catalog;
    assert_eq!(catalog.account(ada.id).await.unwrap(), None);
    let nameless = format!("erased-{}", ada.id);
    for name in ["ada", &nameless] {
        assert_eq!(catalog.account_by_name(name).await.unwrap(), None);
    }
    assert_eq!(catalog.search_accounts("a", 10).await.unwrap(), []);
    assert_eq!(catalog.search_accounts("erased", 10).await.unwrap(), []);
    assert_eq!(catalog.accounts(None, 10).await.unwrap(), std::slice::from_ref(&bob));
    // Again, or of nobody, it is no erasure; and the name is free.
    assert_eq!(erase(scene, &ada).await, Erased::Missing);
    assert_eq!(erase(scene, &Account { id: AccountId(scene.world.id()), ..ada.clone() }).await, Erased::Missing);
    assert_ne!(scene.account("ada").await.id, ada.id);
    assert_eq!(erase(scene, &bob).await, Erased::Begun);
    assert!(catalog.has_accounts().await.unwrap());
}

pub async fn nobody_acts_for_an_erased_account(scene: &Scene) {
    let (ada, bob) = (scene.account("Ada").await, scene.account("bob").await);
    let catalog = &scene.catalog;
    let mut tokens = Vec::new();
    for account in [Some(ada.id), Some(bob.id), None] {
        let new = NewToken {
            id: TokenId(scene.world.id()),
            account,
            description: String::new(),
            created_at: scene.now(),
            expires_at: None,
            scopes: None,
        };
        tokens.push(catalog.create_token(new).await.unwrap().id);
    }
    for (secret, account) in [(vec![1; 32], ada.id), (vec![2; 32], bob.id)] {
        let session = Session { secret_sha256: secret, account, expires_at: scene.now() + super::scene::HOLD };
        catalog.create_session(session, scene.now()).await.unwrap();
    }
    let person = Person { issuer: "https://id.example".to_owned(), subject: "1".to_owned(), name: "Ada".to_owned() };
    catalog.link(&person, ada.id, scene.now()).await.unwrap();
    let invite = NewInvite {
        code_sha256: vec![3; 32],
        name: "ADA".to_owned(),
        admin: false,
        created_at: scene.now(),
        expires_at: scene.now() + super::scene::HOLD,
    };
    catalog.create_invite(invite).await.unwrap();
    erase(scene, &ada).await;

    assert_eq!(catalog.token(tokens[0]).await.unwrap(), None);
    assert_eq!(catalog.token(tokens[1]).await.unwrap().unwrap().account, Some(bob.id));
    assert_eq!(catalog.session(&[1; 32], scene.now()).await.unwrap(), None);
    assert_eq!(catalog.session(&[2; 32], scene.now()).await.unwrap(), Some(bob));
    assert_eq!(catalog.logins(ada.id).await.unwrap(), []);
    let redeemed = catalog.redeem_invite(&[3; 32], AccountId(scene.world.id()), scene.now()).await.unwrap();
    assert_eq!(redeemed, Invite::Invalid, "it was for her");
    // Who comes again is somebody new.
    let new = AccountId(scene.world.id());
    let arrival = catalog.arrive(&person, Some(new), scene.now()).await.unwrap();
    assert!(matches!(arrival, crate::model::Arrival::Made(account) if account.id == new && account.name == "Ada"));
    // What was on its way when she was erased ends with the job.
    assert_eq!(catalog.claim_token(tokens[2], ada.id).await.unwrap(), Claim::Claimed);
    let late = Session { secret_sha256: vec![4; 32], account: ada.id, expires_at: scene.now() + super::scene::HOLD };
    catalog.create_session(late, scene.now()).await.unwrap();
    assert_eq!(catalog.session(&[4; 32], scene.now()).await.unwrap(), None, "and lets nobody in before");
    finish(scene, 10).await;
    assert_eq!(catalog.token(tokens[2]).await.unwrap(), None);
}

pub async fn what_an_erased_account_has_is_deleted_in_steps(scene: &Scene) {
    let (ada, bob) = (scene.account("Ada").await, scene.account("bob").await);
    let street = scene.street(&ada, Visibility::Anyone, 7).await;
    let hidden = scene.street(&ada, Visibility::OwnerOnly, 2).await;
    let waiting_set = scene.set(&ada).await;
    let waiting = scene.accept(waiting_set, scene.picture(&ada)).await;
    let empty = scene.set(&ada).await;
    let of_bob = scene.street(&bob, Visibility::Anyone, 2).await;
    tag_something(scene, &ada, street.pictures[0]).await;
    let home = add(scene, area(scene, Some(&ada), square(10.0, 10.0, 0.5))).await;
    super::areas::sweep(scene, 100).await;
    scene.refresh().await;
    scene.pass(1);
    erase(scene, &ada).await;
    // Seven in three steps, two in one, one in one, none in one, an edit, and the end.
    assert_eq!(finish(scene, 3).await, 8);

    let catalog = &scene.catalog;
    for id in street.pictures.iter().chain(&hidden.pictures).chain([&waiting]) {
        assert_eq!(catalog.picture(*id).await.unwrap(), None);
        let tombstone = catalog.picture_to_destroy(*id).await.unwrap().unwrap();
        assert_eq!((tombstone.status, tombstone.lon, tombstone.lat), (PictureStatus::Deleted, 0.0, 0.0));
        assert_eq!((tombstone.file_name.as_str(), tombstone.content_sha256.as_str()), ("", ""));
        assert!(tombstone.objects.is_some() || tombstone.original.is_some(), "its files are yet to be destroyed");
        assert_eq!(scene.queued(JobKind::Destroy, id.0).await, 1);
    }
    for set in [street.set, hidden.set, waiting_set, empty] {
        assert_eq!(catalog.upload_set(set).await.unwrap(), None);
    }
    let own = viewer(&ada);
    let mut left = scene.search(&scene.query(own)).await;
    left.sort();
    assert_eq!(left, of_bob.pictures);
    assert!(catalog.sequence(own, street.sequence).await.unwrap().is_none());
    assert!(catalog.areas(Some(ada.id)).await.unwrap().iter().all(|area| area.id != home));
    assert_eq!(catalog.edits_by(ada.id, None, 10).await.unwrap(), [], "of which nothing is left");
    assert_eq!(catalog.coverage_drift().await.unwrap(), 0);
}

pub async fn what_others_have_stays(scene: &Scene) {
    let (ada, bob) = (scene.account("Ada").await, scene.account("bob").await);
    let street = scene.street(&bob, Visibility::Anyone, 2).await;
    tag_something(scene, &ada, street.pictures[0]).await;
    let report = report_by(scene, street.pictures[1], &ada).await;
    erase(scene, &ada).await;
    finish(scene, 10).await;
    let item = scene.catalog.item(Viewer::Anonymous, street.pictures[0]).await.unwrap().unwrap();
    assert_eq!(item.picture.semantics.len(), 2);
    let history = scene.catalog.history(HistoryOf::Picture(street.pictures[0]), None, 10).await.unwrap();
    assert_eq!((history.len(), history[0].0.account), (2, ada.id));
    assert!(history.iter().all(|(edit, _)| edit.name == format!("erased-{}", ada.id)));
    let kept = scene.catalog.find_report(report).await.unwrap().unwrap();
    assert_eq!((kept.status, kept.reporter, kept.email), (ReportStatus::OpenAutofix, None, None));
}

pub async fn nothing_begins_for_an_erased_account(scene: &Scene) {
    let ada = scene.account("Ada").await;
    let set = scene.set(&ada).await;
    erase(scene, &ada).await;
    let begun = scene.catalog.create_upload_set(scene.new_set(&ada)).await;
    assert!(matches!(begun, Err(CatalogError::Missing(_))), "{begun:?}");
    let begun = scene.catalog.begin_sequence(scene.new_set(&ada), SequenceId(scene.world.id())).await;
    assert!(matches!(begun, Err(CatalogError::Missing(_))), "{begun:?}");
    // What comes to a set of before is deleted with it.
    let late = scene.accept(set, scene.picture(&ada)).await;
    finish(scene, 10).await;
    assert_eq!(scene.catalog.picture(late).await.unwrap(), None);
}

pub async fn the_last_administrator_is_not_erased(scene: &Scene) {
    let (one, two) = (admin(scene, "one").await, admin(scene, "two").await);
    let other = scene.account("other").await;
    let tasks = [&one, &two].map(|account| {
        let (catalog, id, job, now) = (scene.catalog.clone(), account.id, scene.job(), scene.now());
        tokio::spawn(async move { catalog.erase_account(id, job, now).await.unwrap() })
    });
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes.sort_by_key(|outcome| *outcome != Erased::Begun);
    assert_eq!(outcomes, [Erased::Begun, Erased::LastAdministrator], "one of them stays");
    assert_eq!(erase(scene, &other).await, Erased::Begun);
}

pub async fn an_erasure_is_logged(scene: &Scene) {
    let ada = scene.account("Ada").await;
    let log = scene.catalog.last_change().await.unwrap();
    scene.pass(1);
    erase(scene, &ada).await;
    let changes = scene.catalog.changes(log, 10).await.unwrap();
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((change.kind, change.picture, change.sequence), (ChangeKind::Deleted, None, None));
    assert_eq!((change.account, change.at), (ada.id, scene.now()));
}
