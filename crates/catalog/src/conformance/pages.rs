//! Texts that administrators write for everybody, and who agreed to which.

use super::scene::Scene;
use crate::{
    CatalogError,
    model::{AccountId, PageName, PageSummary, PageText, TermsAnswer, TermsState},
};

const TERMS: PageName = PageName::Terms;

fn summary(name: PageName, languages: &[&str], version: i64) -> PageSummary {
    PageSummary { name, languages: languages.iter().map(|&language| language.to_owned()).collect(), version }
}

pub async fn the_last_text_is_in_force(scene: &Scene) {
    let catalog = &scene.catalog;
    let admin = scene.account("admin").await.id;
    assert_eq!(catalog.pages().await.unwrap(), []);
    assert_eq!(catalog.page(TERMS, "en").await.unwrap(), None);
    let write = async |name, language: &str, html| {
        scene.pass(1);
        catalog.write_page(name, language, html, admin, scene.now()).await.unwrap()
    };
    assert!(!write(TERMS, "en", None).await, "there is nothing to be taken away");
    assert!(write(TERMS, "en", Some("<p>one</p>")).await);
    assert!(write(TERMS, "fr", Some("<p>un</p>")).await);
    assert!(write(PageName::Banner, "en", Some("")).await, "an empty text is one");
    assert!(write(TERMS, "en", Some("<p>two</p>")).await);
    let saved_at = scene.now();
    assert!(write(TERMS, "en", Some("<p>two</p>")).await, "the same again");
    let two = PageText { html: "<p>two</p>".to_owned(), saved_at };
    assert_eq!(catalog.page(TERMS, "en").await.unwrap(), Some(two));
    assert_eq!(catalog.page(TERMS, "EN").await.unwrap(), None);
    assert_eq!(catalog.page(PageName::Agreement, "en").await.unwrap(), None);
    let pages = [summary(TERMS, &["en", "fr"], 1), summary(PageName::Banner, &["en"], 1)];
    assert_eq!(catalog.pages().await.unwrap(), pages);
    assert!(write(TERMS, "en", None).await);
    assert!(!write(TERMS, "en", None).await);
    assert_eq!(catalog.page(TERMS, "en").await.unwrap(), None);
    assert_eq!(catalog.pages().await.unwrap()[0], summary(TERMS, &["fr"], 1));
    assert!(write(TERMS, "en", Some("<p>one</p>")).await, "and back");
    assert_eq!(catalog.pages().await.unwrap()[0], summary(TERMS, &["en", "fr"], 1));
    let nobody = AccountId(scene.world.id());
    let answer = catalog.write_page(TERMS, "de", Some("x"), nobody, scene.now()).await;
    assert!(matches!(answer, Err(CatalogError::Missing(_))));
}

pub async fn terms_are_agreed_to_by_version(scene: &Scene) {
    let catalog = &scene.catalog;
    let (admin, ada, bob) =
        (scene.account("admin").await.id, scene.account("ada").await.id, scene.account("bob").await.id);
    let state = |version, read, accepted| TermsState { version, read, accepted };
    assert_eq!(catalog.terms(ada).await.unwrap(), state(0, 0, 0));
    assert_eq!(catalog.answer_terms(ada, true, scene.now()).await.unwrap(), None, "there is nothing to agree to");
    assert_eq!(catalog.publish_page(TERMS, admin, scene.now()).await.unwrap(), None);
    catalog.write_page(TERMS, "en", Some("one"), admin, scene.now()).await.unwrap();
    assert_eq!(catalog.terms(ada).await.unwrap(), state(1, 0, 0));
    let first = scene.now();
    assert_eq!(catalog.answer_terms(ada, true, first).await.unwrap(), Some(state(1, 1, 1)));
    scene.pass(60);
    // Said again, it stays as it was said first; and reading takes no agreement back.
    for accepted in [true, false] {
        assert_eq!(catalog.answer_terms(ada, accepted, scene.now()).await.unwrap(), Some(state(1, 1, 1)));
    }
    assert_eq!(catalog.terms(bob).await.unwrap(), state(1, 0, 0));
    // A spelling mistake is mended without asking everybody again.
    catalog.write_page(TERMS, "en", Some("won"), admin, scene.now()).await.unwrap();
    assert_eq!(catalog.terms(ada).await.unwrap(), state(1, 1, 1));
    assert_eq!(catalog.publish_page(TERMS, admin, scene.now()).await.unwrap(), Some(2));
    assert_eq!(catalog.publish_page(PageName::Banner, admin, scene.now()).await.unwrap(), None);
    assert_eq!(catalog.terms(ada).await.unwrap(), state(2, 1, 1));
    assert_eq!(catalog.answer_terms(ada, false, scene.now()).await.unwrap(), Some(state(2, 2, 1)));
    assert_eq!(catalog.answer_terms(bob, false, scene.now()).await.unwrap(), Some(state(2, 2, 0)));
    scene.pass(60);
    assert_eq!(catalog.answer_terms(bob, true, scene.now()).await.unwrap(), Some(state(2, 2, 2)));
    let answers = catalog.terms_answers(ada).await.unwrap();
    let read_later = scene.now() - jiff::SignedDuration::from_secs(60);
    assert_eq!(
        answers,
        [
            TermsAnswer { version: 1, read_at: first, accepted_at: Some(first) },
            TermsAnswer { version: 2, read_at: read_later, accepted_at: None },
        ]
    );
    // Without a text there are no terms; what was said stays on record.
    catalog.write_page(TERMS, "en", None, admin, scene.now()).await.unwrap();
    assert_eq!(catalog.terms(ada).await.unwrap(), state(0, 0, 0));
    assert_eq!(catalog.terms_answers(ada).await.unwrap(), answers);
}
