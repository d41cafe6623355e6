//! Programs of others, run with nothing of this process' environment but where programs are.

use std::{ffi::OsStr, path::Path, process::Stdio};

use tokio::process::Command;

use crate::LONG;

/// What a program said, and whether it ended well.
#[derive(Debug)]
pub struct Ended {
    /// Whether it did.
    pub success: bool,
    /// To standard output.
    pub stdout: String,
    /// To standard error.
    pub stderr: String,
}

/// A program that knows nothing of this process, with a home of its own, in which it is called. It asks this machine without a
/// proxy, and ends when nobody waits for it any more.
pub fn alone(program: impl AsRef<OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(home)
        .env_clear()
        .env("HOME", home)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("PYTHONUTF8", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Runs such a program in a folder of its own until it ends.
pub async fn run_alone(program: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    let home = tempfile::tempdir().expect("a temporary folder");
    let run = alone(program, home.path()).args(arguments).envs(environment.iter().copied()).output();
    let output = tokio::time::timeout(LONG, run).await.expect("the program ends").expect("the program starts");
    let printed = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { success: output.status.success(), stdout: printed(&output.stdout), stderr: printed(&output.stderr) }
}
