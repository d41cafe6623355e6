//! Compiles the rival's codec for the benchmark of JPEG surgery, which is built on demand only.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "jpeg")]
    {
        let sources = ["c/turbo.c", "../crates/test-jpeg/c/coefficients.c"];
        for path in sources.iter().chain(&["c/turbo.h", "../crates/test-jpeg/c/coefficients.h"]) {
            println!("cargo::rerun-if-changed={path}");
        }
        cc::Build::new().files(sources).opt_level(2).warnings(true).compile("turbo");
        println!("cargo::rustc-link-lib=jpeg");
    }
}
