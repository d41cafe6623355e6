//! A reference server, empty or with the pictures of a simulated catalog, for whatever asks it.
//!
//! `reference empty` starts one that publishes what anybody sends it. `reference PICTURES [WEST,SOUTH,EAST,NORTH]` simulates a
//! catalog on PostgreSQL and starts a reference server that holds what of it everybody sees: all, or the sequences that have a
//! picture within bounds. When it answers, a line of JSON says where, and which processes' time is its own and PostgreSQL's. It
//! ends when its standard input does.
#![expect(clippy::print_stdout, reason = "what it prints is what it was asked for")]

use anyhow::{Context as _, Result, anyhow, bail};
use flaneur_bench::{
    database::Postgres,
    filling::{self, Bounds},
    reference::{self, Instance, Reference},
    simulated::Simulated,
};
use serde_json::json;
use tempfile::TempDir;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let filled = match arguments.as_slice() {
        [word] if word == "empty" => None,
        [pictures] => Some((pictures, None)),
        [pictures, bounds] => Some((pictures, Some(read(bounds)?))),
        _ => bail!("say `empty`, or a number of pictures and, if not all are meant, bounds: WEST,SOUTH,EAST,NORTH"),
    };
    let environment = reference::find().map_err(|why| anyhow!("there is no reference server: {why}"))?;
    let postgres = Postgres::find()?.context("there is no PostgreSQL: FLANEUR_TEST_POSTGRES says nothing")?;
    let folder = TempDir::with_prefix("flaneur-bench-")?;
    let database = postgres.fresh("reference_server").await?;
    let instance = Instance::make(&environment, folder.path(), &database).await?;
    let (server, pictures) = match filled {
        None => (instance.serve_and_publish().await?, 0),
        Some((pictures, bounds)) => {
            let pictures = pictures.parse().with_context(|| format!("{pictures} is no number of pictures"))?;
            serve_filled(&instance, &postgres, pictures, bounds).await?
        }
    };
    let said = json!({
        "url": server.url(),
        "processes": [server.pid(), postgres.pid],
        "pictures": pictures,
        "version": reference::version(&environment),
        "token": instance.token()?,
    });
    println!("{said}");
    // Whoever started it holds the other end, and lets it go even if killed.
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}

/// A server with the pictures of a catalog of so many, and how many of them it has.
async fn serve_filled(
    instance: &Instance<'_>,
    postgres: &Postgres,
    pictures: u64,
    bounds: Option<Bounds>,
) -> Result<(Reference, i64)> {
    let simulated = Simulated::make(pictures, Some((postgres, "reference_catalog"))).await?;
    let catalog = simulated.url().context("the catalog is not on PostgreSQL")?;
    let counts = filling::fill(instance, catalog, bounds).await?;
    Ok((instance.serve().await?, counts.pictures))
}

fn read(text: &str) -> Result<Bounds> {
    let sides: Vec<f64> = text.split(',').map(str::parse).collect::<Result<_, _>>().unwrap_or_default();
    sides.try_into().map_err(|_| anyhow!("{text} is no WEST,SOUTH,EAST,NORTH in degrees"))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn bounds_have_four_sides() {
        assert_eq!(format!("{:?}", read("-1.5,47,2,48.25").unwrap()), "[-1.5, 47.0, 2.0, 48.25]");
        for wrong in ["", "1,2,3", "1,2,3,4,5", "1,2,3,north"] {
            assert!(read(wrong).unwrap_err().to_string().contains("WEST"), "{wrong}");
        }
    }
}
