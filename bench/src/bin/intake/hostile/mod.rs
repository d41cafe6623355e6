//! What files cost that are made to break or to exhaust whoever reads them, sent to a whole server with models.

mod forge;
mod made;
mod watch;

use std::{
    cmp::Reverse,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use flaneur_bench::{cpu, memory, table::Table};
use flaneur_e2e::{Client, Photo, Placement, Server, ServerOptions, Tools};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use self::watch::Watch;
use crate::{cost::verdict, files::File};

/// What one file may cost, of the server and all that it starts.
const CPU_GOAL: Duration = Duration::from_secs(1);
/// How much memory above that of the idle server one file may take, MiB; and what the process may have that converts it.
const MEMORY_GOAL: u64 = 300;
/// How long a file may take to its final state before this goes on with the next.
const PATIENCE: Duration = Duration::from_mins(3);
/// Between two questions how far it is.
const REST: Duration = Duration::from_millis(100);

/// What became of a file, and what it cost.
#[derive(Debug)]
struct Outcome {
    name: String,
    bytes: u64,
    status: u16,
    sentence: String,
    state: &'static str,
    cpu: Duration,
    /// The most that the server had above what it had just before, MiB.
    memory: u64,
    /// What it had just before, MiB.
    before: u64,
    /// The most that a process had that converts, MiB; `None` if there was none, or it was too short to be seen.
    child: Option<u64>,
}

/// The table, and what it says.
pub(crate) async fn section() -> Result<String> {
    let files = files()?;
    let mut server = ServerOptions::default()
        // A file that cannot be processed is a warning in the log, here of all the files that are.
        .allow("")
        .start();
    let client = server.admin();
    let ordinary = Photo::textured(4000, 3000, 3);
    let mut usual = None;
    // Models are loaded by the first picture; what the second costs is what a picture costs.
    for index in 0..2 {
        let file = File::new("ordinary.jpg", ordinary.at(Placement::walk(24_000 + index)));
        let outcome = judge(&server, &client, file).await?;
        ensure!(outcome.state == "ready", "an ordinary picture was not processed: {outcome:?}");
        usual = Some(outcome);
    }
    let usual = usual.context("an ordinary picture was sent")?;
    let mut outcomes = Vec::new();
    for file in files {
        let outcome = judge(&server, &client, file).await?;
        println!("{}: {}, {:.2} s", outcome.name, outcome.state, outcome.cpu.as_secs_f64());
        outcomes.push(outcome);
    }
    let after = File::new("after.jpg", Photo::textured(640, 480, 4).at(Placement::walk(24_002)));
    let after = judge(&server, &client, after).await?;
    ensure!(after.state == "ready", "after all of them the server does not process an ordinary picture: {after:?}");
    let status = server.terminate();
    ensure!(status.success(), "the server did not end well: {status}");
    let panics: Vec<String> = server.log().into_iter().filter(|line| line.contains("panicked at")).collect();
    ensure!(panics.is_empty(), "the server panicked:\n{}", panics.join("\n"));
    Ok(told(outcomes, &usual))
}

/// The shared ones, where they are, and those made here.
fn files() -> Result<Vec<File>> {
    let shared = std::env::var_os("FLANEUR_SHARED_DATA").map(|data| PathBuf::from(data).join("hostile"));
    let mut paths: Vec<PathBuf> = match shared {
        Some(folder) if folder.is_dir() => std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect(),
        _ => Vec::new(),
    };
    paths.sort();
    let mut files = Vec::new();
    for path in paths.into_iter().filter(|path| path.is_file()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push(File::new(&name, std::fs::read(&path)?));
    }
    files.extend(made::all(Some(&Tools::test_picture("formats")))?);
    Ok(files)
}

/// Sends a file as its own upload set, waits for its final state, and tells what it cost.
async fn judge(server: &Server, client: &Client, file: File) -> Result<Outcome> {
    quiet(server.pid()).await?;
    let process = server.pid().to_string();
    memory::forget_peak(&process);
    let idle = memory::resident(&process);
    let before = cpu::of_tree(server.pid())?;
    let watch = Watch::begin(server.pid());

    let (name, bytes) = (file.name.clone(), file.len());
    let set = client.make_set(&json!({ "title": name, "estimated_nb_files": 1 })).await;
    // A place and a time, so that none is refused for want of them before it is read.
    let form = Form::new()
        .text("override_latitude", "48.11")
        .text("override_longitude", "-1.68")
        .text("override_capture_time", "2024-05-01T10:00:00Z");
    let part = Part::bytes(file.pieces.concat()).file_name(file.name);
    let answer = client.send_form(&set, form.part("file", part)).await;
    let (state, sentence) = if answer.status == 202 {
        let state = finished(client, &set.0).await;
        let listed = client.files(&set).await;
        let said = listed.first().and_then(|file| file.pointer("/rejected/message")?.as_str()).unwrap_or_default();
        (state, said.to_owned())
    } else {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let said = |at: &str| body.pointer(at).and_then(Value::as_str);
        ("refused", said("/details/error").or(said("/message")).unwrap_or_default().to_owned())
    };
    quiet(server.pid()).await?;
    let child = watch.end().map(|kilobytes| kilobytes / 1024);
    Ok(Outcome {
        name,
        bytes,
        status: answer.status,
        sentence,
        state,
        cpu: cpu::of_tree(server.pid())?.saturating_sub(before),
        memory: memory::peak(&process).saturating_sub(idle) / 1024,
        before: idle / 1024,
        child,
    })
}

/// What became of the only file of a set.
async fn finished(client: &Client, set: &str) -> &'static str {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let now = client.json(&format!("/api/upload_sets/{set}")).await;
        if now["ready"] == true {
            let count = |what: &str| now["items_status"][what].as_u64().unwrap_or(0);
            return match (count("prepared"), count("broken"), count("rejected")) {
                (1, ..) => "ready",
                (_, 1, _) => "broken",
                (_, _, 1) => "rejected",
                _ => "nothing",
            };
        }
        tokio::time::sleep(REST).await;
    }
    "not done"
}

