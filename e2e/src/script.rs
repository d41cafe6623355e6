//! Programs of others, run with nothing of this process' environment but where programs are.

use std::{path::Path, process::Stdio};

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

/// Runs a program in a folder of its own until it ends.
pub async fn run_alone(program: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    let home = tempfile::tempdir().expect("a temporary folder");
    let run = tokio::process::Command::new(program)
        .args(arguments)
        .current_dir(home.path())
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("PYTHONUTF8", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_PROXY", "127.0.0.1")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(LONG, run).await.expect("the program ends").expect("the program starts");
    let printed = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { success: output.status.success(), stdout: printed(&output.stdout), stderr: printed(&output.stderr) }
}
