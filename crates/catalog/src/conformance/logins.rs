//! Accounts that people have elsewhere and sign in with.

use std::collections::BTreeSet;

use super::scene::Scene;
use crate::{
    CatalogError,
    model::{Account, AccountId, Arrival, Link, Person},
};

fn person(subject: &str, name: &str) -> Person {
    Person { issuer: "https://id.example".to_owned(), subject: subject.to_owned(), name: name.to_owned() }
}

async fn arrive(scene: &Scene, person: &Person) -> Account {
    match scene.catalog.arrive(person, Some(AccountId(scene.world.id())), scene.now()).await.unwrap() {
        Arrival::Known(account) | Arrival::Made(account) => account,
        Arrival::Unknown => panic!("no account was made for {person:?}"),
    }
}

pub async fn who_arrives_again_has_the_same_account(scene: &Scene) {
    let catalog = &scene.catalog;
    let ada = person("1", "Ada");
    assert_eq!(catalog.arrive(&ada, None, scene.now()).await.unwrap(), Arrival::Unknown);
    assert_eq!(catalog.arrive(&ada, None, scene.now()).await.unwrap(), Arrival::Unknown, "nothing was noted");
    let id = AccountId(scene.world.id());
    let Arrival::Made(account) = catalog.arrive(&ada, Some(id), scene.now()).await.unwrap() else { panic!("not made") };
    assert_eq!((account.id, account.name.as_str(), account.admin), (id, "Ada", false));
    let first = scene.now();
    scene.pass(60);
    // Their name changed elsewhere; the one here is known to others, and stays.
    let married = person("1", "Ada Lovelace");
    let again = catalog.arrive(&married, Some(AccountId(scene.world.id())), scene.now()).await.unwrap();
    assert_eq!(again, Arrival::Known(account.clone()));
    assert_eq!(catalog.arrive(&married, None, scene.now()).await.unwrap(), Arrival::Known(account.clone()));
    let [login] = catalog.logins(id).await.unwrap().try_into().unwrap();
    assert_eq!((&login.person, login.account), (&married, id));
    assert_eq!((login.created_at, login.used_at), (first, scene.now()));
    // The same number at another service is somebody else.
    let stranger = Person { issuer: "https://other.example".to_owned(), ..ada };
    assert_ne!(arrive(scene, &stranger).await.id, id);
}

pub async fn a_name_that_is_taken_gets_a_number(scene: &Scene) {
    scene.account("admin").await;
    let mut names = Vec::new();
    for (subject, name) in [
        ("1", "ADMIN"),
        ("2", "admin"),
        ("3", " a\u{7}d\n  b "),
        ("4", "\u{0}"),
        ("5", ""),
        ("6", "é"),
        ("9", "Anonymous"),
    ] {
        let account = arrive(scene, &person(subject, name)).await;
        assert!(!account.admin, "a name gives no rights");
        names.push(account.name);
    }
    assert_eq!(names, ["ADMIN 2", "admin 3", "a d b", "contributor", "contributor 2", "é", "Anonymous 2"]);
    let long = arrive(scene, &person("7", &"図".repeat(500))).await;
    assert_eq!(long.name.chars().count(), 90);
    assert_eq!(arrive(scene, &person("8", &"図".repeat(500))).await.name, format!("{} 2", long.name));
}

pub async fn one_of_several_arrivals_makes_the_account(scene: &Scene) {
    let mut tasks = Vec::new();
    for n in 0..12 {
        let (catalog, id, now) = (scene.catalog.clone(), AccountId(scene.world.id()), scene.now());
        // Three people of one name, four times each.
        let person = person(&(n % 3).to_string(), "Ada");
        tasks.push(tokio::spawn(async move { catalog.arrive(&person, Some(id), now).await.unwrap() }));
    }
    let (mut made, mut seen) = (0, BTreeSet::new());
    for task in tasks {
        match task.await.unwrap() {
            Arrival::Made(account) => {
                made += 1;
                seen.insert(account.name);
            }
            Arrival::Known(account) => {
                seen.insert(account.name);
            }
            Arrival::Unknown => panic!("unknown"),
        }
    }
    assert_eq!(made, 3);
    assert_eq!(seen, BTreeSet::from(["Ada", "Ada 2", "Ada 3"].map(str::to_owned)));
    assert_eq!(scene.catalog.accounts(None, 100).await.unwrap().len(), 3, "no account without a login");
}

pub async fn a_login_is_one_accounts(scene: &Scene) {
    let catalog = &scene.catalog;
    let (ada, bob) = (scene.account("ada").await, scene.account("bob").await);
    let login = person("1", "ada elsewhere");
    assert_eq!(catalog.link(&login, ada.id, scene.now()).await.unwrap(), Link::Linked);
    assert_eq!(catalog.link(&login, ada.id, scene.now()).await.unwrap(), Link::Linked, "again");
    assert_eq!(catalog.link(&login, bob.id, scene.now()).await.unwrap(), Link::Taken);
    assert_eq!(arrive(scene, &login).await, ada);
    scene.pass(1);
    assert_eq!(catalog.link(&person("2", "ada at work"), ada.id, scene.now()).await.unwrap(), Link::Linked);
    let names =
        |logins: Vec<crate::model::Login>| logins.into_iter().map(|login| login.person.name).collect::<Vec<_>>();
    assert_eq!(names(catalog.logins(ada.id).await.unwrap()), ["ada elsewhere", "ada at work"]);
    assert_eq!(names(catalog.logins(bob.id).await.unwrap()), [""; 0]);

    assert!(!catalog.unlink(bob.id, "https://id.example", "1").await.unwrap(), "somebody else's");
    assert!(catalog.unlink(ada.id, "https://id.example", "1").await.unwrap());
    assert!(!catalog.unlink(ada.id, "https://id.example", "1").await.unwrap());
    assert_eq!(catalog.arrive(&login, None, scene.now()).await.unwrap(), Arrival::Unknown);
    let nobody = AccountId(scene.world.id());
    assert!(matches!(catalog.link(&login, nobody, scene.now()).await, Err(CatalogError::Missing(_))));
}
