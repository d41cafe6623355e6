//! `flaneur convert`: makes a JPEG of one file, with bounded means. Run by the worker.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use flaneur_convert::{Limits, REFUSED};
use rustix::process::{Resource, Rlimit, setrlimit};

use crate::options::ConvertArgs;

/// Reads standard input, writes standard output. Where the file is at fault, the reason is on standard error, and the process
/// ends with [`REFUSED`].
pub fn run(args: &ConvertArgs) -> Result<ExitCode> {
    confine(args).context("the process could not limit itself")?;
    let mut file = Vec::new();
    match std::io::stdin().lock().read_to_end(&mut file) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::OutOfMemory => {
            return refuse("the file needs more memory than a picture of its size; send it as JPEG");
        }
        Err(error) => return Err(error).context("reading the file failed"),
    }
    let limits = Limits { max_pixels: args.max_pixels, ..Limits::default() };
    match flaneur_convert::convert(&file, &limits) {
        Ok(jpeg) => {
            std::io::stdout().lock().write_all(&jpeg).context("writing the JPEG failed")?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => refuse(&error.to_string()),
    }
}

/// Ends with a reason that is the file's.
fn refuse(reason: &str) -> Result<ExitCode> {
    writeln!(std::io::stderr(), "{reason}").context("telling the reason failed")?;
    Ok(ExitCode::from(REFUSED))
}

/// From here on: so much memory, so much time, no file but the three that are open, no other process, nothing written to a
/// disk, not even what is left of it when it dies.
fn confine(args: &ConvertArgs) -> Result<()> {
    let memory = address_space()?.saturating_add(args.memory);
    for (resource, most) in [
        (Resource::As, memory),
        (Resource::Cpu, args.seconds),
        (Resource::Nofile, 0),
        (Resource::Nproc, 0),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Bytes of addresses that the process has now: the program itself, most of all.
fn address_space() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/statm").context("reading /proc/self/statm failed")?;
    let pages = status.split(' ').next().and_then(|pages| pages.parse::<u64>().ok());
    Ok(pages.context("/proc/self/statm is odd")? * rustix::param::page_size() as u64)
}
