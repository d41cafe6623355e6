//! Files that are no JPEG become one, in a process of their own that is allowed little.
//!
//! Decoders of such formats are large, and read what strangers wrote. So the file goes to a child's standard input, and a JPEG
//! comes back from its standard output; that is all they share. The child limits its own memory, processor time, files and
//! processes before it reads a byte, and here it is bounded in time and in what it may answer. Whatever becomes of it, the
//! worker goes on: that a file could not be decoded is told to its contributor; that there was no child to decode it is an error
//! of the job, which is tried again.

use std::{path::Path, process::Stdio, time::Duration};

use bytes::Bytes;
use flaneur_convert::{Format, Header, Limits, Needs, REFUSED};
use flaneur_geotag::Geotag;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};

use crate::Options;

/// Longest reason of a child that is passed on, bytes.
const MAX_REASON: u64 = 1_000;
/// Waiting for a processor on a machine that is busy: how much longer than its work a child may take.
const SLOWNESS: u32 = 4;

/// An original, as a JPEG.
#[derive(Debug)]
pub enum Converted {
    /// It is one.
    Jpeg(Bytes),
    /// It was made of another file.
    Made {
        /// The JPEG.
        jpeg: Bytes,
        /// What that file says.
        tag: Box<Geotag>,
    },
    /// It can't become one: a sentence for its contributor.
    Unusable(String),
}

/// Why there was no child to decode a file, or none that could.
#[derive(Debug, thiserror::Error)]
pub enum BrokenConverter {
    /// It could not be started, or not be talked to.
    #[error("running {program} failed")]
    Process {
        /// The program.
        program: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It ended in a way that says nothing about the file.
    #[error("{program} ended with {status}: {reason}")]
    Ended {
        /// The program.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it wrote to its standard error.
        reason: String,
    },
}

/// Makes a JPEG of an original that is none.
pub async fn as_jpeg(options: &Options, original: Bytes) -> Result<Converted, BrokenConverter> {
    if flaneur_convert::sniff(&original) == Some(Format::Jpeg) {
        return Ok(Converted::Jpeg(original));
    }
    let limits = Limits { max_pixels: options.max_pixels, ..Limits::default() };
    let header = match flaneur_convert::inspect(&original, &limits) {
        Ok(header) => header,
        Err(error) => return Ok(Converted::Unusable(error.to_string())),
    };
    let made = convert(&options.converter, &original, &header, options.max_pixels, header.needs).await?;
    Ok(match made {
        Ok(jpeg) => Converted::Made { jpeg, tag: Box::new(header.geotag()) },
        Err(reason) => Converted::Unusable(reason),
    })
}

/// Has a child make a JPEG of `file`, with no more than `needs`. The inner error is a sentence for the contributor.
pub async fn convert(
    program: &Path,
    file: &[u8],
    header: &Header,
    max_pixels: u64,
    needs: Needs,
) -> Result<Result<Bytes, String>, BrokenConverter> {
    let name = || program.display().to_string();
    let failed = |source| BrokenConverter::Process { program: name(), source };
    let mut child = Command::new(program)
        .arg("convert")
        .args(["--max-pixels", &max_pixels.to_string()])
        .args(["--memory", &needs.memory.to_string()])
        .args(["--seconds", &needs.seconds.to_string()])
        // Settings hold passwords.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    // Noise at the finest quality has some three bytes a pixel; headers come on top.
    let most = 3 * u64::from(header.width) * u64::from(header.height) + (1 << 20);
    let work = async {
        let send = async {
            if let Some(mut input) = input {
                // One that ends early says why by how it ends.
                let _ = input.write_all(file).await;
            }
        };
        let (jpeg, reason, ()) = tokio::join!(read(output, most), read(errors, MAX_REASON), send);
        let ended = child.wait().await?;
        Ok((jpeg?, reason?, ended))
    };
    let unusable = |what: &str| Ok(Err(format!("the {} file {what}; send it as JPEG", header.format)));
    let limit = Duration::from_secs(needs.seconds) * SLOWNESS;
    let Ok(ended) = tokio::time::timeout(limit, work).await else {
        return unusable("could not be decoded: it takes too long");
    };
    let (jpeg, reason, status) = ended.map_err(failed)?;
    let reason = said(&reason);
    if jpeg.len() as u64 > most {
        return unusable("becomes larger than its pixels allow");
    }
    if status.success() {
        return Ok(Ok(jpeg.into()));
    }
    if status.code() == Some(i32::from(REFUSED)) && !reason.is_empty() {
        return Ok(Err(reason));
    }
    tracing::warn!(%status, reason, "the process that converts a file died");
    match death(status) {
        Some(Death::Memory) => unusable("could not be decoded: it needs more memory than a picture of its size"),
        Some(Death::Time) => unusable("could not be decoded: it takes too long"),
        Some(Death::Broke) => unusable("could not be decoded"),
        None => Err(BrokenConverter::Ended { program: name(), status, reason }),
    }
}

/// What a file does to its child.
enum Death {
    Memory,
    Time,
    Broke,
}

/// How a child died, where that was the file's doing. Being killed from outside is not, nor is never having begun.
fn death(status: std::process::ExitStatus) -> Option<Death> {
    use std::os::unix::process::ExitStatusExt as _;
    /// How a Rust program ends that panics.
    const PANICKED: i32 = 101;
    // SIGABRT: an allocation failed. SIGXCPU. SIGSEGV and SIGBUS: the stack ran over.
    match (status.signal(), status.code()) {
        (Some(6), _) => Some(Death::Memory),
        (Some(24), _) => Some(Death::Time),
        (Some(7 | 11), _) | (None, Some(PANICKED)) => Some(Death::Broke),
        _ => None,
    }
}

/// Reads to the end, and one byte more than `most` at the most.
async fn read(from: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(most + 1).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// What a child said, in one line.
fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, os::unix::fs::PermissionsExt as _, path::PathBuf};

