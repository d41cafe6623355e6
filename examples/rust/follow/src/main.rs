//! Keeps a table of the pictures in a box, and prints a line for each that is there, comes, changes or goes.
#![forbid(unsafe_code)]
#![expect(clippy::print_stderr, reason = "a program on the command line")]

mod asking;
mod options;

use std::{
    collections::{BTreeMap, HashMap},
    io::Write,
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use asking::Server;
use clap::Parser;
use flaneur_client::{Changes, HttpClient, Item};
use options::{Bbox, Options};
use reqwest::Url;
use uuid::Uuid;

/// Pictures on a page of the search.
const PAGE: i64 = 500;
/// Pictures in the table: some 20 MB.
const MOST: usize = 100_000;
/// Lines of the change log on a page: the most that come with their pictures.
const LINES: i64 = 100;
/// How long the server may wait for something to happen, seconds.
const WAIT: i64 = 20;

/// What is printed of a picture, by its id.
type Table = BTreeMap<Uuid, String>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match follow(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn follow(options: &Options) -> Result<()> {
    let server = Server::new(options)?;
    loop {
        // Where the log ends before the search, so that nothing is missed between the two.
        let end = server.ask(async |client| client.get_changes_builder().after("latest").send().await).await?;
        let mut after = end.context("the server does not know where its own log ends")?.next;
        let mut table = search(&server, options.bbox).await?;
        for row in table.values() {
            tell("there", row)?;
        }
        let wait = if options.once { 0 } else { WAIT };
        // Without a page, the server was restored from a backup: everything may be different.
        while let Some(page) = server.ask(async |client| changes(client, after, wait).send().await).await? {
            apply(&page, options.bbox, &mut table)?;
            if options.once && page.next == after {
                return Ok(());
            }
            after = page.next;
        }
        eprintln!("the log was cut off: beginning anew");
    }
}

fn changes(client: &HttpClient, after: i64, wait: i64) -> flaneur_client::GetChangesBuilder<'_> {
    client.get_changes_builder().after(after.to_string()).wait(wait).limit(LINES).items(true)
}

/// All pictures in the box, page by page.
async fn search(server: &Server, bbox: Bbox) -> Result<Table> {
    let (mut table, mut token) = (Table::new(), None::<String>);
    loop {
        let page = server.ask(async |client| {
            let search = client.get_search_builder().bbox(bbox.to_string()).limit(PAGE);
            let search = if let Some(token) = &token { search.token(token) } else { search };
            search.send().await
        });
        let page = page.await?.context("the server has no search")?;
        table.extend(page.features.iter().map(|item| (item.id, row(item))));
        if table.len() > MOST {
            bail!("there are more than {MOST} pictures in {bbox}: take a smaller box");
        }
        let Some(next) = page.links.iter().find(|link| link.rel == "next") else { return Ok(table) };
        let next =
            Url::parse(&next.href).with_context(|| format!("the link to the next page is none: {}", next.href))?;
        let of_page = next.query_pairs().find(|(name, _)| name == "token").map(|(_, value)| value.into_owned());
        if of_page.is_none() || of_page == token {
            bail!("the link to the next page leads to no other page: {next}");
        }
        token = of_page;
    }
}

/// Brings the table up to date, and tells what changed. A picture of a line that is not among the items is gone.
fn apply(page: &Changes, bbox: Bbox, table: &mut Table) -> Result<()> {
    let items = page.items.as_ref().map_or(&[][..], |items| &items.features);
    let items: HashMap<Uuid, &Item> = items.iter().map(|item| (item.id, item)).collect();
    for line in &page.changes {
        let Some(picture) = line.picture else { continue };
        let before = table.remove(&picture);
        let here = items.get(&picture).filter(|item| bbox.holds(&item.geometry.coordinates));
        match (here, before) {
            (Some(item), before) => {
                let row = row(item);
                tell(if before.is_some() { &line.kind } else { "new" }, &row)?;
                table.insert(picture, row);
                if table.len() > MOST {
                    bail!("there are more than {MOST} pictures in {bbox} by now: take a smaller box");
                }
            }
            (None, Some(row)) => tell("gone", &row)?,
            (None, None) => {}
        }
    }
    Ok(())
}

/// Id, place, time, licence and whom to name. Names are other people's: no control characters get to the terminal.
fn row(item: &Item) -> String {
    let (is, place) = (&item.properties, &item.geometry.coordinates);
    let place: Vec<String> = place.iter().map(|degrees| format!("{degrees:.6}")).collect();
    let name = is.attribution.as_ref().unwrap_or(&is.geovisio_producer);
    let cells = [&item.id.to_string(), &place.join(","), &is.datetime, &is.license, name];
    cells.map(|cell| cell.replace(char::is_control, " ")).join("\t")
}

fn tell(what: &str, row: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{what}\t{row}").context("nobody reads any more")
}
