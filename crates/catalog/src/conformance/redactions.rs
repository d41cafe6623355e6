//! Redacting published pictures again, and undoing it.

use flaneur_access::{Viewer, Visibility};

use super::scene::{HOLD, Scene};
use crate::model::{
    Account, BoxClass, ChangeKind, Detection, JobKind, Lease, Objects, Outline, Patch, PictureId, Redaction,
    RedactionId, RedactionOrigin, RedactionReceipt, RedactionState, RegionClass, Republication, Undo, UndoReceipt,
    UndoState,
};

const MOST: i64 = 10;

fn drawn(scene: &Scene, picture: PictureId, by: &Account, regions: usize) -> Redaction {
    let outline = |n: usize| match n % 2 {
        0 => Outline::Box([1.5, 2.0, 30.25, 40.0]),
        _ => Outline::Polygon(vec![[0.0, 0.0], [10.5, 0.0], [5.0, 7.25]]),
    };
    Redaction {
        id: RedactionId(scene.world.id()),
        picture,
        origin: RedactionOrigin::Drawn,
        class: RegionClass::Other,
        outlines: (0..regions).map(outline).collect(),
        state: RedactionState::Asked,
        asked_by: Some(by.id),
        asked_at: scene.now(),
        settled_at: None,
        message: None,
        undo: None,
    }
}

fn undo(scene: &Scene, by: &Account) -> Undo {
    Undo { state: UndoState::Asked, by: by.id, at: scene.now(), reason: "it is a statue".to_owned(), answer: None }
}

fn detection() -> Detection {
    Detection {
        class: BoxClass::Face,
        score: 0.75,
        model: "faces".to_owned(),
        model_version: "3".to_owned(),
        bounds: [1.5, 2.0, 30.25, 40.0],
    }
}

fn patch(scene: &Scene, picture: PictureId, covers: &[RedactionId]) -> Patch {
    let key = format!("patches/{}", scene.world.id());
    Patch { key, picture, created_at: scene.now(), size: 123, covers: covers.to_vec() }
}

/// Other objects than there are, but with the same thumbnail.
async fn republication(scene: &Scene, picture: PictureId, done: &[RedactionId]) -> Republication {
    let before = scene.catalog.picture(picture).await.unwrap().unwrap().objects.unwrap();
    let mark = scene.world.id();
    Republication {
        picture,
        from: before.master.clone(),
        objects: Objects { master: format!("{mark}/master"), sd: format!("{mark}/sd"), ..before },
        done: done.to_vec(),
        undone: Vec::new(),
        patch: None,
        revision: 0,
        at: scene.now(),
    }
}

async fn ask(scene: &Scene, redaction: &Redaction) -> RedactionReceipt {
    scene.catalog.ask_redaction(redaction.clone(), MOST, scene.job()).await.unwrap()
}

async fn states(scene: &Scene, picture: PictureId) -> Vec<RedactionState> {
    scene.catalog.redactions(picture).await.unwrap().into_iter().map(|each| each.state).collect()
}

/// Takes the superseded objects for removed.
async fn clear(scene: &Scene, lease: &Lease, picture: PictureId) {
    let keys = scene.catalog.superseded(picture).await.unwrap();
    assert!(scene.catalog.forget_superseded(lease, &keys).await.unwrap());
}

/// Redacts a ready picture again, with what was removed kept, and asks to have that undone.
pub async fn redact(scene: &Scene, account: &Account, picture: PictureId) {
    let asked = drawn(scene, picture, account, 2);
    assert_eq!(ask(scene, &asked).await, RedactionReceipt::Taken);
    let lease = scene.lease(JobKind::Redact, picture.0).await;
    let patch = Some(patch(scene, picture, &[asked.id]));
    let new = Republication { patch, ..republication(scene, picture, &[asked.id]).await };
    assert!(scene.catalog.republish_picture(&lease, new, scene.two_jobs()).await.unwrap());
    assert_eq!(scene.catalog.ask_undo(asked, undo(scene, account)).await.unwrap(), UndoReceipt::Taken);
}

