//! Where accounts are written to.

use jiff::SignedDuration;

use super::scene::Scene;
use crate::{
    CatalogError,
    model::{AccountId, AddressNotice, MailAddress, NewMailAddress, NoticeOutcome},
};

/// The key of an address, which is hashed so here; elsewhere it is a secret.
fn key(address: &MailAddress) -> Vec<u8> {
    address.request.as_bytes().to_vec()
}

/// Gives an account an address that is not confirmed.
pub(super) async fn give(scene: &Scene, account: AccountId, address: &str) -> MailAddress {
    assert!(ask(scene, account, address).await.unwrap());
    scene.catalog.mail_address(account).await.unwrap().unwrap()
}

async fn ask(scene: &Scene, account: AccountId, address: &str) -> crate::Result<bool> {
    let request = scene.job().0;
    let key_sha256 = request.as_bytes().to_vec();
    let new = NewMailAddress { account, address: address.to_owned(), request, key_sha256, at: scene.now() };
    scene.catalog.give_mail_address(new).await
}

/// As whoever reads mails there does within a day.
pub(super) async fn confirm(scene: &Scene, address: &MailAddress) -> Option<MailAddress> {
    let oldest = scene.now() - SignedDuration::from_hours(24);
    scene.catalog.confirm_mail_address(&key(address), oldest, scene.now()).await.unwrap()
}

async fn take(scene: &Scene) -> Option<AddressNotice> {
    let now = scene.now();
    scene.catalog.take_address_notice(now + SignedDuration::from_secs(60), now).await.unwrap()
}

/// Addresses as there may be: one that is confirmed, one that is asked, one that still has to be.
pub(super) async fn give_something(scene: &Scene, account: AccountId) {
    let address = give(scene, account, "ada@example.org").await;
    if let Some(notice) = take(scene).await {
        assert!(scene.catalog.note_address_notice(&notice, NoticeOutcome::Mailed).await.unwrap());
        assert_eq!(confirm(scene, &address).await.map(|address| address.account), Some(account));
    }
    let other = scene.account(&format!("another than {}", account.0)).await.id;
    give(scene, other, "bob@example.org").await;
}

pub async fn an_address_is_confirmed_by_its_key(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await.id, scene.account("bob").await.id);
    assert_eq!(scene.catalog.mail_address(ada).await.unwrap(), None);
    let given = give(scene, ada, "ada@example.org").await;
    assert_eq!((given.account, given.address.as_str(), given.confirmed_at), (ada, "ada@example.org", None));
    let at = scene.pass(5);
    let confirmed = confirm(scene, &given).await.unwrap();
    assert_eq!(confirmed, MailAddress { confirmed_at: Some(at), ..given.clone() });
    scene.pass(90_000);
    assert_eq!(confirm(scene, &given).await, Some(confirmed.clone()), "the link is opened once more, a day later");
    assert!(!ask(scene, ada, "ada@example.org").await.unwrap(), "it is so already");
    assert_eq!(scene.catalog.mail_address(ada).await.unwrap(), Some(confirmed));
    assert_eq!(scene.catalog.mail_address(bob).await.unwrap(), None);
}

/// A link that was not opened in time, or that another one replaced, confirms nothing.
pub async fn an_old_link_confirms_nothing(scene: &Scene) {
    let ada = scene.account("ada").await.id;
    let first = give(scene, ada, "ada@example.org").await;
    let second = give(scene, ada, "bob@example.org").await;
    assert_eq!(confirm(scene, &first).await, None);
    scene.pass(90_000);
    assert_eq!(confirm(scene, &second).await, None);
    assert_eq!(scene.catalog.mail_address(ada).await.unwrap(), Some(second.clone()));
    let third = give(scene, ada, "bob@example.org").await;
    confirm(scene, &third).await.unwrap();
    let other = give(scene, ada, "ada@example.org").await;
    assert_eq!((other.confirmed_at, confirm(scene, &third).await), (None, None), "another address is confirmed anew");
}

pub async fn an_address_is_refused_by_its_key(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await.id, scene.account("bob").await.id);
    let (hers, his) = (give(scene, ada, "ada@example.org").await, give(scene, bob, "bob@example.org").await);
    confirm(scene, &hers).await.unwrap();
    for address in [&hers, &his] {
        let refused = scene.catalog.refuse_mail_address(&key(address)).await.unwrap();
        assert_eq!(refused.map(|refused| refused.address).as_ref(), Some(&address.address));
        assert_eq!(scene.catalog.refuse_mail_address(&key(address)).await.unwrap(), None);
        assert_eq!(scene.catalog.mail_address(address.account).await.unwrap(), None);
    }
    assert_eq!(take(scene).await, None, "nobody is written to any more");
    give(scene, ada, "ada@example.org").await;
    assert!(scene.catalog.drop_mail_address(ada).await.unwrap());
    assert!(!scene.catalog.drop_mail_address(ada).await.unwrap());
}

pub async fn an_address_is_asked_by_one_at_a_time(scene: &Scene) {
    let ada = scene.account("ada").await.id;
    let address = give(scene, ada, "ada@example.org").await;
    let first = take(scene).await.unwrap();
    assert_eq!((&first.address, first.attempts, take(scene).await), (&address, 0, None));
    scene.pass(61);
    let second = take(scene).await.unwrap();
    let note = async |notice, outcome| scene.catalog.note_address_notice(notice, outcome).await.unwrap();
    assert!(!note(&first, NoticeOutcome::Mailed).await, "too late");
    let later = scene.now() + SignedDuration::from_secs(100);
    assert!(note(&second, NoticeOutcome::Later(later)).await);
    scene.pass(99);
    assert_eq!(take(scene).await, None);
    scene.pass(2);
    let third = take(scene).await.unwrap();
    assert_eq!(third.attempts, 1);
    let other = give(scene, ada, "bob@example.org").await;
    assert!(!note(&third, NoticeOutcome::Mailed).await, "that was another address");
    let last = take(scene).await.unwrap();
    assert_eq!((&last.address, last.attempts), (&other, 0));
    assert!(note(&last, NoticeOutcome::Mailed).await);
    scene.pass(1_000);
    assert_eq!(take(scene).await, None);
}

pub async fn addresses_are_forgotten(scene: &Scene) {
    let (ada, bob, eve) = (scene.account("ada").await, scene.account("bob").await, scene.account("eve").await);
    let hers = give(scene, ada.id, "ada@example.org").await;
    confirm(scene, &hers).await.unwrap();
    give(scene, bob.id, "bob@example.org").await;
    let later = scene.pass(10);
    give(scene, eve.id, "eve@example.org").await;
    assert_eq!(scene.catalog.forget_unconfirmed_addresses(later).await.unwrap(), 1);
    let there = async |id| scene.catalog.mail_address(id).await.unwrap().is_some();
    assert_eq!((there(ada.id).await, there(bob.id).await, there(eve.id).await), (true, false, true));
    scene.catalog.erase_account(ada.id, scene.job(), scene.now()).await.unwrap();
    assert!(!there(ada.id).await, "an erased account has none");
    let given = ask(scene, ada.id, "ada@example.org").await;
    assert!(matches!(given, Err(CatalogError::Missing(_))), "{given:?}");
}
