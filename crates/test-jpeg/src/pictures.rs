//! Pictures made for tests, in every coding that cameras and programs write.

use crate::{Judge, Rgb, file, numbers::Numbers};

/// The file with a few bytes or bits changed, left out or put in, as `seed` says.
pub fn mutant(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut numbers = Numbers::new(seed);
    let mut bytes = bytes.to_vec();
    for _ in 0..=numbers.below(3) {
        if bytes.is_empty() {
            break;
        }
        let at = numbers.below(bytes.len());
        match numbers.below(6) {
            0 => bytes[at] = numbers.draw() as u8,
            1 => bytes[at] = numbers.one_of(&[0x00, 0xFF, 0xD0, 0xD9]),
            2 if bytes.len() > 64 => drop(bytes.drain(at..(at + 1 + numbers.below(8)).min(bytes.len()))),
            3 => bytes.insert(at, numbers.draw() as u8),
            _ => bytes[at] ^= 1 << numbers.below(8),
        }
    }
    bytes
}

/// A picture with the statistics of a photograph: detail of all sizes that fades with size, edges, flat parts, noise.
pub fn street(width: u32, height: u32, seed: u64) -> Rgb {
    let mut numbers = Numbers::new(seed);
    // Lattices of random levels, from coarse to fine, interpolated: each adds detail half as large and half as strong.
    let octaves: Vec<(f32, f32, Vec<[f32; 3]>)> = (0..5)
        .map(|octave| {
            let cell = 128.0 / f32::powi(2.0, octave);
            let strength = 120.0 / f32::powi(2.0, octave);
            let levels = (0..4096)
                .map(|_| {
                    let grey = numbers.share() - 0.5;
                    std::array::from_fn(|_| strength * (grey + 0.4 * (numbers.share() - 0.5)))
                })
                .collect();
            (cell, strength, levels)
        })
        .collect();
    let walls: Vec<[f32; 7]> = (0..24)
        .map(|_| {
            let (x, y) = (numbers.share() * width as f32, numbers.share() * height as f32);
            let (w, h) = (numbers.share() * width as f32 / 4.0, numbers.share() * height as f32 / 3.0);
            [
                x,
                y,
                x + w,
                y + h,
                numbers.share() * 120.0 - 60.0,
                numbers.share() * 90.0 - 45.0,
                numbers.share() * 90.0 - 45.0,
            ]
        })
        .collect();
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        let near: Vec<&[f32; 7]> = walls.iter().filter(|wall| (wall[1]..wall[3]).contains(&(y as f32))).collect();
        for x in 0..width {
            let mut colour = [128.0f32; 3];
            for (cell, _, levels) in &octaves {
                let (u, v) = (x as f32 / cell, y as f32 / cell);
                let at = |i: u32, j: u32| levels[((i.wrapping_mul(73) ^ j.wrapping_mul(1181)) & 4095) as usize];
                let (i, j) = (u as u32, v as u32);
                let (a, b) = (u.fract(), v.fract());
                let (p, q, r, s) = (at(i, j), at(i + 1, j), at(i, j + 1), at(i + 1, j + 1));
                for channel in 0..3 {
                    let top = p[channel] + (q[channel] - p[channel]) * a;
                    let bottom = r[channel] + (s[channel] - r[channel]) * a;
                    colour[channel] += top + (bottom - top) * b;
                }
            }
            for wall in near.iter().filter(|wall| (wall[0]..wall[2]).contains(&(x as f32))) {
                colour = std::array::from_fn(|channel| colour[channel] * 0.4 + 76.0 + wall[4 + channel]);
            }
            let noise = numbers.share() * 10.0 - 5.0;
            pixels.extend(colour.map(|level| (level + noise).clamp(0.0, 255.0) as u8));
        }
    }
    Rgb { width, height, warnings: 0, pixels }
}

/// A generated file and what it is.
#[derive(Debug, Clone)]
pub struct Made {
    /// What is special about it, for messages.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// Whether it is stored as one interleaved sequential Huffman scan, so that nothing is transcoded.
    pub baseline: bool,
}

/// Sampling factors as cjpeg takes them, by the names people use.
const SAMPLINGS: [(&str, &str); 6] = [
    ("4:4:4", "1x1,1x1,1x1"),
    ("4:2:2", "2x1,1x1,1x1"),
    ("4:2:0", "2x2,1x1,1x1"),
    ("4:4:0", "1x2,1x1,1x1"),
    ("4:1:1", "4x1,1x1,1x1"),
    ("4:1:0 upright", "1x4,1x1,1x1"),
];

/// Small files in all codings: sampling, grey, restart intervals, optimised tables, odd sizes, progressive, arithmetic,
/// one scan per component.
pub fn all(judge: Judge) -> Vec<Made> {
    let mut files = Vec::new();
    let mut add = |name: String, arguments: &[&str], picture: &Rgb| {
        let coding = ["-progressive", "-arithmetic", "-scans"];
        let baseline = !arguments.iter().any(|argument| coding.contains(argument));
        let bytes = judge.cjpeg(arguments, picture).unwrap_or_else(|error| panic!("{name}: {error}"));
        files.push(Made { name, bytes, baseline });
    };
    let whole = street(256, 128, 1);
    let odd = street(203, 117, 2);
    for (name, sampling) in SAMPLINGS {
        let base = ["-quality", "88", "-sample", sampling];
        add(name.to_owned(), &base, &odd);
        add(format!("{name} whole MCUs"), &base, &whole);
        add(format!("{name} optimised"), &[&base[..], &["-optimize"]].concat(), &odd);
        for (what, interval) in [("1 MCU", "1B"), ("4 MCUs", "4B"), ("a row", "1")] {
            add(format!("{name} restarts each {what}"), &[&base[..], &["-restart", interval]].concat(), &odd);
        }
        add(format!("{name} progressive"), &[&base[..], &["-progressive"]].concat(), &odd);
        add(format!("{name} arithmetic"), &[&base[..], &["-arithmetic"]].concat(), &odd);
        add(format!("{name} arithmetic progressive"), &[&base[..], &["-arithmetic", "-progressive"]].concat(), &odd);
    }
    for (what, arguments) in [
        ("", &["-grayscale"][..]),
        (" restarts", &["-grayscale", "-restart", "3B"]),
        (" progressive", &["-grayscale", "-progressive"]),
    ] {
        add(format!("grey{what}"), arguments, &odd);
    }
    // The lowest quality has steps above 255, which make the frame an extended one.
    for quality in ["3", "50", "100"] {
        add(format!("quality {quality}"), &["-quality", quality, "-optimize"], &odd);
    }
    for (what, script) in [("each component", "0; 1; 2;"), ("luma and both chromas", "0; 1 2;")] {
        let script = file(script.as_bytes());
        let path = script.path().to_string_lossy().into_owned();
        add(format!("a scan for {what}"), &["-quality", "85", "-scans", &path], &odd);
    }
    add("RGB".to_owned(), &["-rgb", "-quality", "85"], &odd);
    for (width, height) in [(1, 1), (7, 33), (16, 8), (17, 9), (640, 16)] {
        add(format!("{width} x {height}"), &["-quality", "90"], &street(width, height, 3));
    }
    files
}