pub async fn drawn_regions_are_noted_with_a_job(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let picture = street.pictures[0];
    let first = drawn(scene, picture, &ada, 2);
    assert_eq!(ask(scene, &first).await, RedactionReceipt::Taken);
    scene.pass(1);
    let second = drawn(scene, picture, &ada, 1);
    assert_eq!(ask(scene, &second).await, RedactionReceipt::Taken);
    assert_eq!(scene.catalog.redactions(picture).await.unwrap(), [first, second]);
    assert_eq!(scene.catalog.redactions(street.pictures[1]).await.unwrap(), []);
    assert_eq!(scene.queued(JobKind::Redact, picture.0).await, 1, "one for both");
    assert!(JobKind::Redact.priority() < JobKind::Process.priority());
}

pub async fn a_picture_has_so_many_regions_at_most(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let picture = street.pictures[0];
    assert_eq!(ask(scene, &drawn(scene, picture, &ada, 7)).await, RedactionReceipt::Taken);
    assert_eq!(ask(scene, &drawn(scene, picture, &ada, 4)).await, RedactionReceipt::TooMany);
    assert_eq!(ask(scene, &drawn(scene, picture, &ada, 3)).await, RedactionReceipt::Taken);
    assert_eq!(scene.catalog.redactions(picture).await.unwrap().len(), 2);
}

pub async fn only_ready_pictures_are_redacted_again(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let sent = scene.picture(&ada);
    let waiting = scene.accept(set, sent).await;
    assert_eq!(ask(scene, &drawn(scene, waiting, &ada, 1)).await, RedactionReceipt::NotReady);
    assert_eq!(ask(scene, &drawn(scene, PictureId(scene.world.id()), &ada, 1)).await, RedactionReceipt::NotReady);
    assert_eq!(scene.queued(JobKind::Redact, waiting.0).await, 0);
    // Before its set is complete, it can be.
    scene.publish(waiting).await;
    assert_eq!(ask(scene, &drawn(scene, waiting, &ada, 1)).await, RedactionReceipt::Taken);
}

pub async fn redacting_again_switches_the_objects(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let picture = street.pictures[0];
    let before = scene.catalog.picture(picture).await.unwrap().unwrap().objects.unwrap();
    let asked = drawn(scene, picture, &ada, 2);
    assert_eq!(ask(scene, &asked).await, RedactionReceipt::Taken);
    let lease = scene.lease(JobKind::Redact, picture.0).await;
    let log = scene.catalog.last_change().await.unwrap();
    scene.pass(5);
    let sealed = patch(scene, picture, &[asked.id]);
    let new = Republication { patch: Some(sealed.clone()), ..republication(scene, picture, &[asked.id]).await };
    assert!(scene.catalog.republish_picture(&lease, new.clone(), scene.two_jobs()).await.unwrap());

    let item = scene.catalog.item(Viewer::Anonymous, picture).await.unwrap().unwrap();
    assert_eq!((item.picture.objects.as_ref(), item.picture.updated_at), (Some(&new.objects), new.at));
    let changes = scene.catalog.changes(log, 10).await.unwrap();
    assert!(changes.iter().any(|each| each.picture == Some(picture) && each.kind == ChangeKind::Redacted));
    let settled = scene.catalog.redactions(picture).await.unwrap();
    assert_eq!((settled[0].state, settled[0].settled_at), (RedactionState::Done, Some(new.at)));
    assert_eq!(scene.catalog.patches(&[picture]).await.unwrap(), [sealed]);
    let mut superseded = vec![before.master, before.sd];
    superseded.sort();
    assert_eq!(scene.catalog.superseded(picture).await.unwrap(), superseded, "the thumbnail stays");
    assert_eq!(scene.queued(JobKind::Refresh, street.sequence.0).await, 1);

    // The job is queued again to remove them; then it is done.
    assert!(!scene.catalog.forget_superseded(&lease, &superseded).await.unwrap(), "that lease is over");
    let lease = scene.lease(JobKind::Redact, picture.0).await;
    clear(scene, &lease, picture).await;
    assert_eq!(scene.catalog.superseded(picture).await.unwrap(), Vec::<String>::new());
    assert_eq!(scene.queued(JobKind::Redact, picture.0).await, 0);
}

