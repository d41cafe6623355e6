//! Our way, as the worker goes it.

use anyhow::Result;
use flaneur_jpeg::{Limits, Metadata, Source};

use crate::{
    figure::Stages,
    input::{is_panorama, regions, size},
};

/// Neither side of what the detector is given gets shorter.
const DETECTOR: u32 = 1024;

pub(crate) fn run(bytes: &[u8], stages: &mut Stages) -> Result<()> {
    let (width, height) = size(bytes)?;
    let panorama = is_panorama(width, height);
    let source = stages.time("read", || Source::open(bytes, 1, panorama, &Limits::default()))?;
    stages.time("input of the detector", || source.small(DETECTOR))?;
    let metadata = Metadata::default();
    let redacted = stages.time("plan", || source.redact(&regions(width, height)))?;
    let master = stages.time("cut", || redacted.master(&metadata))?;
    let proven = stages.time("verify", || redacted.prove(&master))?;
    let copies = stages.time("sd and thumb", || redacted.copies(&metadata))?;
    stages.time("verify the copies", || -> Result<()> {
        redacted.check_sd(&proven, &copies.sd)?;
        Ok(redacted.check_thumb(&proven, &copies.thumb)?)
    })?;
    if panorama {
        stages.time("tiles", || proven.tile_index().to_bytes());
    }
    Ok(())
}
