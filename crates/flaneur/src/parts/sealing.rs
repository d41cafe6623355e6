//! The operator's choice what becomes of what is blurred: it is made at the first start, written down, and told when it is
//! made or changed.

use anyhow::{Context as _, Result};
use flaneur_catalog::{Catalog, world::World};
use flaneur_worker::seal_to::Recipients;

use super::dialogue;
use crate::options::{NOBODY, Sealing, recipients};

/// The name that the choice is written down under.
const CHOICE: &str = "seal-to";

/// The keys to seal to: those that the option names, else those that were chosen before, else, if `ask` says that there is
/// somebody to be asked, those that they choose, else none. Writes the choice down. Answers a sentence for the operator, too,
/// when it is made for the first time.
pub async fn choose(
    catalog: &dyn Catalog,
    sealing: &Sealing,
    world: &World,
    ask: bool,
) -> Result<(Recipients, Option<String>)> {
    let chosen = match sealing.chosen()? {
        Some(chosen) => chosen.to_owned(),
        None => match catalog.chosen(CHOICE).await.context("cannot read what was chosen by --seal-to")? {
            Some(before) => return Ok((recipients(&before)?, None)),
            None if ask => dialogue::held().await?,
            None => NOBODY.to_owned(),
        },
    };
    let before =
        catalog.choose(CHOICE, &chosen, world.now()).await.context("cannot write the choice of --seal-to down")?;
    let told = before.is_none().then(|| sentence(&chosen));
    if let Some(before) = before.filter(|before| *before != chosen) {
        tracing::warn!(before, now = chosen, "--seal-to was changed: {}", sentence(&chosen));
    }
    Ok((recipients(&chosen)?, told))
}

fn sentence(chosen: &str) -> String {
    if chosen == NOBODY {
        "what is blurred is gone for good, false alarms too; to keep it encrypted under a key of yours, so that false alarms \
         can be undone, start with --seal-to age1… (age-keygen makes the key)"
            .to_owned()
    } else {
        format!(
            "what is blurred is kept encrypted to {chosen}, and comes back only by `flaneur unseal` with its identity, which \
             does not belong on this machine; to keep nothing, start with --seal-to none"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flaneur_catalog::sqlite::SqliteCatalog;

    #[tokio::test]
    async fn it_is_told_once_and_again_when_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = SqliteCatalog::open(&folder.path().join("catalog.db")).await.unwrap();
        let world = World::real();
        let key = flaneur_worker::seal_to::NewKey::generate().recipient;
        let told = async |text: Option<&str>| {
            let sealing = Sealing { seal_to: text.map(str::to_owned) };
            let (keys, told) = choose(&catalog, &sealing, &world, false).await.unwrap();
            (keys.is_empty(), told)
        };
        let (none, first) = told(None).await;
        assert!(none && first.as_ref().is_some_and(|first| first.contains("--seal-to age1")), "{first:?}");
        assert_eq!(told(Some("none")).await, (true, None));
        assert_eq!(told(Some(&key)).await, (false, None), "a change is logged");
        assert_eq!(told(None).await, (false, None), "what was chosen holds");
        assert_eq!(told(Some("none")).await, (true, None));
        assert!(sentence("age1key").contains("age1key") && sentence("age1key").contains("--seal-to none"));
    }
}
