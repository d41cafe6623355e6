//! The operator's choice what becomes of what is blurred: it is made at the first start, written down, and told when it is
//! made or changed.

use anyhow::{Context as _, Result};
use flaneur_catalog::{Catalog, world::World};

use crate::options::{NOBODY, Sealing};

/// The name that the choice is written down under.
const CHOICE: &str = "seal-to";

/// Writes the choice down. Answers a sentence for the operator when it is made for the first time.
pub async fn choose(catalog: &dyn Catalog, sealing: &Sealing, world: &World) -> Result<Option<String>> {
    let chosen = sealing.chosen();
    let before =
        catalog.choose(CHOICE, chosen, world.now()).await.context("cannot write the choice of --seal-to down")?;
    match before {
        None => Ok(Some(sentence(chosen))),
        Some(before) => {
            if before != chosen {
                tracing::warn!(before, now = chosen, "--seal-to was changed: {}", sentence(chosen));
            }
            Ok(None)
        }
    }
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
        let told = async |text: &str| choose(&catalog, &Sealing { seal_to: text.to_owned() }, &world).await.unwrap();
        let first = told("none").await.unwrap();
        assert!(first.contains("--seal-to age1"), "{first}");
        assert_eq!(told("none").await, None);
        assert_eq!(told("age1key").await, None, "a change is logged");
        assert!(sentence("age1key").contains("age1key") && sentence("age1key").contains("--seal-to none"));
    }
}
