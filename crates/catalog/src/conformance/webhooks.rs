//! Programs elsewhere that are told what changes.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::scene::Scene;
use crate::{
    CatalogError,
    model::{Account, AccountId, ChangeKind, HeldWebhook, NewWebhook, Telling, WebhookId},
};

const HOLD: SignedDuration = SignedDuration::from_secs(60);

fn new(scene: &Scene, account: &Account, after: i64) -> NewWebhook {
    NewWebhook {
        id: WebhookId(scene.world.id()),
        account: account.id,
        address: "https://bot.example/hook?x=1".to_owned(),
        kinds: vec![ChangeKind::Deleted, ChangeKind::Hidden],
        after,
        created_at: scene.now(),
    }
}

async fn add(scene: &Scene, account: &Account, after: i64) -> WebhookId {
    let wanted = new(scene, account, after);
    assert!(scene.catalog.add_webhook(&wanted, 9).await.unwrap());
    wanted.id
}

async fn take(scene: &Scene, last: i64) -> Option<HeldWebhook> {
    scene.catalog.take_webhook(last, scene.world.id(), scene.now() + HOLD, scene.now()).await.unwrap()
}

async fn note(scene: &Scene, held: &HeldWebhook, telling: &Telling) -> bool {
    scene.catalog.note_telling(held, telling, scene.now()).await.unwrap()
}

fn later(due_at: Timestamp) -> Telling {
    Telling::Later { due_at, message: "it is away".to_owned() }
}

/// Webhooks as there may be: one that fails, and one that is told just now.
pub async fn tell_something(scene: &Scene, account: &Account) {
    add(scene, account, 0).await;
    let held = take(scene, 1).await.unwrap();
    assert!(note(scene, &held, &later(scene.now() + HOLD)).await);
    add(scene, account, 0).await;
    assert!(take(scene, 1).await.is_some());
}

pub async fn a_webhook_is_made_and_removed(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let wanted = new(scene, &ada, 7);
    let catalog = &scene.catalog;
    assert!(catalog.add_webhook(&wanted, 1).await.unwrap());
    let there = catalog.webhook(wanted.id).await.unwrap().unwrap();
    assert_eq!(
        (there.id, there.account, &there.address, &there.kinds),
        (wanted.id, ada.id, &wanted.address, &wanted.kinds)
    );
    assert_eq!((there.told, there.attempts, there.stopped, there.created_at), (7, 0, false, scene.now()));
    assert_eq!((&there.message, there.failing_since, there.delivered_at), (&None, None, None));
    assert_eq!(catalog.webhooks(ada.id).await.unwrap(), [there]);
    assert_eq!(catalog.webhooks(bob.id).await.unwrap(), []);

    assert!(!catalog.add_webhook(&new(scene, &ada, 7), 1).await.unwrap(), "one is as many as there may be");
    assert!(catalog.remove_webhook(wanted.id).await.unwrap());
    assert!(!catalog.remove_webhook(wanted.id).await.unwrap());
    assert_eq!(catalog.webhook(wanted.id).await.unwrap(), None);
    let nobody = NewWebhook { account: AccountId(scene.world.id()), ..new(scene, &ada, 7) };
    assert!(matches!(catalog.add_webhook(&nobody, 9).await, Err(CatalogError::Missing(_))));
}

