//! One figure, taken by a process of its own: stages with their processor time, and the memory it took.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use flaneur_bench::memory;
use rustix::time::{ClockId, clock_gettime};

use crate::{ours, plain, recipe, turbo};

/// What one run spent, stage by stage.
#[derive(Debug, Default)]
pub(crate) struct Stages {
    spent: Vec<(&'static str, Duration)>,
}

impl Stages {
    /// Does something, and notes its processor time.
    pub(crate) fn time<T>(&mut self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let before = clock();
        let result = work();
        self.note(stage, clock().saturating_sub(before));
        result
    }

    /// Adds time to a stage.
    pub(crate) fn note(&mut self, stage: &'static str, time: Duration) {
        match self.spent.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, spent)) => *spent += time,
            None => self.spent.push((stage, time)),
        }
    }
}

/// Processor time of this process.
fn clock() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// Takes a figure and prints it: of each stage the least of `repeats` runs.
pub(crate) fn take(way: &str, input: &Path, repeats: usize) -> Result<()> {
    let bytes = std::fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
    // From the first time on that glibc is given back a block of this size, it keeps what is freed rather than have the kernel
    // clear the same pages for each picture. The worker is there after its first look with the models.
    drop(std::hint::black_box(Vec::<u8>::with_capacity((32 << 20) - (64 << 10))));
    let mut least: Vec<(&'static str, Duration)> = Vec::new();
    let mut peak = 0;
    for run in 0..repeats.max(1) {
        let mut stages = Stages::default();
        match way {
            "ours" => ours::run(&bytes, &mut stages)?,
            "turbo" => turbo::run(&bytes, &mut stages)?,
            "image" => plain::run(&bytes, &mut stages)?,
            "recipe" => peak = peak.max(recipe::run(input, &mut stages)?),
            _ => bail!("there is no such way: {way}"),
        }
        if run == 0 {
            least = stages.spent;
        } else {
            for ((_, least), (_, spent)) in least.iter_mut().zip(stages.spent) {
                *least = (*least).min(spent);
            }
        }
    }
    for (stage, spent) in least {
        println!("stage\t{stage}\t{}", spent.as_micros());
    }
    println!("peak\t\t{}", peak.max(memory::peak("self")));
    Ok(())
}

/// A figure as its process told it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figure {
    /// Milliseconds of processor time.
    pub stages: Vec<(String, f64)>,
    /// kB.
    pub peak: u64,
    /// Instructions, where they could be counted.
    pub instructions: Option<u64>,
}

impl Figure {
    /// Milliseconds of all stages but `without`.
    pub(crate) fn total(&self, without: &[&str]) -> f64 {
        self.stages.iter().filter(|(stage, _)| !without.contains(&stage.as_str())).map(|(_, spent)| spent).sum()
    }

    pub(crate) fn stage(&self, name: &str) -> f64 {
        self.stages.iter().filter(|(stage, _)| stage == name).map(|(_, spent)| spent).sum()
    }
}

/// Has a process take a figure: time from `repeats` runs, memory from a run of its own.
pub(crate) fn measure(way: &str, input: &Path, repeats: usize) -> Result<Figure> {
    let mut figure = start(way, input, repeats)?;
    figure.peak = start(way, input, 1)?.peak;
    Ok(figure)
}

/// Counts instructions with Valgrind, if that is here: this machine may have no counters for virtual machines.
pub(crate) fn instructions(way: &str, input: &Path) -> Option<u64> {
    let valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"];
    let program = std::env::current_exe().ok()?;
    let output = Command::new(valgrind[0])
        .args(&valgrind[1..])
        .arg(program)
        .args(["figure", way])
        .arg(input)
        .arg("1")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    // Valgrind does not know every instruction of a new processor: a program that it stops has counted to nowhere.
    if !output.status.success() {
        return None;
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = said.lines().find(|line| line.contains('I') && line.contains("refs:"))?;
    line.rsplit(' ').next()?.replace(',', "").parse().ok()
}

fn start(way: &str, input: &Path, repeats: usize) -> Result<Figure> {
    let output = Command::new(std::env::current_exe()?)
        .args(["figure", way])
        .arg(input)
        .arg(repeats.to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        bail!("{way} failed on {}", input.display());
    }
    let mut figure = Figure::default();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        match line.split('\t').collect::<Vec<_>>().as_slice() {
            ["stage", name, micros] => figure.stages.push(((*name).to_owned(), micros.parse::<f64>()? / 1000.0)),
            ["peak", _, peak] => figure.peak = peak.parse()?,
            _ => bail!("{way} said {line:?}"),
        }
    }
    Ok(figure)
}
