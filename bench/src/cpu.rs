//! Processor time of processes, from `/proc`.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context as _, Result};

/// Ticks of a second in `/proc/*/stat`: fixed by the kernel's interface on every architecture that Linux runs on here.
const TICKS: f64 = 100.0;

/// Processor time that a process and all that it started have used, those that ended included: to the microsecond what runs, to
/// ten milliseconds each one that ended.
///
/// Between two calls, a child of a child that comes and goes is missed unless its parent waited for it; database servers
/// do.
pub fn of_tree(root: u32) -> Result<Duration> {
    let each = below(root)?.into_iter().map(|(pid, ticks)| {
        // Ticks are rounded down, and have what ended threads used. A process may end while it is looked at.
        let own = precisely(pid).unwrap_or_default().max(duration(ticks.own));
        own + duration(ticks.children)
    });
    Ok(each.sum())
}

fn duration(ticks: u64) -> Duration {
    Duration::from_secs_f64(ticks as f64 / TICKS)
}

/// What the kernel has counted of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ticks {
    /// Of itself.
    own: u64,
    /// Of those of its children that it waited for.
    children: u64,
}

/// Processor time of a process that starts no others, to the microsecond. That of threads that have ended is left out.
pub fn precisely(process: u32) -> Result<Duration> {
    let mut nanoseconds = 0;
    for thread in std::fs::read_dir(format!("/proc/{process}/task")).context("the process is gone")?.flatten() {
        // A thread may end while it is looked at.
        let stat = std::fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        nanoseconds += stat.split(' ').next().and_then(|first| first.parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// A process and all that it started, as far as they run.
pub fn tree(root: u32) -> Result<Vec<u32>> {
    Ok(below(root)?.into_iter().map(|(pid, _)| pid).collect())
}

/// The same, with the ticks of each.
fn below(root: u32) -> Result<Vec<(u32, Ticks)>> {
    let mut parents = HashMap::new();
    let mut used = Vec::new();
    for entry in std::fs::read_dir("/proc").context("there is no /proc")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // A process may end while it is looked at.
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        if let Some((parent, ticks)) = parse(&stat) {
            parents.insert(pid, parent);
            used.push((pid, ticks));
        }
    }
    let is_below = |mut pid: u32| {
        loop {
            if pid == root {
                return true;
            }
            match parents.get(&pid) {
                Some(parent) if *parent != 0 => pid = *parent,
                _ => return false,
            }
        }
    };
    used.retain(|(pid, _)| is_below(*pid));
    Ok(used)
}

/// Parent and ticks, those of user and system together, of a line of `/proc/*/stat`; see proc(5).
fn parse(stat: &str) -> Option<(u32, Ticks)> {
    // The name may hold anything, parentheses and spaces included.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let parent = fields.get(1)?.parse().ok()?;
    let sum = |fields: &[&str]| fields.iter().map(|field| field.parse::<u64>().unwrap_or(0)).sum();
    Some((parent, Ticks { own: sum(fields.get(11..13)?), children: sum(fields.get(13..15)?) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_whatever_the_name() {
        let line = "7 (a) (b) S 3 7 7 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1 0 5 6 7";
        assert_eq!(parse(line), Some((3, Ticks { own: 30, children: 70 })));
        assert_eq!(parse("nonsense"), None);
    }

    #[test]
    fn a_child_is_of_the_tree_until_it_is_gone() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let there = tree(std::process::id()).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(there.contains(&child.id()) && there.contains(&std::process::id()), "{there:?}");
        assert!(!tree(std::process::id()).unwrap().contains(&child.id()));
    }

    #[test]
    fn what_a_child_did_stays_counted_when_it_is_gone() {
        let mut child = std::process::Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        while of_tree(child.id()).unwrap() < Duration::from_millis(100) {
            std::thread::yield_now();
        }
        let running = of_tree(std::process::id()).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        // Two numbers are rounded down, by less than ten milliseconds each.
        assert!(of_tree(std::process::id()).unwrap() + Duration::from_millis(20) >= running);
    }

    #[test]
    fn work_is_counted() {
        let before = of_tree(std::process::id()).unwrap();
        let mut sum = 0u64;
        while of_tree(std::process::id()).unwrap() < before + Duration::from_millis(20) {
            sum = (0..100_000).fold(sum, |sum, n| std::hint::black_box(sum.wrapping_add(n)));
        }
    }
}
