//! The recipe of the reference stack for what is in boxes, with libjpeg's programs: crop each box without decoding,
//! decode, blur and encode the crop, and drop it back. Only the original is made. Each drop codes the whole picture anew.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use flaneur_bench::{cpu, memory};

use crate::{
    figure::Stages,
    pixels::{Picture, rectangles},
};

/// Runs it; gives the most memory that one of the programs took, in kB.
pub(crate) fn run(input: &Path, stages: &mut Stages) -> Result<u64> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (current, next, crop, blurred, pixels) = (at("current"), at("next"), at("crop"), at("blurred"), at("pixels"));
    std::fs::copy(input, &current)?;
    let header = Command::new("djpeg").args(["-scale", "1/8", "-pnm", &current]).stderr(Stdio::null()).output()?.stdout;
    let (eighth_width, eighth_height, _) = parse_ppm(&header)?;
    // Sizes here are multiples of eight.
    let (width, height) = (eighth_width * 8, eighth_height * 8);
    let sampling = sampling(&std::fs::read(input)?)?;
    let mut peak = 0;
    let mut call = |stage, program: &str, arguments: &[&str]| -> Result<()> {
        let before = cpu::of_tree(std::process::id())?;
        peak = peak.max(watched(program, arguments)?);
        stages.note(stage, cpu::of_tree(std::process::id())?.saturating_sub(before));
        Ok(())
    };
    for [x0, y0, x1, y1] in rectangles(width, height) {
        let area = format!("{}x{}+{x0}+{y0}", x1 - x0, y1 - y0);
        call("crop", "jpegtran", &["-copy", "none", "-crop", &area, "-outfile", &crop, &current])?;
        call("blur the crop", "djpeg", &["-pnm", "-outfile", &pixels, &crop])?;
        let (width, height, rgb) = parse_ppm(&std::fs::read(&pixels)?)?;
        let mut picture = Picture { width, height, rgb };
        picture.soften([0, 0, width, height]);
        let ppm = [format!("P6 {width} {height} 255\n").as_bytes(), &picture.rgb].concat();
        std::fs::write(&pixels, ppm)?;
        call("blur the crop", "cjpeg", &["-quality", "90", "-sample", &sampling, "-outfile", &blurred, &pixels])?;
        let place = format!("+{x0}+{y0}");
        let arguments = ["-copy", "none", "-optimize", "-drop", &place, &blurred, "-outfile", &next, &current];
        call("drop it back", "jpegtran", &arguments)?;
        std::fs::rename(&next, &current)?;
    }
    Ok(peak)
}

/// The sampling factors of luma, as cjpeg takes them.
fn sampling(bytes: &[u8]) -> Result<String> {
    let segments = flaneur_jpeg::list_segments(bytes)?;
    let frame = segments.iter().find(|segment| matches!(segment.marker, 0xC0..=0xC2)).context("it has no frame")?;
    // Marker, length, precision, height, width, number of components, the first one's identifier, and its factors.
    let factors = bytes.get(frame.offset as usize + 11).context("the frame header is too short")?;
    Ok(format!("{}x{}", factors >> 4, factors & 15))
}

/// Runs a program; gives the most memory it took, in kB.
fn watched(program: &str, arguments: &[&str]) -> Result<u64> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{program} does not start"))?;
    let process = child.id().to_string();
    let mut peak = 0;
    loop {
        // What the kernel tells is the most so far: the last look before the end is close to it.
        peak = peak.max(memory::peak(&process));
        if let Some(status) = child.try_wait()? {
            ensure!(status.success(), "{program} {arguments:?} failed");
            return Ok(peak);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Width, height and pixels of a binary PPM file as djpeg writes it.
fn parse_ppm(bytes: &[u8]) -> Result<(u32, u32, Vec<u8>)> {
    let mut lines = bytes.splitn(4, |&byte| byte == b'\n');
    let kind = lines.next().unwrap_or_default();
    let size = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let (_, pixels) = (lines.next(), lines.next().context("djpeg wrote no picture")?);
    ensure!(kind == b"P6", "djpeg wrote no picture in colours");
    let (width, height) = size.split_once(' ').context("djpeg wrote no size")?;
    Ok((width.parse()?, height.parse()?, pixels.to_vec()))
}
