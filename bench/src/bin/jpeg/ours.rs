//! Our way, as the worker goes it.

use anyhow::Result;
use flaneur_jpeg::{Limits, Metadata, Source, TileGrid, verify};

use crate::{
    figure::Stages,
    input::{is_panorama, regions},
};

pub(crate) fn run(bytes: &[u8], stages: &mut Stages) -> Result<()> {
    let source = stages.time("decode", || Source::open(bytes, 1, &Limits::default()))?;
    let (width, height) = (source.pixels().width, source.pixels().height);
    let panorama = is_panorama(width, height);
    let metadata = Metadata::default();
    let redacted = stages.time("redact", || source.redact(&regions(width, height), panorama));
    let master = stages.time("master", || redacted.master(&metadata))?;
    stages.time("verify", || verify(&master, &redacted.expected_master()))?;
    stages.time("sd", || redacted.sd(&metadata))?;
    stages.time("thumb", || redacted.thumb(panorama))?;
    if panorama {
        stages.time("tiles", || redacted.tiles(TileGrid::for_panorama(width, height)))?;
    }
    Ok(())
}
