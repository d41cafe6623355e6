//! Surgery that can be seen through: a master is whatever bytes it is, followed by a line for each region that was cut.

use bytes::Bytes;
use flaneur_catalog::model::Picture;
use flaneur_worker::surgery::{Made, Region, Surgery, SurgeryError};

/// Notes what it cut at the end of the master.
pub struct Scissors;

/// How a region is noted.
pub fn line(region: &Region) -> String {
    format!("\ncut {} {:?}", region.class.as_str(), region.outline)
}

impl Surgery for Scissors {
    fn redact(
        &self,
        master: &[u8],
        regions: &[Region],
        _: bool,
        corrected: Option<&Picture>,
    ) -> Result<Made, SurgeryError> {
        let place = corrected.map(|picture| {
            format!(
                "
at {} {}",
                picture.lon, picture.lat
            )
        });
        let cuts: String = regions.iter().map(line).chain(place).collect();
        let master = [master, cuts.as_bytes()].concat();
        let small = |name: &str| Bytes::from([name.as_bytes(), &master].concat());
        Ok(Made {
            sd: Some(small("sd")),
            thumb: small("thumb"),
            tiles: None,
            removed: (!regions.is_empty()).then(|| format!("what was cut:{cuts}").into_bytes()),
            master: master.into(),
        })
    }

    fn restore(
        &self,
        master: &[u8],
        removed: &[u8],
        undo: &[Region],
        keep: &[Region],
        _: bool,
    ) -> Result<Vec<u8>, SurgeryError> {
        let mut master = master.to_vec();
        for region in undo.iter().filter(|region| !keep.contains(region)) {
            let line = line(region);
            let find = |within: &[u8]| within.windows(line.len()).position(|part| part == line.as_bytes());
            if find(removed).is_none() {
                return Err(SurgeryError::NotRestored(format!("{line} was not removed then")));
            }
            if let Some(at) = find(&master) {
                master.drain(at..at + line.len());
            }
        }
        Ok(master)
    }
}
