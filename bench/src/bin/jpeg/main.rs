//! `make bench-jpeg`: what it costs to turn an upload into what is stored, in processor time, instructions and memory,
//! beside three ways that others go on the same pictures and boxes.
//!
//! Each figure is measured by a process of its own, which this program starts: `jpeg figure WAY INPUT REPEATS`.
#![expect(clippy::print_stdout, reason = "a benchmark tells its user what it found")]

mod figure;
mod input;
mod ours;
mod pixels;
mod plain;
mod recipe;
mod report;
mod stored;
mod turbo;

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use flaneur_bench::table;
use flaneur_test_jpeg::Judge;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => everything(),
        ["figure", way, input, repeats] => figure::take(way, Path::new(input), repeats.parse()?),
        _ => bail!("jpeg, without arguments"),
    }
}

fn everything() -> Result<()> {
    let judge = Judge::find().context("run `make bench-jpeg`, which installs what is needed")?;
    let folder = tempfile::tempdir()?;
    let mut text = String::new();
    for input in input::all(judge, folder.path())? {
        let section = report::section(&input)?;
        println!("{section}");
        text.push_str(&section);
    }
    let section = stored::section()?;
    println!("{section}");
    text.push_str(&section);
    text.push_str(&report::explanation());
    table::write(Path::new(env!("CARGO_MANIFEST_DIR")), "jpeg", "JPEG surgery", &report::versions(judge), &text)
}
