//! Redacting published pictures again, and undoing it, with surgery that can be seen through.

use std::{collections::BTreeMap, str::FromStr as _};

use crate::common::{
    Bench, photo,
    scissors::{Scissors, line},
};
use age::secrecy::ExposeSecret as _;
use flaneur_access::Viewer;
use flaneur_catalog::{
    Changes as _, Jobs as _, Pictures as _, Redactions as _,
    model::{
        ChangeKind, JobCounts, JobId, JobKind, Outline, PictureId, Redaction, RedactionId, RedactionOrigin,
        RedactionReceipt, RedactionState, RegionClass, Undo, UndoReceipt, UndoState,
    },
};
use flaneur_seal::{Identities, Recipients};
use flaneur_storage::{PatchKey, PublicKey, StorageError};
use flaneur_worker::{
    surgery::Region,
    sweep::{Moment, sweep},
    unseal::{UnsealError, Unsealer},
};
use futures::TryStreamExt as _;
use jiff::SignedDuration;

/// A key pair: what the server is told, and what it is not.
fn keys() -> (Recipients, Identities) {
    let identity = age::x25519::Identity::generate();
    let recipients = Recipients::parse(&[identity.to_public().to_string()]).unwrap();
    (recipients, Identities::parse(identity.to_string().expose_secret()).unwrap())
}

/// A picture that everybody sees.
async fn shown(bench: &Bench) -> PictureId {
    let set = bench.upload_set(true).await;
    let id = bench.send(set, 0, &photo(1)).await;
    bench.complete(set).await;
    bench.worker.drain().await.unwrap();
    assert!(bench.catalog.item(Viewer::Anonymous, id).await.unwrap().is_some());
    id
}

fn drawn(bench: &Bench, picture: PictureId, left: f64) -> Redaction {
    Redaction {
        id: RedactionId(bench.world.id()),
        picture,
        origin: RedactionOrigin::Drawn,
        class: RegionClass::Other,
        outlines: vec![Outline::Box([left, 10.0, left + 20.0, 30.0])],
        state: RedactionState::Asked,
        asked_by: Some(bench.account.id),
        asked_at: bench.world.now(),
        settled_at: None,
        message: None,
        undo: None,
    }
}

fn cut(redaction: &Redaction) -> String {
    line(&Region { class: redaction.class, outline: redaction.outlines[0].clone() })
}

async fn ask(bench: &Bench, redaction: &Redaction) {
    bench.clock.advance(SignedDuration::from_secs(1));
    let job = JobId(bench.world.id());
    let receipt = bench.catalog.ask_redaction(redaction.clone(), 100, job).await.unwrap();
    assert_eq!(receipt, RedactionReceipt::Taken);
}

async fn ask_undo(bench: &Bench, redaction: &Redaction) -> UndoReceipt {
    let undo = Undo {
        state: UndoState::Asked,
        by: bench.account.id,
        at: bench.world.now(),
        reason: "a statue".to_owned(),
        answer: None,
    };
    bench.catalog.ask_undo(redaction.clone(), undo).await.unwrap()
}

async fn master(bench: &Bench, id: PictureId) -> Vec<u8> {
    let objects = bench.catalog.picture(id).await.unwrap().unwrap().objects.unwrap();
    let key = PublicKey::from_str(&objects.master).unwrap();
    bench.storage.public.read(&key, None).await.unwrap().to_vec()
}