pub async fn a_webhook_is_told_by_one_at_a_time(scene: &Scene) {
    let ada = scene.account("ada").await;
    let id = add(scene, &ada, 7).await;
    assert_eq!(take(scene, 7).await, None, "it has the last line");
    let held = take(scene, 8).await.unwrap();
    assert_eq!((held.webhook.id, held.webhook.told), (id, 7));
    assert_eq!(take(scene, 8).await, None, "it is held");

    scene.pass(61);
    let again = take(scene, 8).await.unwrap();
    assert_ne!(held.holder, again.holder);
    assert!(!note(scene, &held, &Telling::Told { number: 8, reached: true }).await, "another has it");
    assert!(note(scene, &again, &Telling::Told { number: 8, reached: true }).await);
    assert!(!note(scene, &again, &Telling::Told { number: 9, reached: true }).await, "it was put back");
    let told = scene.catalog.webhook(id).await.unwrap().unwrap();
    assert_eq!((told.told, told.delivered_at), (8, Some(scene.now())));
    assert_eq!(take(scene, 8).await, None);

    let reached = scene.now();
    scene.pass(5);
    let held = take(scene, 9).await.unwrap();
    assert!(note(scene, &held, &Telling::Told { number: 9, reached: false }).await);
    let told = scene.catalog.webhook(id).await.unwrap().unwrap();
    assert_eq!((told.told, told.delivered_at), (9, Some(reached)), "there was nothing to tell");
    let stranger = HeldWebhook { holder: Uuid::nil(), ..held };
    assert!(!note(scene, &stranger, &Telling::Stopped { message: String::new() }).await);
}

pub async fn the_one_that_waits_longest_is_told_first(scene: &Scene) {
    let ada = scene.account("ada").await;
    let first = add(scene, &ada, 1).await;
    scene.pass(1);
    let second = add(scene, &ada, 1).await;
    let held = take(scene, 3).await.unwrap();
    assert_eq!(held.webhook.id, first);
    scene.pass(1);
    assert!(note(scene, &held, &Telling::Told { number: 2, reached: true }).await);
    assert_eq!(take(scene, 3).await.unwrap().webhook.id, second, "whoever has much to hear takes turns");
    assert_eq!(take(scene, 3).await.unwrap().webhook.id, first);
    assert_eq!(take(scene, 3).await, None);
}

pub async fn a_webhook_that_fails_is_told_later(scene: &Scene) {
    let ada = scene.account("ada").await;
    let id = add(scene, &ada, 7).await;
    let held = take(scene, 9).await.unwrap();
    let begun = scene.now();
    assert!(note(scene, &held, &later(begun + SignedDuration::from_secs(10))).await);
    assert_eq!(take(scene, 9).await, None);
    scene.pass(10);
    let held = take(scene, 9).await.unwrap();
    assert_eq!((held.webhook.attempts, held.webhook.failing_since, held.webhook.told), (1, Some(begun), 7));
    assert_eq!(held.webhook.message.as_deref(), Some("it is away"));
    assert!(note(scene, &held, &Telling::Stopped { message: "it is gone".to_owned() }).await);
    scene.pass(1_000);
    assert_eq!(take(scene, 9).await, None, "it was stopped");
    let there = scene.catalog.webhook(id).await.unwrap().unwrap();
    assert_eq!((there.stopped, there.attempts, there.failing_since), (true, 2, Some(begun)));

    assert!(scene.catalog.resume_webhook(id, scene.now()).await.unwrap());
    assert!(!scene.catalog.resume_webhook(WebhookId(scene.world.id()), scene.now()).await.unwrap());
    let held = take(scene, 9).await.unwrap();
    assert_eq!((held.webhook.attempts, held.webhook.failing_since, held.webhook.message.as_deref()), (0, None, None));
    assert_eq!(held.webhook.told, 7, "nothing was missed");
    assert!(scene.catalog.resume_webhook(id, scene.now()).await.unwrap());
    assert_eq!(take(scene, 9).await, None, "whoever tells it keeps it");
    assert!(note(scene, &held, &Telling::Told { number: 9, reached: true }).await);
}

pub async fn webhooks_go_with_their_account(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let (gone, stays) = (add(scene, &ada, 0).await, add(scene, &bob, 0).await);
    let held = take(scene, 5).await.unwrap();
    assert_eq!(held.webhook.id, gone);
    scene.catalog.erase_account(ada.id, scene.job(), scene.now()).await.unwrap();
    assert_eq!(scene.catalog.webhook(gone).await.unwrap(), None);
    assert!(!note(scene, &held, &later(scene.now())).await);
    assert!(scene.catalog.webhook(stays).await.unwrap().is_some());
    assert!(matches!(scene.catalog.add_webhook(&new(scene, &ada, 0), 9).await, Err(CatalogError::Missing(_))));
}
