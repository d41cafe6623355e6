//! A table of results with what they were measured on.

use std::{path::Path, process::Command};

use anyhow::{Context as _, Result};

/// A table in Markdown.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub fn new(columns: &[&str]) -> Self {
        Self { rows: vec![columns.iter().map(ToString::to_string).collect()] }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Its text.
    pub fn markdown(&self) -> String {
        let mut lines: Vec<String> = self.rows.iter().map(|cells| format!("| {} |", cells.join(" | "))).collect();
        if let Some(head) = self.rows.first() {
            lines.insert(1, format!("|{}", "---|".repeat(head.len())));
        }
        lines.join("\n") + "\n"
    }
}

/// Writes `results/{name}.md` below `folder`: a title, what it was measured on, and the text.
pub fn write(folder: &Path, name: &str, title: &str, versions: &[String], text: &str) -> Result<()> {
    let results = folder.join("results");
    std::fs::create_dir_all(&results).with_context(|| format!("cannot make {}", results.display()))?;
    let path = results.join(format!("{name}.md"));
    let page = format!("# {title}\n\n{}\n\n{text}", measured_on(versions));
    std::fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))
}

/// Machine, versions and commit in a sentence.
fn measured_on(versions: &[String]) -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let processor = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let processor = processor.unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let commit = said(&["git", "describe", "--always", "--dirty", "--abbrev=12"]);
    let mut versions = versions.to_vec();
    versions.push(said(&["rustc", "--version"]));
    format!("Measured on {cores} cores of {processor}, commit {commit}, {}.", versions.join(", "))
}

fn said(command: &[&str]) -> String {
    let Some((program, arguments)) = command.split_first() else { return String::new() };
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(|_| "unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_line_below_its_head() {
        let mut table = Table::new(&["a", "b"]);
        table.row(vec!["1".to_owned(), "2".to_owned()]);
        assert_eq!(table.markdown(), "| a | b |\n|---|---|\n| 1 | 2 |\n");
    }
}
