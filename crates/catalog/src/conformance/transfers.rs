//! Transfers.

use flaneur_access::Visibility;

use super::scene::Scene;
use crate::{
    CatalogError,
    model::{
        Account, JobKind, NewTransfer, SequenceId, Sweep, TransferId, TransferProgress, TransferReceipt, TransferStatus,
    },
};

fn new(scene: &Scene, account: &Account) -> NewTransfer {
    let sequence = SequenceId(scene.world.id());
    NewTransfer {
        id: TransferId(scene.world.id()),
        account: account.id,
        location: format!("https://other.example/api/collections/{sequence}"),
        sequence,
        created_at: scene.now(),
    }
}

async fn begin(scene: &Scene, new: &NewTransfer, most: i64) -> TransferReceipt {
    scene.catalog.begin_transfer(new, most, scene.job()).await.unwrap()
}

fn so_far(taken: i64) -> TransferProgress {
    TransferProgress { wanted: Some(9), taken, left_out: 1, message: None }
}

pub async fn a_transfer_is_begun_noted_and_ended(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let wanted = new(scene, &ada);
    assert_eq!(begin(scene, &wanted, 2).await, TransferReceipt::Begun);
    let catalog = &scene.catalog;
    let begun = catalog.transfer(wanted.id).await.unwrap().unwrap();
    assert_eq!((&begun.options, begun.status), (&wanted, TransferStatus::Waiting));
    assert_eq!(begun.progress, TransferProgress::default());
    assert_eq!(catalog.transfers(ada.id, true, 10).await.unwrap(), [begun]);
    assert_eq!(catalog.transfers(bob.id, false, 10).await.unwrap(), []);

    let lease = scene.lease(JobKind::Transfer, wanted.id.0).await;
    scene.pass(1);
    assert!(catalog.note_transfer(&lease, &so_far(3), scene.now()).await.unwrap());
    let running = catalog.transfer(wanted.id).await.unwrap().unwrap();
    assert_eq!(
        (running.status, running.progress, running.updated_at),
        (TransferStatus::Running, so_far(3), scene.now())
    );
    let told = TransferProgress { message: Some("one was left out".to_owned()), ..so_far(8) };
    assert!(catalog.end_transfer(&lease, true, &told, scene.now()).await.unwrap());
    let ended = catalog.transfer(wanted.id).await.unwrap().unwrap();
    assert_eq!((ended.status, &ended.progress), (TransferStatus::Finished, &told));
    assert_eq!(catalog.transfers(ada.id, true, 10).await.unwrap(), []);
    assert_eq!(catalog.transfers(ada.id, false, 10).await.unwrap(), [ended]);
    assert!(!catalog.note_transfer(&lease, &so_far(9), scene.now()).await.unwrap());
    assert!(!catalog.end_transfer(&lease, false, &so_far(9), scene.now()).await.unwrap());
    assert!(!catalog.stop_transfer(wanted.id, "stopped", scene.now()).await.unwrap());
}

pub async fn a_sequence_comes_once(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let wanted = new(scene, &ada);
    assert_eq!(begin(scene, &wanted, 2).await, TransferReceipt::Begun);
    let same = NewTransfer { id: TransferId(scene.world.id()), ..wanted.clone() };
    assert_eq!(begin(scene, &same, 2).await, TransferReceipt::Earlier(wanted.id));
    let again = NewTransfer { id: TransferId(scene.world.id()), account: bob.id, ..wanted.clone() };
    assert_eq!(begin(scene, &again, 2).await, TransferReceipt::UnderWay);
    assert!(scene.catalog.stop_transfer(wanted.id, "stopped", scene.now()).await.unwrap());
    assert_eq!(begin(scene, &again, 2).await, TransferReceipt::Begun, "the first gave up");
    // What was left out may be asked for again; what has all come is the same transfer.
    let lease = scene.lease(JobKind::Transfer, again.id.0).await;
    assert!(scene.catalog.end_transfer(&lease, true, &so_far(8), scene.now()).await.unwrap());
    let rest = NewTransfer { id: TransferId(scene.world.id()), ..again.clone() };
    scene.pass(1);
    let rest = NewTransfer { created_at: scene.now(), ..rest };
    assert_eq!(begin(scene, &rest, 2).await, TransferReceipt::Begun);
    let lease = scene.lease(JobKind::Transfer, rest.id.0).await;
    let all = TransferProgress { left_out: 0, ..so_far(9) };
    assert!(scene.catalog.end_transfer(&lease, true, &all, scene.now()).await.unwrap());
    let once_more = NewTransfer { id: TransferId(scene.world.id()), ..again.clone() };
    assert_eq!(begin(scene, &once_more, 2).await, TransferReceipt::Earlier(rest.id));
    let street = scene.street(&ada, Visibility::Anyone, 1).await;
    let here = NewTransfer { sequence: street.sequence, ..new(scene, &ada) };
    assert_eq!(begin(scene, &here, 2).await, TransferReceipt::AlreadyHere);
    for _ in 0..2 {
        assert_eq!(begin(scene, &new(scene, &ada), 2).await, TransferReceipt::Begun);
    }
    assert_eq!(begin(scene, &new(scene, &ada), 2).await, TransferReceipt::TooMany);
}

pub async fn a_stopped_transfer_goes_nowhere(scene: &Scene) {
    let ada = scene.account("ada").await;
    let wanted = new(scene, &ada);
    begin(scene, &wanted, 2).await;
    let lease = scene.lease(JobKind::Transfer, wanted.id.0).await;
    assert!(scene.catalog.stop_transfer(wanted.id, "stopped", scene.now()).await.unwrap());
    assert!(!scene.catalog.note_transfer(&lease, &so_far(1), scene.now()).await.unwrap());
    assert!(!scene.catalog.end_transfer(&lease, true, &so_far(1), scene.now()).await.unwrap());
    let stopped = scene.catalog.transfer(wanted.id).await.unwrap().unwrap();
    assert_eq!((stopped.status, stopped.progress.message.as_deref()), (TransferStatus::Failed, Some("stopped")));
    assert!(scene.lease_any(JobKind::Transfer).await.is_none());
}

pub async fn transfers_go_with_their_account(scene: &Scene) {
    let ada = scene.account("ada").await;
    let wanted = new(scene, &ada);
    begin(scene, &wanted, 2).await;
    scene.catalog.erase_account(ada.id, scene.job(), scene.now()).await.unwrap();
    assert!(scene.lease_any(JobKind::Transfer).await.is_none());
    assert!(matches!(
        scene.catalog.begin_transfer(&new(scene, &ada), 2, scene.job()).await,
        Err(CatalogError::Missing(_))
    ));
    let lease = scene.lease(JobKind::Erase, ada.id.0).await;
    while scene.catalog.erase_more(&lease, 9, &|| scene.job(), scene.now()).await.unwrap() == Sweep::Going {}
    assert_eq!(scene.catalog.transfer(wanted.id).await.unwrap(), None);
}
