//! Accounts.

use super::scene::Scene;
use crate::{
    CatalogError,
    model::{AccountChoices, AccountId, NewAccount, Rights},
};

pub async fn account_names_are_unique_without_case(scene: &Scene) {
    let catalog = &scene.catalog;
    assert!(!catalog.has_accounts().await.unwrap());
    let ada = scene.account("Ada").await;
    assert!(catalog.has_accounts().await.unwrap());
    let again =
        NewAccount { id: AccountId(scene.world.id()), name: "aDA".to_owned(), admin: false, created_at: scene.now() };
    assert!(matches!(catalog.create_account(again.clone()).await, Err(CatalogError::Conflict(_))));
    assert_eq!(catalog.account(again.id).await.unwrap(), None);
    // Only ASCII letters have a case here: what others do depends on language and version of Unicode.
    scene.account("é").await;
    scene.account("É").await;
    assert_eq!(catalog.account(ada.id).await.unwrap(), Some(ada));
}

pub async fn accounts_are_found_by_id_and_name(scene: &Scene) {
    let catalog = &scene.catalog;
    let admin = scene.account("admin").await;
    scene.pass(1);
    let grace = scene.account("Grace Hopper").await;
    assert!(admin.admin && !grace.admin);
    assert_eq!(catalog.account_by_name("grace HOPPER").await.unwrap(), Some(grace.clone()));
    assert_eq!(catalog.account_by_name("grace").await.unwrap(), None);
    assert_eq!(catalog.account(grace.id).await.unwrap(), Some(grace));
    assert_eq!(catalog.account(AccountId(scene.world.id())).await.unwrap(), None);
}

pub async fn account_search_is_literal_and_in_order(scene: &Scene) {
    for name in ["bob%", "Bobby", "BOB", "a_b", "axb", "bob", "kate\\bob"] {
        if name != "bob" {
            scene.account(name).await;
        }
    }
    let search = async |text: &str, limit: i64| -> Vec<String> {
        let found = scene.catalog.search_accounts(text, limit).await.unwrap();
        found.into_iter().map(|account| account.name).collect()
    };
    assert_eq!(search("bob", 10).await, ["BOB", "bob%", "Bobby", "kate\\bob"], "the exact match first, then by name");
    assert_eq!(search("bOb", 2).await, ["BOB", "bob%"]);
    assert_eq!(search("bob%", 10).await, ["bob%"]);
    assert_eq!(search("%", 10).await, ["bob%"]);
    assert_eq!(search("a_b", 10).await, ["a_b"]);
    assert_eq!(search("\\", 10).await, ["kate\\bob"]);
    assert_eq!(search("", 100).await.len(), 6);
    assert_eq!(search("bob", 0).await, [""; 0]);
    assert_eq!(search("bob", -1).await, [""; 0]);
    assert_eq!(search(&"x".repeat(100_000), 10).await, [""; 0]);
}

pub async fn accounts_are_listed_by_name(scene: &Scene) {
    let mut expected = Vec::new();
    for name in ["ada", "Bob", "carol", "Émile"] {
        expected.push(scene.account(name).await);
    }
    assert_eq!(scene.catalog.accounts(None, 10).await.unwrap(), expected);
    assert_eq!(scene.catalog.accounts(Some("ADA"), 2).await.unwrap(), expected[1..3]);
    assert_eq!(scene.catalog.accounts(Some("bob"), 10).await.unwrap(), expected[2..]);
    assert_eq!(scene.catalog.accounts(Some("Émile"), 10).await.unwrap(), []);
    assert_eq!(scene.catalog.accounts(None, -1).await.unwrap(), []);
}

pub async fn choices_are_kept(scene: &Scene) {
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    assert_eq!(scene.catalog.choices(ada.id).await.unwrap(), AccountChoices::default());
    let chosen = AccountChoices {
        collaborative_metadata: Some(false),
        default_visibility: Some(flaneur_access::Visibility::LoggedOnly),
        rights: Rights { license: Some("CC0-1.0".to_owned()), attribution: Some("Ada".to_owned()) },
    };
    scene.catalog.set_choices(ada.id, chosen.clone()).await.unwrap();
    assert_eq!(scene.catalog.choices(ada.id).await.unwrap(), chosen);
    assert_eq!(scene.catalog.choices(bob.id).await.unwrap(), AccountChoices::default());
    scene.catalog.set_choices(ada.id, AccountChoices::default()).await.unwrap();
    assert_eq!(scene.catalog.choices(ada.id).await.unwrap(), AccountChoices::default());
}