pub async fn regions_asked_for_meanwhile_are_not_lost(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let picture = street.pictures[0];
    let first = drawn(scene, picture, &ada, 1);
    ask(scene, &first).await;
    let lease = scene.lease(JobKind::Redact, picture.0).await;
    scene.pass(1);
    ask(scene, &drawn(scene, picture, &ada, 1)).await;
    let new = republication(scene, picture, &[first.id]).await;
    assert!(scene.catalog.republish_picture(&lease, new, scene.two_jobs()).await.unwrap());
    assert_eq!(states(scene, picture).await, [RedactionState::Done, RedactionState::Asked]);
    let lease = scene.lease(JobKind::Redact, picture.0).await;
    // Nor while the job only clears away.
    scene.pass(1);
    ask(scene, &drawn(scene, picture, &ada, 1)).await;
    clear(scene, &lease, picture).await;
    assert_eq!(scene.queued(JobKind::Redact, picture.0).await, 1);
}

pub async fn what_comes_back_is_not_removed(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let picture = street.pictures[0];
    let first = scene.catalog.picture(picture).await.unwrap().unwrap().objects.unwrap();
    let asked = drawn(scene, picture, &ada, 1);
    ask(scene, &asked).await;
    let lease = scene.lease(JobKind::Redact, picture.0).await;
    let new = republication(scene, picture, &[asked.id]).await;
    assert!(scene.catalog.republish_picture(&lease, new.clone(), scene.two_jobs()).await.unwrap());
    let lease = scene.lease(JobKind::Redact, picture.0).await;
    let back = Republication {
        from: new.objects.master.clone(),
        objects: first.clone(),
        done: Vec::new(),
        undone: vec![asked.id],
        ..new.clone()
    };
    assert!(scene.catalog.republish_picture(&lease, back, scene.two_jobs()).await.unwrap());
    let superseded = scene.catalog.superseded(picture).await.unwrap();
    assert!(!superseded.contains(&first.master) && superseded.contains(&new.objects.master), "{superseded:?}");
    assert_eq!(states(scene, picture).await, [RedactionState::Undone]);
}

pub async fn a_lost_lease_republishes_nothing(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let picture = street.pictures[0];
    let asked = drawn(scene, picture, &ada, 1);
    ask(scene, &asked).await;
    let lost = scene.lease(JobKind::Redact, picture.0).await;
    scene.pass(60);
    let held = scene.lease(JobKind::Redact, picture.0).await;
    let before = scene.catalog.picture(picture).await.unwrap();
    let log = scene.catalog.last_change().await.unwrap();
    let new = republication(scene, picture, &[asked.id]).await;
    let other = Republication { patch: Some(patch(scene, picture, &[asked.id])), ..new.clone() };
    assert!(!scene.catalog.republish_picture(&lost, other, scene.two_jobs()).await.unwrap());
    assert!(!scene.catalog.refuse_redactions(&lost, "no", scene.now()).await.unwrap());
    assert_eq!(scene.catalog.picture(picture).await.unwrap(), before);
    assert_eq!(scene.catalog.last_change().await.unwrap(), log);
    assert_eq!(states(scene, picture).await, [RedactionState::Asked]);
    assert_eq!(scene.catalog.patches(&[picture]).await.unwrap(), []);
    // Made from what is there no longer, it changes nothing either.
    let stale = Republication { from: "another master".to_owned(), ..new.clone() };
    assert!(!scene.catalog.republish_picture(&held, stale, scene.two_jobs()).await.unwrap());
    assert!(scene.catalog.republish_picture(&held, new, scene.two_jobs()).await.unwrap());
}

pub async fn what_cannot_be_redacted_is_refused(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let picture = street.pictures[0];
    ask(scene, &drawn(scene, picture, &ada, 1)).await;
    let lease = scene.lease(JobKind::Redact, picture.0).await;
    assert!(scene.catalog.refuse_redactions(&lease, "it is broken", scene.pass(1)).await.unwrap());
    let refused = scene.catalog.redactions(picture).await.unwrap().remove(0);
    assert_eq!((refused.state, refused.message.as_deref()), (RedactionState::Refused, Some("it is broken")));
    assert_eq!(refused.settled_at, Some(scene.now()));
    assert_eq!(scene.queued(JobKind::Redact, picture.0).await, 0);
}

