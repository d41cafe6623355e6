//! `flaneur unseal`: undoes false alarms, where the key is.

use std::{collections::BTreeMap, process::ExitCode, sync::Arc};

use anyhow::{Context as _, Result, bail};
use flaneur_catalog::{
    Catalog,
    model::{PictureId, Redaction, RedactionId},
    world::World,
};
use flaneur_worker::{seal_to::Identities, unseal::Unsealer};

use super::say;
use crate::{
    options::UnsealArgs,
    parts::{open, watching, work},
};

/// Requests looked at by one call.
const AT_ONCE: i64 = 100_000;

/// Lists what is asked to be undone, or undoes it. Fails if anything that it was told to undo was not.
pub async fn run(args: UnsealArgs) -> Result<ExitCode> {
    if let (Some(redaction), Some(reason)) = (args.reject, &args.reason) {
        return reject(&args, redaction, reason).await;
    }
    // First what fails soonest.
    let identity = args.identity.as_ref().context("--identity says where the key is")?;
    let file = identity.display();
    let text = std::fs::read_to_string(identity).with_context(|| format!("cannot read {file}"))?;
    let identities = Identities::parse(&text).with_context(|| format!("{file} is no file of age-keygen's"))?;
    let catalog = open::catalog(&args.place).await?;
    let storage = open::storage(&args.place, Some(&args.cdn))?;
    let surgery = work::surgery(&args.work_limit);
    let unsealer = Unsealer { catalog: catalog.clone(), storage, surgery, identities, world: World::real() };
    let outcome = attend(&args, catalog.as_ref(), Arc::new(unsealer)).await;
    catalog.close().await;
    outcome
}

/// Turns a request down.
async fn reject(args: &UnsealArgs, redaction: RedactionId, reason: &str) -> Result<ExitCode> {
    let catalog = open::catalog(&args.place).await?;
    let rejected = catalog.reject_undo(redaction, reason).await;
    catalog.close().await;
    if !rejected.context("cannot turn the request down")? {
        bail!(
            "nobody asks for the redaction {redaction} to be undone: the list of requests names them in its second column"
        );
    }
    say("turned down: whoever asked is told, and may ask again");
    Ok(ExitCode::SUCCESS)
}

async fn attend(args: &UnsealArgs, catalog: &dyn Catalog, unsealer: Arc<Unsealer>) -> Result<ExitCode> {
    let mut requests: BTreeMap<PictureId, Vec<Redaction>> = BTreeMap::new();
    for request in catalog.undo_requests(AT_ONCE).await.context("cannot list the requests")? {
        requests.entry(request.picture).or_default().push(request);
    }
    if let Some(picture) = args.picture {
        requests.retain(|id, _| *id == picture);
        if requests.is_empty() {
            bail!("nothing is asked to be undone in the picture {picture}: it is gone, or nobody asked");
        }
    }
    for request in requests.values().flatten() {
        say(&line(request));
    }
    if requests.is_empty() {
        say("nothing is asked to be undone");
        return Ok(ExitCode::SUCCESS);
    }
    if args.picture.is_none() && !args.all_requested {
        say("undo them with: flaneur unseal --identity FILE --picture ID, or --all-requested");
        say("or turn one down with: flaneur unseal --reject REDACTION --reason TEXT");
        return Ok(ExitCode::SUCCESS);
    }
    let (mut undone, mut failed) = (0, 0);
    for picture in requests.into_keys() {
        match unsealer.unseal(picture, args.dry_run).await {
            Ok(redactions) => undone += redactions.len(),
            Err(error) => {
                failed += 1;
                watching::tell(&format!("flaneur: {picture}: {:#}", anyhow::Error::new(error)));
            }
        }
    }
    let what = if args.dry_run { "could be undone; nothing was published" } else { "undone" };
    say(&format!("{undone} {what}"));
    if failed > 0 {
        watching::tell(&format!("flaneur: in {failed} pictures nothing was undone"));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// One request is one line, whatever its reason holds.
fn line(request: &Redaction) -> String {
    let (at, reason) =
        request.undo.as_ref().map_or_else(Default::default, |undo| (undo.at.to_string(), undo.reason.clone()));
    let reason: String = reason.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    format!("{}  {}  {:5}  {at}  {reason}", request.picture, request.id, request.class.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Cli, Command};
    use age::secrecy::ExposeSecret as _;
    use clap::Parser as _;
    use flaneur_catalog::model::{Outline, RedactionOrigin, RedactionState, RegionClass, Undo, UndoState};

    const NONE: &str = "00000000-0000-0000-0000-00000000000";

    /// The id that ends in a digit.
    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(digit: u8) -> T {
        format!("{NONE}{digit}").parse().unwrap()
    }

    fn key() -> String {
        age::x25519::Identity::generate().to_string().expose_secret().to_owned()
    }

    fn asked(data: &std::path::Path, key: &str, more: &[&str]) -> UnsealArgs {
        let file = data.join("identity");
        std::fs::write(&file, key).unwrap();
        let mut words =
            vec!["flaneur", "unseal", "--identity", file.to_str().unwrap(), "--data", data.to_str().unwrap()];
        words.extend(more);
        let Command::Unseal(args) = Cli::parse_from(words).command else { panic!("another command") };
        *args
    }

    #[tokio::test]
    async fn what_cannot_be_done_is_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let picture = format!("{NONE}7");
        let gone = run(asked(folder.path(), &key(), &["--picture", &picture])).await.unwrap_err();
        assert!(format!("{gone:#}").contains("nobody asked"), "{gone:#}");
        let unreadable = format!("{:#}", run(asked(folder.path(), "AGE-SECRET-KEY-1X", &[])).await.unwrap_err());
        assert!(unreadable.contains("age-keygen") && !unreadable.contains("KEY-1X"), "{unreadable}");
        let mut none = asked(folder.path(), &key(), &[]);
        none.identity = Some(folder.path().join("nowhere"));
        assert!(format!("{:#}", run(none).await.unwrap_err()).contains("cannot read"));
        let nothing = asked(folder.path(), &key(), &["--reject", &picture, "--reason", "a face"]);
        assert!(format!("{:#}", run(nothing).await.unwrap_err()).contains("nobody asks"));
        for nothing in [&[][..], &["--all-requested"], &["--all-requested", "--dry-run"]] {
            assert_eq!(run(asked(folder.path(), &key(), nothing)).await.unwrap(), ExitCode::SUCCESS);
        }
    }

    #[test]
    fn a_request_is_a_line() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let request = Redaction {
            id: id(2),
            picture: id(1),
            origin: RedactionOrigin::Drawn,
            class: RegionClass::Face,
            outlines: vec![Outline::Box([0.0, 0.0, 1.0, 1.0])],
            state: RedactionState::Done,
            asked_by: None,
            asked_at: at,
            settled_at: None,
            message: None,
            undo: Some(Undo { state: UndoState::Asked, by: id(0), at, reason: "a\nposter".to_owned(), answer: None }),
        };
        let text = line(&request);
        assert!(
            text.starts_with("00000000-0000-0000-0000-000000000001  00000000-0000-0000-0000-000000000002  face "),
            "{text}"
        );
        assert!(text.ends_with("1970-01-01T00:00:00Z  a poster") && text.lines().count() == 1, "{text}");
    }
}
