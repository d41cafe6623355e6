//! Who may do what: each route, asked by each kind of viewer about pictures that each kind of viewer may or may not see.
//!
//! What comes out is `docs/permissions.md`. A route that is not asked here fails the test, so that none can be forgotten.

mod cases;
mod table;
mod town;

use std::collections::{BTreeMap, BTreeSet};

use flaneur_access::{Action, Subject, TokenScope, Viewer, Visibility, decide};

use self::{
    cases::{CASES, Case, Concerns},
    table::Cells,
    town::{Hidden, Town},
};
use crate::{
    scopes::{self, Asker, Need},
    testing::{Who, fixture},
};

/// Who asks, in the order of the table's columns.
pub(crate) const VIEWERS: [&str; 4] = ["nobody", "another account", "the owner", "an administrator"];

fn who(town: &Town, viewer: usize) -> Option<&Who> {
    [None, Some(&town.fixture.other), Some(&town.fixture.owner), Some(&town.fixture.admin)][viewer]
}

/// A route as `METHOD /path/{}`: what parameters are called is not to matter.
fn shape(method: &str, path: &str) -> String {
    let parts = path.split('?').next().unwrap_or_default().split('/');
    let parts: Vec<&str> = parts.map(|part| if part.contains('{') { "{}" } else { part }).collect();
    format!("{} {}", method.to_uppercase(), parts.join("/"))
}

/// Asks one case of all viewers. When one of them changed something, the next finds a town that nobody changed.
async fn ask(case: &Case, untouched: &Town, town: &mut Town) -> Cells {
    let mut words = Cells::default();
    for (viewer, word) in words.iter_mut().enumerate() {
        let answer = town.ask(case, who(town, viewer)).await;
        *word = table::word(case, &answer, town);
        if word == "yes" && !case.only_reads() {
            *town = untouched.fork().await;
        }
    }
    words
}

/// What no table is needed for: whoever does not see a picture does nothing to it and is told nothing of it, and who is
/// nobody changes nothing but what is meant for everybody.
fn check(case: &Case, hidden: Hidden, words: &Cells) {
    let owner = uuid::Uuid::from_u128(1);
    let viewers = [
        Viewer::Anonymous,
        Viewer::Account { id: uuid::Uuid::from_u128(2), admin: false },
        Viewer::Account { id: owner, admin: false },
        Viewer::Account { id: uuid::Uuid::from_u128(3), admin: true },
    ];
    for (viewer, word) in viewers.into_iter().zip(words) {
        let sees =
            decide(viewer, Action::See, Subject { owner, visibility: hidden.visibility(), published: true }).is_ok();
        if case.concerns == Concerns::Picture && !sees {
            assert_ne!(word, "yes", "{} for {viewer:?} of what is {hidden:?}", case.name());
        }
        assert!(word.parse::<u16>().is_err(), "{} for {viewer:?} of what is {hidden:?}: {word}", case.name());
    }
    if !case.only_reads() && !case.is_for_everybody {
        assert_ne!(words[0], "yes", "{} for nobody", case.name());
    }
}

