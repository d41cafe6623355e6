//! How much memory a server takes while files of different sizes come, one at a time and several at once.

use anyhow::{Result, ensure};
use flaneur_bench::table::Table;
use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::{
    Ground,
    files::{File, Numbers, Subject},
    servers::{Server, post, send_by_tus},
};

/// Files that come at once.
const AT_ONCE: usize = 8;
/// Files that come one after another.
const ALONE: u32 = 3;

/// How files come.
#[derive(Debug, Clone, Copy)]
enum Way {
    Form,
    Tus,
}

/// kB: before, and most while files came alone and at once.
#[derive(Debug, Clone, Copy)]
struct Peaks {
    before: u64,
    alone: u64,
    at_once: u64,
}

impl Peaks {
    fn text(self) -> [String; 2] {
        [self.alone, self.at_once].map(|peak| {
            let megabytes = |kilobytes: u64| kilobytes as f64 / 1024.0;
            format!("{:.0} (+{:.0})", megabytes(peak), megabytes(peak.saturating_sub(self.before)))
        })
    }
}

/// The table, and what it says.
pub(crate) async fn section(ground: &Ground, numbers: &mut Numbers) -> Result<String> {
    let subjects = [
        Subject::of_about("", (2000, 1500), 1_000_000)?,
        Subject::of_about("", (4000, 3000), 3_000_000)?,
        Subject::of_about("", (8192, 4096), 30_000_000)?,
        // The library that the reference server opens pictures with takes at most 178 megapixels.
        Subject::of_about("", (18_800, 9400), 195_000_000)?,
    ];
    let mut table = Table::new(&[
        "files of",
        "Flaneur: one at a time",
        "8 at once",
        "by tus: one at a time",
        "8 at once",
        "reference: one at a time",
        "8 at once",
    ]);
    let mut most = Vec::new();
    for subject in &subjects {
        let mut row = vec![format!("{:.1} MB", subject.bytes() as f64 / 1e6)];
        for way in [Way::Form, Way::Tus] {
            // Each figure from a server that has had nothing large before: what it keeps of that would hide the next.
            let peaks = measure(&Server::ours(None).await?, way, subject, numbers).await?;
            most.push(peaks.at_once.saturating_sub(peaks.before));
            row.extend(peaks.text());
        }
        match (&ground.postgres, &ground.reference) {
            (Some(postgres), Ok(environment)) => {
                let server = Server::reference(environment, postgres, "reference").await?;
                row.extend(match measure(&server, Way::Form, subject, numbers).await {
                    Ok(peaks) => peaks.text(),
                    Err(error) => {
                        println!("the reference server: {error}");
                        ["not taken".to_owned(), "not taken".to_owned()]
                    }
                });
            }
            _ => row.extend(["–".to_owned(), "–".to_owned()]),
        }
        table.row(row);
    }
    let least = most.iter().min().copied().unwrap_or_default() / 1024;
    let most = most.iter().max().copied().unwrap_or_default() / 1024;
    Ok(format!(
        "## Memory while files come\n\n{}\nMiB: the most that the server's processes had (the sum of each one's peak), in \
         brackets how much that is above what they had before, when one file of a megabyte had come. Ours are on SQLite. The \
         goal is that it does not depend on the size of the files: with 8 at once it is between {least} and {most} MiB above; \
         a server may hold one part of 5 MiB of each file.{}\n\n",
        table.markdown(),
        ground.missing(),
    ))
}

async fn measure(server: &Server, way: Way, subject: &Subject, numbers: &mut Numbers) -> Result<Peaks> {
    let warm = Subject::of_about("", (2000, 1500), 1_000_000)?;
    send(server, way, numbers.files(&warm, 2), 1).await?;
    let before = server.forget_peak()?;
    send(server, way, numbers.files(subject, ALONE), 1).await?;
    let alone = server.peak()?;
    server.forget_peak()?;
    send(server, way, numbers.files(subject, AT_ONCE as u32), AT_ONCE).await?;
    Ok(Peaks { before, alone, at_once: server.peak()? })
}

async fn send(server: &Server, way: Way, files: Vec<File>, at_once: usize) -> Result<()> {
    let set = &server.make_set().await;
    stream::iter(files)
        .map(|file| async move {
            let answer = match way {
                Way::Form => post(server.client(), set, file).await,
                Way::Tus => send_by_tus(server.client(), set, file).await,
            };
            ensure!((200..300).contains(&answer.status), "a file that is measured was not accepted: {answer}");
            Ok(())
        })
        .buffer_unordered(at_once)
        .try_collect()
        .await
}