    use super::*;

    const NEEDS: Needs = Needs { memory: 1 << 20, seconds: 60 };

    fn header() -> Header {
        let (exif, xmp) = (Vec::new(), Vec::new());
        Header {
            format: Format::Png,
            width: 10,
            height: 10,
            upright: false,
            exif,
            xmp,
            needs: NEEDS,
            extras: Vec::new(),
        }
    }

    async fn with(script: &str) -> Result<Result<Bytes, String>, BrokenConverter> {
        given(script, NEEDS).await
    }

    /// Runs a shell script in the converter's place, on a file that no pipe holds.
    async fn given(script: &str, needs: Needs) -> Result<Result<Bytes, String>, BrokenConverter> {
        let folder = tempfile::tempdir().unwrap();
        let program: PathBuf = folder.path().join("converter");
        let mut file = std::fs::File::create(&program).unwrap();
        write!(file, "#!/bin/sh\n{script}\n").unwrap();
        drop(file);
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        convert(&program, &vec![7; 1 << 20], &header(), 100, needs).await
    }

    #[tokio::test]
    async fn what_becomes_of_a_child_is_told_apart() {
        assert_eq!(with("echo $1 $2 $3; exec cat >/dev/null").await.unwrap().unwrap(), "convert --max-pixels 100\n");
        assert_eq!(with("exit 0").await.unwrap().unwrap(), "", "it need not read");
        let sentence = |outcome: Result<Result<Bytes, String>, BrokenConverter>| outcome.unwrap().unwrap_err();
        assert_eq!(sentence(with("echo so bad >&2; exit 65").await), "so bad");
        assert!(sentence(with("kill -ABRT $$").await).contains("memory"));
        assert!(sentence(with("kill -XCPU $$").await).contains("too long"));
        assert!(sentence(with("kill -SEGV $$").await).contains("could not be decoded"));
        assert!(sentence(with("exit 101").await).contains("could not be decoded"));
        assert!(sentence(with("exec yes").await).contains("larger than"));
        assert!(sentence(given("exec sleep 1000", Needs { seconds: 0, ..NEEDS }).await).contains("too long"));
        for ours in ["kill -KILL $$", "kill -TERM $$", "exit 1", "exit 127", "exit 65"] {
            assert!(matches!(with(ours).await, Err(BrokenConverter::Ended { .. })), "{ours}");
        }
        let missing = convert(Path::new("/nowhere/at/all"), b"", &header(), 100, NEEDS).await;
        assert!(matches!(missing, Err(BrokenConverter::Process { .. })));
    }
}