pub async fn a_false_alarm_is_undone_with_its_patch(scene: &Scene) {
    let ada = scene.account("ada").await;
    let set = scene.set(&ada).await;
    let sent = scene.picture(&ada);
    let picture = scene.accept(set, sent).await;
    let found = detection();
    let id = found.redaction(picture);
    let lease = scene.lease(JobKind::Process, picture.0).await;
    let sealed = patch(scene, picture, &[id]);
    let publication = crate::model::Publication {
        detections: vec![found.clone()],
        patch: Some(sealed.clone()),
        ..scene.publication(picture)
    };
    assert!(scene.catalog.publish_picture(&lease, publication, scene.three_jobs()).await.unwrap());
    assert_eq!(scene.catalog.patches(&[picture]).await.unwrap(), [sealed]);
    // What was stored is the same finding.
    let stored = scene.catalog.detections(picture).await.unwrap().remove(0);
    assert_eq!(stored.redaction(picture), id);
    assert_eq!(scene.catalog.redactions(picture).await.unwrap(), [], "nobody has said anything of it");

    let wanted = Redaction::of_detection(picture, &found, scene.pass(1));
    assert_eq!(scene.catalog.ask_undo(wanted.clone(), undo(scene, &ada)).await.unwrap(), UndoReceipt::Taken);
    assert_eq!(scene.catalog.ask_undo(wanted.clone(), undo(scene, &ada)).await.unwrap(), UndoReceipt::AskedBefore);
    let expected = Redaction { undo: Some(undo(scene, &ada)), ..wanted.clone() };
    assert_eq!(scene.catalog.undo_requests(10).await.unwrap(), [expected]);

    let lease = scene.catalog.claim(scene.job(), JobKind::Redact, picture.0, scene.world.id(), HOLD).await.unwrap();
    let undone = Republication { undone: vec![id], ..republication(scene, picture, &[]).await };
    assert!(scene.catalog.republish_picture(&lease.unwrap(), undone, scene.two_jobs()).await.unwrap());
    assert_eq!(scene.catalog.undo_requests(10).await.unwrap(), []);
    let row = scene.catalog.redactions(picture).await.unwrap().remove(0);
    assert_eq!((row.state, row.undo.unwrap().state), (RedactionState::Undone, UndoState::Done));
    let again = scene.catalog.ask_undo(wanted, undo(scene, &ada)).await.unwrap();
    assert_eq!(again, UndoReceipt::NotDone(RedactionState::Undone));
}

pub async fn a_request_that_is_turned_down_has_an_answer(scene: &Scene) {
    let ada = scene.account("ada").await;
    let picture = scene.street(&ada, Visibility::Anyone, 1).await.pictures[0];
    redact(scene, &ada, picture).await;
    let asked = scene.catalog.undo_requests(10).await.unwrap().remove(0);
    assert!(!scene.catalog.reject_undo(RedactionId(scene.world.id()), "no").await.unwrap());
    assert!(scene.catalog.reject_undo(asked.id, "it is a face").await.unwrap());
    assert!(!scene.catalog.reject_undo(asked.id, "once more").await.unwrap(), "nobody asks any more");
    assert_eq!(scene.catalog.undo_requests(10).await.unwrap(), []);
    let told = async || scene.catalog.redactions(picture).await.unwrap().remove(0);
    let rejected = Undo { state: UndoState::Rejected, answer: Some("it is a face".to_owned()), ..undo(scene, &ada) };
    assert_eq!(told().await, Redaction { undo: Some(rejected), ..asked.clone() });
    // Asked again, it waits as before.
    let again = Undo { reason: "it is a poster".to_owned(), at: scene.pass(1), ..undo(scene, &ada) };
    assert_eq!(scene.catalog.ask_undo(asked.clone(), again.clone()).await.unwrap(), UndoReceipt::Taken);
    assert_eq!(told().await, Redaction { undo: Some(again), ..asked });
}

pub async fn what_was_not_sealed_is_not_undone(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 2).await;
    let [picture, other] = [street.pictures[0], street.pictures[1]];
    let asked = drawn(scene, picture, &ada, 1);
    ask(scene, &asked).await;
    let ask_undo =
        async |redaction: &Redaction| scene.catalog.ask_undo(redaction.clone(), undo(scene, &ada)).await.unwrap();
    assert_eq!(ask_undo(&asked).await, UndoReceipt::NotDone(RedactionState::Asked));
    let lease = scene.lease(JobKind::Redact, picture.0).await;
    let new = republication(scene, picture, &[asked.id]).await;
    assert!(scene.catalog.republish_picture(&lease, new, scene.two_jobs()).await.unwrap());
    assert_eq!(ask_undo(&asked).await, UndoReceipt::NotSealed);
    assert_eq!(ask_undo(&Redaction { picture: other, ..asked.clone() }).await, UndoReceipt::Missing);
    assert_eq!(ask_undo(&drawn(scene, picture, &ada, 1)).await, UndoReceipt::Missing);
    // Of a detection, nothing is stored either.
    assert_eq!(ask_undo(&Redaction::of_detection(picture, &detection(), scene.now())).await, UndoReceipt::NotSealed);
    assert_eq!(scene.catalog.redactions(picture).await.unwrap().len(), 1);
    assert_eq!(scene.catalog.undo_requests(10).await.unwrap(), []);
}

