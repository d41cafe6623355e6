//! libjpeg as the judge of what we do to JPEG files: a parser that shares nothing with ours. For tests and benchmarks only.
//!
//! [`Judge::find`] gives it where a C compiler, libjpeg's headers and its programs are installed
//! (`scripts/tools.sh jpeg`). Elsewhere tests say that they are skipped; where `CI` is set they fail.
#![forbid(unsafe_code)]

mod answers;
pub mod numbers;
pub mod pictures;
pub mod shared;

use std::{
    ffi::OsStr,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

pub use answers::{Comparison, Dcs, Rgb};
use tempfile::NamedTempFile;

/// Our program that asks libjpeg; empty where it could not be compiled.
const PROGRAM: &str = env!("FLANEUR_COEFFICIENTS");

/// Asks libjpeg and its programs. Errors are what these say.
#[derive(Debug, Clone, Copy)]
pub struct Judge(());

impl Judge {
    /// The judge, or nothing if it is not installed; this is told on the standard output.
    ///
    /// # Panics
    /// If it is not installed and `CI` is set: no CI run may pass without it.
    pub fn find() -> Option<Judge> {
        let programs = ["jpegtran", "cjpeg", "djpeg"];
        let there = |name: &str| Command::new(name).arg("-version").stdin(Stdio::null()).output().is_ok();
        if !PROGRAM.is_empty() && Path::new(PROGRAM).is_file() && programs.iter().all(|name| there(name)) {
            return Some(Judge(()));
        }
        let missing = "libjpeg, its headers, its programs and a C compiler are needed: run `scripts/tools.sh jpeg`";
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        tell(&format!("skipped: {missing}"));
        None
    }

    /// Which libjpeg it is.
    pub fn version(self) -> String {
        let output = Command::new("jpegtran").arg("-version").stdin(Stdio::null()).output();
        let said = output.map(|output| String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned());
        said.ok().and_then(|said| said.lines().next().map(str::to_owned)).unwrap_or_else(|| "libjpeg".to_owned())
    }

    /// Which MCUs of two files differ in any coefficient, and whether all else agrees.
    pub fn compare(self, a: &[u8], b: &[u8]) -> Result<Comparison, String> {
        let (a, b) = (file(a), file(b));
        answers::comparison(&run(PROGRAM, [OsStr::new("compare"), a.path().as_os_str(), b.path().as_os_str()], &[])?)
    }

    /// All quantised DCs of a file, per component.
    pub fn dcs(self, bytes: &[u8]) -> Result<Vec<Dcs>, String> {
        let file = file(bytes);
        answers::dcs(&run(PROGRAM, [OsStr::new("dcs"), file.path().as_os_str()], &[])?)
    }

    /// The decoded picture: exact integer transform, smooth chroma, as browsers show it.
    pub fn rgb(self, bytes: &[u8]) -> Result<Rgb, String> {
        let file = file(bytes);
        answers::rgb(&run(PROGRAM, [OsStr::new("rgb"), file.path().as_os_str()], &[])?)
    }

    /// Files of equal size, sampling and tables side by side, row by row, without decoding them.
    pub fn compose(self, across: usize, down: usize, files: &[Vec<u8>]) -> Result<Vec<u8>, String> {
        let files: Vec<NamedTempFile> = files.iter().map(|bytes| file(bytes)).collect();
        let mut arguments = vec!["compose".to_owned(), across.to_string(), down.to_string()];
        arguments.extend(files.iter().map(|file| file.path().to_string_lossy().into_owned()));
        run(PROGRAM, arguments, &[])
    }

    /// What `jpegtran` makes of a file.
    pub fn jpegtran(self, arguments: &[&str], bytes: &[u8]) -> Result<Vec<u8>, String> {
        run("jpegtran", arguments, bytes)
    }

    /// What `cjpeg` makes of a picture, which it gets as PPM.
    pub fn cjpeg(self, arguments: &[&str], picture: &Rgb) -> Result<Vec<u8>, String> {
        let mut ppm = format!("P6 {} {} 255\n", picture.width, picture.height).into_bytes();
        ppm.extend_from_slice(&picture.pixels);
        run("cjpeg", arguments, &ppm)
    }
}

/// Says something on the standard output, where test runners show it.
pub(crate) fn tell(text: &str) {
    // Not println!, which test runners swallow for tests that pass.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A temporary file that holds `bytes`.
pub(crate) fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a temporary file can be made");
    file.write_all(bytes).expect("a temporary file can be written");
    file
}

/// Runs a program with `input`; gives its output, or what it complained of.
fn run(program: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>, input: &[u8]) -> Result<Vec<u8>, String> {
    let given = file(input);
    let stdin = std::fs::File::open(given.path()).map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(arguments)
        .stdin(stdin)
        .output()
        .map_err(|error| format!("{program} does not start: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(format!("{program} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim()))
}
