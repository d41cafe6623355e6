//! Compiles what asks libjpeg, and what writes with it, into the fuzz targets.

fn main() {
    let shared = "../crates/test-jpeg/c";
    for path in ["c", shared] {
        println!("cargo::rerun-if-changed={path}");
    }
    cc::Build::new()
        .std("c11")
        .opt_level(2)
        .include(shared)
        .files([&format!("{shared}/coefficients.c"), "c/write.c"])
        .compile("flaneur_libjpeg");
    println!("cargo::rustc-link-lib=jpeg");
}