pub async fn redactions_and_patches_die_with_their_picture(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let picture = street.pictures[0];
    let asked = drawn(scene, picture, &ada, 1);
    ask(scene, &asked).await;
    let lease = scene.lease(JobKind::Redact, picture.0).await;
    let sealed = patch(scene, picture, &[asked.id]);
    let new = Republication { patch: Some(sealed.clone()), ..republication(scene, picture, &[asked.id]).await };
    assert!(scene.catalog.republish_picture(&lease, new, scene.two_jobs()).await.unwrap());
    assert!(scene.catalog.delete_picture(picture, scene.two_jobs(), scene.now()).await.unwrap());
    assert_eq!(scene.catalog.redactions(picture).await.unwrap(), []);
    assert_eq!(scene.queued(JobKind::Redact, picture.0).await, 0);
    assert_eq!(ask(scene, &drawn(scene, picture, &ada, 1)).await, RedactionReceipt::NotReady);
    assert_eq!(scene.catalog.patches(&[picture]).await.unwrap(), [sealed], "until it is destroyed");
    assert_eq!(scene.catalog.superseded(picture).await.unwrap().len(), 2);
    let lease = scene.lease(JobKind::Destroy, picture.0).await;
    assert!(scene.catalog.destroyed(&lease, picture).await.unwrap());
    assert_eq!(scene.catalog.patches(&[picture]).await.unwrap(), []);
    assert_eq!(scene.catalog.superseded(picture).await.unwrap(), Vec::<String>::new());
}

pub async fn a_claim_takes_what_nobody_holds(scene: &Scene) {
    let ada = scene.account("ada").await;
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let picture = street.pictures[0];
    let claim =
        async || scene.catalog.claim(scene.job(), JobKind::Redact, picture.0, scene.world.id(), HOLD).await.unwrap();
    // Where there is none, it makes one, which is gone when it ends.
    let lease = claim().await.unwrap();
    assert_eq!((lease.kind, lease.subject), (JobKind::Redact, picture.0));
    assert!(claim().await.is_none(), "it is held");
    assert!(scene.lease_any(JobKind::Redact).await.is_none());
    assert!(scene.catalog.heartbeat(&lease, HOLD).await.unwrap());
    assert!(scene.catalog.finish(&lease).await.unwrap());
    assert_eq!(scene.queued(JobKind::Redact, picture.0).await, 0);
    // What was asked for before is queued again.
    ask(scene, &drawn(scene, picture, &ada, 1)).await;
    let lease = claim().await.unwrap();
    assert!(scene.lease_any(JobKind::Redact).await.is_none());
    assert!(scene.catalog.finish(&lease).await.unwrap());
    assert_eq!(scene.queued(JobKind::Redact, picture.0).await, 1);
    // A lease that ran out holds nobody off.
    let lost = scene.lease(JobKind::Redact, picture.0).await;
    assert!(claim().await.is_none());
    scene.pass(61);
    let lease = claim().await.unwrap();
    assert!(!scene.catalog.finish(&lost).await.unwrap());
    assert!(scene.catalog.finish(&lease).await.unwrap());
}

pub async fn a_choice_is_written_down(scene: &Scene) {
    let choose = async |value| scene.catalog.choose("seal-to", value, scene.now()).await.unwrap();
    assert_eq!(scene.catalog.chosen("seal-to").await.unwrap(), None);
    assert_eq!(choose("none").await, None);
    assert_eq!(choose("none").await.as_deref(), Some("none"));
    assert_eq!(choose("age1").await.as_deref(), Some("none"));
    assert_eq!(choose("age1").await.as_deref(), Some("age1"));
    assert_eq!(scene.catalog.chosen("seal-to").await.unwrap().as_deref(), Some("age1"));
    assert_eq!(scene.catalog.chosen("another").await.unwrap(), None);
}