/// Waits until the server does next to nothing: what follows a file's end is part of it, and not of the next.
async fn quiet(pid: u32) -> Result<()> {
    let begun = Instant::now();
    let mut last = cpu::of_tree(pid)?;
    while begun.elapsed() < PATIENCE {
        tokio::time::sleep(REST * 3).await;
        let now = cpu::of_tree(pid)?;
        if now.saturating_sub(last) <= Duration::from_millis(10) {
            return Ok(());
        }
        last = now;
    }
    Ok(())
}

fn told(mut outcomes: Vec<Outcome>, usual: &Outcome) -> String {
    outcomes.sort_by_key(|outcome| Reverse((outcome.cpu, outcome.memory)));
    let mut table =
        Table::new(&["file", "kB", "answer", "in the end", "CPU s", "memory +MiB", "child MiB", "what was said"]);
    for outcome in &outcomes {
        table.row(vec![
            outcome.name.clone(),
            (outcome.bytes / 1000).to_string(),
            outcome.status.to_string(),
            outcome.state.to_owned(),
            format!("{:.2}", outcome.cpu.as_secs_f64()),
            outcome.memory.to_string(),
            outcome.child.map_or_else(|| "–".to_owned(), |child| child.to_string()),
            brief(&outcome.sentence),
        ]);
    }
    let count = |which: &dyn Fn(&&Outcome) -> bool| outcomes.iter().filter(which).count();
    let taken = |outcome: &&Outcome| outcome.state == "ready";
    let dear = count(&|outcome| !taken(outcome) && outcome.cpu > CPU_GOAL);
    let dear_pictures = count(&|outcome| taken(outcome) && outcome.cpu > CPU_GOAL.max(usual.cpu * 2));
    let memory = outcomes.iter().map(|outcome| outcome.memory).max().unwrap_or_default();
    let most = outcomes.iter().map(|outcome| outcome.before + outcome.memory).max().unwrap_or_default();
    let child = outcomes.iter().filter_map(|outcome| outcome.child).max();
    let undecided = count(&|outcome| matches!(outcome.state, "not done" | "nothing") || outcome.status >= 500);
    format!(
        "## Hostile files\n\n\
         | of {all} files | measured | goal | |\n|---|---|---|---|\n\
         | refused or found broken for more than {cpu_goal} s of processor time | {dear} of {} | 0 | {} |\n\
         | became pictures for more than {cpu_goal} s and twice an ordinary one's {:.1} s | {dear_pictures} of {} | 0 | {} |\n\
         | without an answer or a final state | {undecided} | 0 | {} |\n\
         | most memory that one took above the server just before, MiB (an ordinary picture: {}) | {memory} | {MEMORY_GOAL} | {} |\n\
         | most memory of the server at all, MiB; warm and idle it has {} | {most} | {} | {} |\n\
         | most memory of a process that converts, MiB | {} | below {MEMORY_GOAL} | {} |\n\
         | panics; an ordinary picture afterwards; how the server then ends | 0; ready; exit code 0 | the same | met |\n\n{}\n\
         Worst first. Each was sent in a set of its own, with a place and a time, to `flaneur serve` with models that were warm \
         already. Processor time is that of the server and of all that it started, from the making of the set to when it is \
         quiet again. An ordinary picture is one of 12 MP; what a picture costs grows with its pixels, however few bytes they \
         take.\n\n",
        count(&|outcome| !taken(outcome)),
        verdict(dear == 0),
        usual.cpu.as_secs_f64(),
        count(&taken),
        verdict(dear_pictures == 0),
        verdict(undecided == 0),
        usual.memory,
        verdict(memory <= MEMORY_GOAL),
        usual.before,
        usual.before + MEMORY_GOAL,
        verdict(most <= usual.before + MEMORY_GOAL),
        child.map_or_else(|| "none was seen".to_owned(), |child| child.to_string()),
        child.map_or("–", |child| verdict(child < MEMORY_GOAL)),
        table.markdown(),
        all = outcomes.len(),
        cpu_goal = CPU_GOAL.as_secs(),
    )
}

/// A sentence in a cell.
fn brief(sentence: &str) -> String {
    let line = sentence.replace(char::is_whitespace, " ").replace('|', "\\|");
    let short: String = line.trim_end_matches([' ', ':']).chars().take(110).collect();
    if short.len() < line.trim_end_matches([' ', ':']).len() { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dear_is_told_and_comes_first() {
        let outcome = |name: &str, state, seconds, memory| Outcome {
            name: name.to_owned(),
            bytes: 1000,
            status: 202,
            sentence: "a | b".to_owned(),
            state,
            cpu: Duration::from_secs(seconds),
            memory,
            before: 300,
            child: None,
        };
        let usual = outcome("ordinary", "ready", 2, 100);
        let text = told(vec![outcome("cheap", "broken", 0, 1), outcome("dear", "broken", 3, 400)], &usual);
        assert!(text.find("| dear").unwrap() < text.find("| cheap").unwrap(), "{text}");
        assert!(text.contains("| 1 of 2 | 0 | **missed** |"), "{text}");
        assert!(text.contains("| 0 of 0 | 0 | met |"), "{text}");
        assert!(text.contains("| 400 | 300 | **missed** |") && text.contains("a \\| b"), "{text}");
    }
}
