//! The tables, in words.

use anyhow::Result;
use flaneur_bench::table::Table;
use flaneur_test_jpeg::Judge;

use crate::{
    figure::{Figure, instructions, measure},
    input::Input,
};

/// Each way with the name it has in tables, and its repeats: the more it costs the less it varies.
const WAYS: [(&str, &str, usize); 4] = [
    ("ours", "Flaneur", 9),
    ("turbo", "libjpeg-turbo and fast_image_resize", 7),
    ("image", "`image`", 2),
    ("recipe", "`jpegtran -crop`, `-drop` for each box", 2),
];

/// Pictures above this are too large to count instructions on in reasonable time for the ways that are not ours.
const COUNTED: u64 = 20_000_000;

/// Measures all ways on a picture.
pub(crate) fn section(input: &Input) -> Result<String> {
    let small = u64::from(input.width) * u64::from(input.height) <= COUNTED;
    let mut figures = Vec::new();
    for (way, name, repeats) in WAYS {
        let mut figure = measure(way, &input.path, repeats)?;
        if way != "recipe" && (small || way == "ours") {
            figure.instructions = instructions(way, &input.path);
        }
        figures.push((name, figure));
    }
    let mut totals = Table::new(&[
        "way",
        "CPU ms",
        "of these, tiles",
        "÷ Flaneur",
        "without tiles ÷ Flaneur",
        "instructions",
        "peak memory",
    ]);
    let ours = figures.first().map(|(_, figure)| figure.clone()).unwrap_or_default();
    for (name, figure) in &figures {
        let (all, without) = (figure.total(&[]), figure.total(&["tiles"]));
        totals.row(vec![
            (*name).to_owned(),
            format!("{all:.1}"),
            format!("{:.1}", figure.stage("tiles")),
            format!("{:.2}", all / ours.total(&[]).max(0.001)),
            format!("{:.2}", without / ours.total(&["tiles"]).max(0.001)),
            figure
                .instructions
                .map_or_else(|| "not counted".to_owned(), |count| format!("{:.0} M", count as f64 / 1e6)),
            format!("{:.0} MB", figure.peak as f64 / 1024.0),
        ]);
    }
    let stages: Vec<String> = figures.iter().map(|(name, figure)| format!("- {name}: {}\n", stages(figure))).collect();
    Ok(format!(
        "## {}\n\n{} × {} pixels, {:.2} MB, five boxes.\n\n{}\nStages, in ms:\n\n{}\n",
        input.name,
        input.width,
        input.height,
        input.bytes as f64 / 1e6,
        totals.markdown(),
        stages.concat(),
    ))
}

fn stages(figure: &Figure) -> String {
    figure.stages.iter().map(|(stage, spent)| format!("{stage} {spent:.1}")).collect::<Vec<_>>().join(", ")
}

/// What the figures mean.
pub(crate) fn explanation() -> String {
    "Processor time is that of the process (CLOCK_PROCESS_CPUTIME_ID), one thread, of each stage the least of several runs; of \
     the recipe, that of all its programs. Peak memory (VmHWM) is that of a process that does it once, with the upload and \
     the program in it; of the recipe, of its largest program. Instructions are those of such a process under Valgrind, with \
     its start.\n\nNot the same is made. Flaneur keeps the original to the bit outside the boxes, gives the detector half of \
     all pixels, verifies what it wrote, and stores no tiles. The ways that work on pixels encode the original again (quality \
     90), give the detector 2048 pixels per row, verify nothing, and encode all tiles. The recipe makes nothing but the \
     original.\n"
        .to_owned()
}

/// What was measured beside.
pub(crate) fn versions(judge: Judge) -> Vec<String> {
    let lock = include_str!("../../../../Cargo.lock");
    let version = |name: &str| {
        let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
        Some(format!("{name} {}", rest.split_once('"')?.0))
    };
    let mut versions = vec![judge.version()];
    versions.extend(["image", "fast_image_resize"].into_iter().filter_map(version));
    versions
}
