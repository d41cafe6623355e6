//! The table of what was done and what came of it.

use std::{fmt, fs, path::PathBuf};

/// One round.
#[derive(Debug)]
pub struct Row {
    /// What struck.
    pub fault: String,
    /// How often.
    pub injected: usize,
    /// Pictures that the server said it has.
    pub sent: usize,
    /// How often a file was sent without that.
    pub in_vain: usize,
    /// Pictures that everybody can see in the end.
    pub ready: usize,
    /// Pictures that the server said it has, and has not.
    pub lost: usize,
    /// Pictures that are there more often than they were sent.
    pub doubled: usize,
}

/// What stands above the rows.
pub const HEAD: &str = "| fault | times injected | sent again | pictures sent | ready | lost | doubled |\n\
                        |---|---:|---:|---:|---:|---:|---:|";

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, injected, sent, in_vain, ready, lost, doubled } = self;
        write!(f, "| {fault} | {injected} | {in_vain} | {sent} | {ready} | {lost} | {doubled} |")
    }
}

/// Prints the table, and writes it into the folder of reports if there is one.
pub fn tell(name: &str, title: &str, seed: u64, rows: &[Row]) {
    let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
    let text = format!("### {title}\n\nSeed {seed}.\n\n{HEAD}\n{}\n", rows.join("\n"));
    println!("\n{text}");
    if let Some(folder) = std::env::var_os("FLANEUR_FAULT_REPORT") {
        fs::write(PathBuf::from(folder).join(format!("{name}.md")), text)
            .expect("the report's folder can be written to");
    }
}
