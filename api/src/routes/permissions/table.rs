//! The table, as people read it.

use super::{
    VIEWERS,
    cases::{CASES, Case, Concerns, Yes},
    town::{Hidden, Town},
};
use flaneur_access::TokenScopes;

use crate::{
    scopes::{self, Need},
    testing::Answer,
};

/// What each viewer got.
pub(super) type Cells = [String; 4];

/// An answer in a word: whether it was done or shown. Another status than these is written as it is.
pub(super) fn word(case: &Case, answer: &Answer, town: &Town) -> String {
    match (answer.status, case.yes) {
        (200, Yes::IfListed) => {
            let ids = [town.sequence.id.to_string(), town.sequence.pictures[0].to_string()];
            // Links repeat what was asked for: only what is listed counts.
            let listed = match answer.json() {
                serde_json::Value::Object(document) => {
                    let mut document = document;
                    document.retain(|name, _| name != "links");
                    let links = answer.json()["links"].as_array().cloned().unwrap_or_default();
                    let children: Vec<_> = links.into_iter().filter(|link| link["rel"] == "child").collect();
                    format!("{document:?}{children:?}")
                }
                other => other.to_string(),
            };
            if ids.iter().any(|id| listed.contains(id.as_str())) { "yes" } else { "not there" }.to_owned()
        }
        // What collides with what is there is not refused because of who asks.
        (200..=399 | 409, _) => "yes".to_owned(),
        (401, _) => "sign in".to_owned(),
        (403, _) => "no".to_owned(),
        (404, _) => "not there".to_owned(),
        (other, _) => other.to_string(),
    }
}

/// One cell: a word, or a word for each state where they differ.
fn cell(words: &[(Hidden, &str)]) -> String {
    let first = words.first().map_or("", |(_, word)| word);
    if words.iter().all(|(_, word)| *word == first) {
        return first.to_owned();
    }
    let mut said: Vec<(Vec<&str>, &str)> = Vec::new();
    for (hidden, word) in words {
        match said.iter_mut().find(|(_, other)| other == word) {
            Some((states, _)) => states.push(hidden.name()),
            None => said.push((vec![hidden.name()], word)),
        }
    }
    said.iter().map(|(states, word)| format!("{}: {word}", states.join(", "))).collect::<Vec<_>>().join("<br>")
}

/// What a token that may not do everything has to be for.
fn takes(case: &Case) -> &'static str {
    let path = case.path.split('?').next().unwrap_or_default();
    match scopes::need(&case.method.parse().unwrap_or_default(), path) {
        Need::Read => TokenScopes::READ,
        Need::One(scope) => scope.as_str(),
        Need::Everything => "everything",
    }
}

fn section(title: &str, concerns: Concerns, states: &[std::collections::BTreeMap<usize, Cells>]) -> String {
    let mut text =
        format!("\n## {title}\n\n| route | {} | a token for |\n|---|---|---|---|---|---|\n", VIEWERS.join(" | "));
    for (number, case) in CASES.iter().enumerate().filter(|(_, case)| case.concerns == concerns) {
        let cells: Vec<String> = (0..VIEWERS.len())
            .map(|viewer| {
                let words: Vec<(Hidden, &str)> = Hidden::ALL
                    .into_iter()
                    .zip(states)
                    .filter_map(|(hidden, rows)| Some((hidden, rows.get(&number)?[viewer].as_str())))
                    .collect();
                cell(&words)
            })
            .collect();
        for part in ["| ", &case.name(), " | ", &cells.join(" | "), " | ", takes(case), " |\n"] {
            text += part;
        }
    }
    text
}

/// The whole document.
pub(super) fn document(states: &[std::collections::BTreeMap<usize, Cells>]) -> String {
    let mut text = "# Who may do what\n\n\
        Written by the test `permissions` of `flaneur-api`, which asks every route on behalf of everybody, and compared with what \
        is here each time it runs. After a change that is meant, `FLANEUR_WRITE_PERMISSIONS=1 cargo test -p flaneur-api permissions` \
        writes it anew.\n\n\
        **yes**: it is done or shown. **not there**: as if it did not exist (404, or not on the list). **no**: 403. **sign in**: 401. \
        Where it depends on who sees the picture or sequence, it is said for each: shown to *anyone*, *logged-only*, *owner-only*, or \
        withheld because it was *reported*. An owner who does not let others correct (`collaborative_metadata`) says \"no\" to another \
        account's corrections.\n\n\
        *A token for*: what a token with scopes has to be for; *everything* takes one without. It acts as an administrator only if \
        `moderate` is among them.\n"
        .to_owned();
    text += &section("Pictures, sequences, and what hangs on them", Concerns::Picture, states);
    text += &section("What is the owner's", Concerns::Own, states);
    text += &section("The instance, and oneself", Concerns::Nothing, states);
    text
}

/// Compares with the file, or writes it.
pub(super) fn compare(document: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/permissions.md");
    if std::env::var_os("FLANEUR_WRITE_PERMISSIONS").is_some() {
        std::fs::write(path, document).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    let differing: Vec<_> = document.lines().filter(|line| !written.lines().any(|other| other == *line)).collect();
    assert!(written == document, "docs/permissions.md says otherwise; the routes answer:\n{}", differing.join("\n"));
}
