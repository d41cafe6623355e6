//! What we read and write, judged by libjpeg: nothing of our parser has a say in whether these tests pass.
//!
//! On real pictures (where the shared data is at hand), and on generated ones in all codings.

mod cuts;
mod mutants;
mod removed;
mod windows;

use std::path::Path;

use flaneur_test_jpeg::pictures::Numbers;

use crate::cover::{Plan, Region};
use crate::cut::{CutError, Patch, cut};
use crate::error::JpegError;
use crate::header::Limits;
use crate::proof::prove;
use crate::stream::{Nothing, Parsed, Stream, Walk};

/// Pictures of the shared data.
const FOLDERS: [&str; 4] = ["pano360", "sequences", "geotagged", "privacy_gt"];

/// The name of a file, for messages.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A picture as we read it.
struct Read {
    stream: Stream,
    walk: Walk,
}

/// Reads a sequential picture; None if it is coded otherwise.
fn read(bytes: &[u8]) -> Result<Option<Read>, JpegError> {
    match Stream::parse(bytes, &Limits::default())? {
        Parsed::OtherCoding => Ok(None),
        Parsed::Stream(stream) => {
            let walk = Walk::new(&stream, &mut Nothing)?;
            Ok(Some(Read { stream: *stream, walk }))
        }
    }
}

impl Read {
    fn size(&self) -> (u32, u32) {
        (self.stream.head.frame.width, self.stream.head.frame.height)
    }

    fn is_panorama(&self) -> bool {
        let (width, height) = self.size();
        width == 2 * height
    }

    fn plan(&self, regions: &[Region]) -> Plan {
        let Read { stream, walk } = self;
        Plan::new(&stream.head.frame, &stream.head.quantisation, &walk.dc, regions, 1, self.is_panorama())
    }

    /// The picture with what is planned in it, proven.
    fn cut(&self, plan: &Plan) -> Result<Vec<u8>, CutError> {
        let block = |component: usize, x: usize, y: usize| plan.block(component, x, y);
        let patch = Patch { touched: &plan.touched.cells, block: &block };
        let file = cut(&self.stream, &self.walk, &patch, &[])?;
        prove(&self.stream, &self.walk, &patch, &file).expect("what was cut is proven");
        Ok(file)
    }

    /// The coded units that the cut has to change: those touched, but for any that hold what is planned already.
    fn changing(&self, plan: &Plan) -> Vec<usize> {
        let block = |component: usize, x: usize, y: usize| plan.block(component, x, y);
        let patch = Patch { touched: &plan.touched.cells, block: &block };
        let (mut before, mut planned) = (Vec::new(), Vec::new());
        let touched = plan.touched.cells.iter().enumerate().filter(|(_, touched)| **touched);
        touched
            .filter(|&(unit, _)| {
                self.walk.unit(&self.stream, unit, &mut before).expect("a unit that was walked can be read");
                patch.unit(&self.stream, unit, &mut planned);
                before != planned
            })
            .map(|(unit, _)| unit)
            .collect()
    }
}

/// Faces and plates anywhere, two that overlap, one across the right edge, which is the seam of a panorama.
fn regions(seed: u64, (width, height): (u32, u32)) -> Vec<Region> {
    let mut numbers = Numbers::new(seed);
    let (w, h) = (width as f32, height as f32);
    let mut regions = Vec::new();
    for number in 0..4 {
        let (x, y) = (numbers.share() * w * 0.9, numbers.share() * h * 0.9);
        let (across, down) = (w * (0.01 + 0.1 * numbers.share()), h * (0.01 + 0.15 * numbers.share()));
        regions.push(match number % 2 {
            0 => Region::face(x, y, x + across, y + down),
            _ => Region::plate(x, y, x + across, y + down),
        });
        if number == 2 {
            regions.push(Region::face(x + across * 0.5, y + down * 0.3, x + across * 1.4, y + down * 1.2));
        }
    }
    regions.push(Region::face(w * 0.97, h * 0.4, w * 1.02, h * 0.55));
    regions
}
