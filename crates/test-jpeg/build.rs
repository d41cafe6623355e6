//! Compiles the program that asks libjpeg. Without a compiler or libjpeg's headers there is none, and what needs it says so
//! when it runs: building the tree needs neither.
use std::{env, path::PathBuf, process::Command};

const HEADER: &str = "/usr/include/jpeglib.h";

fn main() {
    // A file that is not there counts as changed: once libjpeg is installed, the program is compiled.
    for path in ["c/coefficients.c", "c/coefficients.h", "c/main.c", HEADER] {
        println!("cargo::rerun-if-changed={path}");
    }
    let program = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("coefficients");
    let compiled = Command::new("cc")
        .args(["-O2", "-std=c11", "-Wall", "-Wextra", "-o"])
        .arg(&program)
        .args(["c/coefficients.c", "c/main.c", "-ljpeg"])
        .output();
    let path = match compiled {
        Ok(output) if output.status.success() => program.to_string_lossy().into_owned(),
        // What is wrong is told in one line; the tests say what to do.
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let error = said.lines().find(|line| line.contains("error")).unwrap_or("it failed");
            println!("cargo::warning=libjpeg cannot be asked: {error}");
            String::new()
        }
        Err(error) => {
            println!("cargo::warning=libjpeg cannot be asked: cc: {error}");
            String::new()
        }
    };
    println!("cargo::rustc-env=FLANEUR_COEFFICIENTS={path}");
}