async fn patches(bench: &Bench) -> usize {
    let listed: Vec<_> = bench.storage.private.patches().try_collect().await.unwrap();
    listed.len()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

fn unsealer(bench: &Bench, identities: Identities) -> Unsealer {
    Unsealer {
        catalog: bench.catalog.clone(),
        storage: bench.storage.clone(),
        surgery: std::sync::Arc::new(Scissors),
        identities,
        world: bench.world.clone(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_is_cut_and_what_was_there_is_removed() {
    let bench = Bench::new().await;
    let id = shown(&bench).await;
    let before = bench.catalog.picture(id).await.unwrap().unwrap().objects.unwrap();
    let log = bench.catalog.last_change().await.unwrap();
    let (one, two) = (drawn(&bench, id, 5.0), drawn(&bench, id, 50.0));
    ask(&bench, &one).await;
    ask(&bench, &two).await;
    bench.worker.drain().await.unwrap();

    let now = master(&bench, id).await;
    assert!(holds(&now, &cut(&one)) && holds(&now, &cut(&two)));
    for key in before.keys() {
        let gone = bench.storage.public.size(&key.parse().unwrap()).await.unwrap();
        assert_eq!(gone, None, "{key} is still there");
    }
    assert_eq!(bench.storage.public.list(10).await.unwrap().len(), 3);
    let states: Vec<_> = bench.catalog.redactions(id).await.unwrap().iter().map(|each| each.state).collect();
    assert_eq!(states, [RedactionState::Done, RedactionState::Done]);
    let changes = bench.catalog.changes(log, 100).await.unwrap();
    let redacted = |change: &&flaneur_catalog::model::Change| change.kind == ChangeKind::Redacted;
    assert_eq!(changes.iter().filter(redacted).count(), 1, "both in one go");
    assert_eq!(bench.catalog.job_counts().await.unwrap(), JobCounts::default());
    assert_eq!(patches(&bench).await, 0, "nothing is kept unless the operator chose so");
    assert_eq!(ask_undo(&bench, &one).await, UndoReceipt::NotSealed);
}

#[tokio::test(flavor = "multi_thread")]
async fn redacting_goes_before_processing() {
    let bench = Bench::new().await;
    let id = shown(&bench).await;
    let set = bench.upload_set(true).await;
    for number in 1..4 {
        bench.send(set, number, &photo(number as u8 + 10)).await;
    }
    ask(&bench, &drawn(&bench, id, 5.0)).await;
    let hold = SignedDuration::from_secs(60);
    let kinds = [JobKind::Process, JobKind::Redact];
    let lease = bench.catalog.lease(&kinds, bench.world.id(), hold).await.unwrap().unwrap();
    assert_eq!((lease.kind, lease.subject), (JobKind::Redact, id.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_shown_any_more_is_refused() {
    let bench = Bench::new().await;
    let id = shown(&bench).await;
    ask(&bench, &drawn(&bench, id, 5.0)).await;
    // Its objects are lost, and it is taken out of sight.
    let rejection = flaneur_catalog::model::Rejection {
        reason: "lost".to_owned(),
        severity: flaneur_catalog::model::Severity::Error,
        message: "lost".to_owned(),
        details: None,
    };
    let jobs = [JobId(bench.world.id()), JobId(bench.world.id())];
    let catalog = bench.worker.catalog.clone();
    assert!(catalog.lose_picture(id, rejection, jobs, bench.world.now()).await.unwrap().is_some());
    bench.worker.drain().await.unwrap();
    let refused = bench.catalog.redactions(id).await.unwrap().remove(0);
    assert_eq!(refused.state, RedactionState::Refused);
    assert!(refused.message.unwrap().contains("not shown"));
    assert_eq!(bench.catalog.job_counts().await.unwrap(), JobCounts::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_false_alarm_comes_back_and_nothing_else() {
    let mut bench = Bench::new().await;
    let (seal_to, identities) = keys();
    bench.worker.options.seal_to = seal_to;
    let id = shown(&bench).await;
    let first = master(&bench, id).await;
    let (alarm, real) = (drawn(&bench, id, 5.0), drawn(&bench, id, 50.0));
    ask(&bench, &alarm).await;
    bench.worker.drain().await.unwrap();
    ask(&bench, &real).await;
    bench.worker.drain().await.unwrap();
    assert_eq!(patches(&bench).await, 3, "one of the first processing");
    let patch = bench.catalog.patches(&[id]).await.unwrap().remove(0);
    let sealed = bench.storage.private.read_patch(&PatchKey::from_str(&patch.key).unwrap()).await.unwrap();
    assert!(!holds(&sealed, "cut"), "it can be read without the key");
    assert_eq!(ask_undo(&bench, &alarm).await, UndoReceipt::Taken);

    let (_, others) = keys();
    let wrong = unsealer(&bench, others).unseal(id, false).await.unwrap_err();
    assert!(matches!(wrong, UnsealError::Key { .. }), "{wrong}");
    let right = unsealer(&bench, identities);
    assert_eq!(right.unseal(id, true).await.unwrap(), [alarm.id]);
    assert!(holds(&master(&bench, id).await, &cut(&alarm)), "it was only tried");
    assert_eq!(right.unseal(id, false).await.unwrap(), [alarm.id]);
    bench.worker.drain().await.unwrap();

    let now = master(&bench, id).await;
    assert!(!holds(&now, &cut(&alarm)) && holds(&now, &cut(&real)));
    assert_eq!(bench.storage.public.list(10).await.unwrap().len(), 3, "what it was before is removed");
    let states: BTreeMap<_, _> =
        bench.catalog.redactions(id).await.unwrap().iter().map(|each| (each.id, each.state)).collect();
    assert_eq!(states, BTreeMap::from([(alarm.id, RedactionState::Undone), (real.id, RedactionState::Done)]));
    assert_eq!(right.unseal(id, false).await.unwrap(), [], "there is nothing left to do");

    // Undone to the last, it is what it was at first, whose objects were removed in between.
    assert_eq!(ask_undo(&bench, &real).await, UndoReceipt::Taken);
    assert_eq!(right.unseal(id, false).await.unwrap(), [real.id]);
    bench.worker.drain().await.unwrap();
    assert!(master(&bench, id).await == first);
    assert_eq!(bench.catalog.job_counts().await.unwrap(), JobCounts::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_undone_is_explained() {
    let mut bench = Bench::new().await;
    let (seal_to, identities) = keys();
    bench.worker.options.seal_to = seal_to;
    let id = shown(&bench).await;
    let alarm = drawn(&bench, id, 5.0);
    ask(&bench, &alarm).await;
    bench.worker.drain().await.unwrap();
    assert_eq!(ask_undo(&bench, &alarm).await, UndoReceipt::Taken);
    let unsealer = unsealer(&bench, identities);

    // A worker is at it.
    ask(&bench, &drawn(&bench, id, 50.0)).await;
    let hold = SignedDuration::from_secs(60);
    let lease = bench.catalog.lease(&[JobKind::Redact], bench.world.id(), hold).await.unwrap().unwrap();
    assert!(matches!(unsealer.unseal(id, false).await, Err(UnsealError::Busy)));
    assert!(bench.catalog.release(&lease).await.unwrap());

    // Its patch is lost. What was asked of the workers is still asked of them.
    let key: PatchKey = bench.catalog.patches(&[id]).await.unwrap().pop().unwrap().key.parse().unwrap();
    bench.storage.private.destroy_patch(&key).await.unwrap();
    assert!(matches!(unsealer.unseal(id, false).await, Err(UnsealError::Lost { .. })));
    assert_eq!(bench.catalog.job_counts().await.unwrap().queued, 1);

    let jobs = [JobId(bench.world.id()), JobId(bench.world.id())];
    assert!(bench.catalog.delete_picture(id, jobs, bench.world.now()).await.unwrap());
    assert!(matches!(unsealer.unseal(id, false).await, Err(UnsealError::Gone)));
    assert_eq!(bench.catalog.undo_requests(10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn patches_die_with_their_picture_and_orphans_are_swept() {
    let mut bench = Bench::new().await;
    let (seal_to, _) = keys();
    bench.worker.options.seal_to = seal_to;
    let id = shown(&bench).await;
    ask(&bench, &drawn(&bench, id, 5.0)).await;
    bench.worker.drain().await.unwrap();
    // Of a worker that died between storing and publishing.
    let orphan = bench.storage.private.put_patch(id.0, b"left behind".to_vec().into()).await.unwrap();
    assert_eq!((patches(&bench).await, sweep(&bench.worker).await.unwrap()), (3, 0), "it is new");
    let later = Moment::now(&bench.storage).await.unwrap();
    bench.worker.options.sweep.before = Some(Moment { public: later.public + 10, private: later.private + 10 });
    assert_eq!(sweep(&bench.worker).await.unwrap(), 1);
    assert!(matches!(bench.storage.private.read_patch(&orphan).await, Err(StorageError::Missing(_))));

    let jobs = [JobId(bench.world.id()), JobId(bench.world.id())];
    assert!(bench.catalog.delete_picture(id, jobs, bench.world.now()).await.unwrap());
    bench.worker.drain().await.unwrap();
    assert_eq!(patches(&bench).await, 0);
    assert_eq!(bench.storage.public.list(10).await.unwrap(), []);
    assert_eq!(bench.catalog.patches(&[id]).await.unwrap(), []);
}