/// Asks those cases that concern pictures in this state, or in the first those that concern none, too.
async fn rows(hidden: Hidden) -> BTreeMap<usize, Cells> {
    let mut rows = BTreeMap::new();
    let untouched = Town::build(hidden).await;
    let mut town = untouched.fork().await;
    for (number, case) in CASES.iter().enumerate() {
        if case.concerns != Concerns::Picture && hidden != Hidden::ALL[0] {
            continue;
        }
        let words = ask(case, &untouched, &mut town).await;
        check(case, hidden, &words);
        rows.insert(number, words);
    }
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_is_what_the_routes_answer() {
    let asked = Hidden::ALL.map(|hidden| tokio::spawn(rows(hidden)));
    let mut states = Vec::new();
    for rows in asked {
        states.push(rows.await.unwrap());
    }
    table::compare(&table::document(&states));
    for (number, case) in CASES.iter().enumerate() {
        let nobody: Vec<&str> = states.iter().filter_map(|rows| Some(rows.get(&number)?[0].as_str())).collect();
        let path = case.path.split('?').next().unwrap_or_default();
        let asker = scopes::asker(&case.method.parse().unwrap(), path);
        // It is shown to who has the key of the case, which nobody has here.
        let takes_account = asker != Asker::Anybody || (case.method, path) == ("GET", "/reports/{report}");
        assert_eq!(nobody.iter().all(|word| *word == "sign in"), takes_account, "{}: {nobody:?}", case.name());
    }
}

/// Somebody's token that is made for this alone.
async fn restricted(town: &Town, who: &Who, scope: Option<TokenScope>) -> Who {
    let names: Vec<&str> = scope.map(TokenScope::as_str).into_iter().collect();
    let body = serde_json::json!({ "scopes": names });
    let answer = town.fixture.request("POST", "/users/me/tokens").of(Some(who)).json(&body).send().await.json();
    Who { jwt: answer["jwt_token"].as_str().unwrap().to_owned(), ..who.clone() }
}

/// A token with scopes does what it is for, and nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_does_what_it_is_for() {
    let untouched = Town::build(Hidden::Not).await;
    let mut town = untouched.fork().await;
    for case in CASES {
        let path = case.path.split('?').next().unwrap_or_default();
        let need = scopes::need(&case.method.parse().unwrap(), path);
        for scope in [None].into_iter().chain(TokenScope::ALL.map(Some)) {
            let admin = restricted(&town, &town.fixture.admin, scope).await;
            let answer = town.ask(case, Some(&admin)).await;
            let lacks = answer.status == 403 && answer.text().contains("insufficient_scope");
            let allowed = match need {
                Need::Read => true,
                Need::One(needed) => {
                    scope == Some(needed) || (scope, needed) == (Some(TokenScope::Edit), TokenScope::Annotate)
                }
                Need::Everything => false,
            };
            assert_eq!(lacks, !allowed, "{} with {scope:?}: {}", case.name(), answer.status);
            if allowed && !case.only_reads() {
                town = untouched.fork().await;
            }
        }
    }
}

/// What only administrators may do or see takes a token that moderates, of an administrator.
#[tokio::test]
async fn a_token_is_an_administrators_only_if_it_moderates() {
    let town = Town::build(Hidden::ByOwner).await;
    for (scope, status) in [(None, 404), (Some(TokenScope::Edit), 404), (Some(TokenScope::Moderate), 200)] {
        let admin = restricted(&town, &town.fixture.admin, scope).await;
        let picture = format!("/pictures/{}", town.sequence.pictures[0]);
        assert_eq!(town.fixture.request("GET", &picture).of(Some(&admin)).send().await.status, status, "{scope:?}");
    }
    let moderates = restricted(&town, &town.fixture.other, Some(TokenScope::Moderate)).await;
    assert_eq!(town.fixture.request("GET", "/admin/reports/stats").of(Some(&moderates)).send().await.status, 403);
}

#[tokio::test]
async fn every_route_is_in_the_table() {
    let document = fixture().await.get("/docs/specs.json").await.json();
    let mut routes = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            if ["get", "put", "post", "delete", "options", "head", "patch"].contains(&method.as_str()) {
                routes.insert(shape(method, path.strip_prefix("/api").unwrap_or(path)));
            }
        }
    }
    let asked: BTreeSet<String> = CASES.iter().map(|case| shape(case.method, case.path)).collect();
    assert_eq!(routes.difference(&asked).collect::<Vec<_>>(), Vec::<&String>::new(), "not asked");
    assert_eq!(asked.difference(&routes).collect::<Vec<_>>(), Vec::<&String>::new(), "no route any more");
}

impl Hidden {
    fn visibility(self) -> Visibility {
        match self {
            Self::Not => Visibility::Anyone,
            Self::FromNobodies => Visibility::LoggedOnly,
            Self::ByOwner | Self::ByReport => Visibility::OwnerOnly,
        }
    }
}
