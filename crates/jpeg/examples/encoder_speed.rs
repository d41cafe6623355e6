//! Compares our encoder with the jpeg-encoder crate: time, size and error.
//!
//! `cargo run --release -p flaneur-jpeg --example encoder_speed -- PICTURE.jpg [QUALITY]`
#![expect(clippy::print_stdout, reason = "a program that reports")]

use std::time::Instant;

use flaneur_jpeg::{Chroma, Limits, Metadata, Pixels, Planes, Source, encode_planes, encode_rgb};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// The shortest of nine runs, in milliseconds, and what it made.
fn fastest<T>(mut run: impl FnMut() -> T) -> (f64, T) {
    let mut best = (f64::INFINITY, None);
    for _ in 0..9 {
        let start = Instant::now();
        let made = run();
        best = (best.0.min(start.elapsed().as_secs_f64() * 1e3), Some(made));
    }
    (best.0, best.1.expect("nine runs"))
}

/// Peak signal-to-noise ratio of RGB, in decibels.
fn psnr(file: &[u8], pixels: &Pixels) -> Result<f64, Box<dyn std::error::Error>> {
    let found = Source::open(file, 1, false, &Limits::default())?;
    let squares: f64 =
        found.pixels()?.rgb.iter().zip(&pixels.rgb).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    Ok(10.0 * (255.0 * 255.0 * pixels.rgb.len() as f64 / squares).log10())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which picture?")?;
    let quality = arguments.next().map_or(Ok(80), |quality| quality.parse())?;
    let source = Source::open(&std::fs::read(path)?, 1, false, &Limits::default())?;
    let pixels = &source.pixels()?;
    let metadata = Metadata::default();
    let report = |name: &str, time: f64, file: &[u8]| -> Result<(), Box<dyn std::error::Error>> {
        println!("{name}: {time:.2} ms, {} bytes, {:.2} dB", file.len(), psnr(file, pixels)?);
        Ok(())
    };
    println!("{} x {} pixels, quality {quality}, 4:2:0", pixels.width, pixels.height);
    let (time, planes) = fastest(|| Planes::from_rgb(pixels, Chroma::Quarter));
    println!("RGB to planes: {time:.2} ms");
    let planes = planes?;
    let (time, file) = fastest(|| encode_planes(&planes, quality, &metadata));
    report("from planes", time, &file?)?;
    let (time, file) = fastest(|| encode_rgb(pixels, Chroma::Quarter, quality, &metadata));
    report("from RGB", time, &file?)?;
    let (time, file) = fastest(|| {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, quality);
        encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
        let (width, height) = (pixels.width as u16, pixels.height as u16);
        encoder.encode(&pixels.rgb, width, height, ColorType::Rgb).map(|()| file)
    });
    report("jpeg-encoder, from RGB", time, &file?)
}
