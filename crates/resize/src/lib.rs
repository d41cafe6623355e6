//! Makes rasters smaller or larger: rows of samples in, rows of samples out.
//!
//! `fast_image_resize` is generic in views and pixels, and compiled into whatever calls it: some hundred functions for each kind
//! of pixel. Here that is done once, for the two kinds that there are.
#![forbid(unsafe_code)]

use fast_image_resize::{
    FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::{U8, U8x3},
};

/// How new samples are made of old ones. A kernel is as wide as a new pixel when shrinking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// The mean of what lies under the new pixel.
    Box,
    /// Weights that fall off in a straight line.
    Bilinear,
    /// Nearly as sharp as cubic kernels at half the work, without ringing.
    Hamming,
    /// Cubic, sharp, with a little ringing.
    CatmullRom,
}

impl Kernel {
    fn filter(self) -> FilterType {
        match self {
            Self::Box => FilterType::Box,
            Self::Bilinear => FilterType::Bilinear,
            Self::Hamming => FilterType::Hamming,
            Self::CatmullRom => FilterType::CatmullRom,
        }
    }
}

/// Samples of 8 bits, row by row without gaps.
#[derive(Debug, Clone, Copy)]
pub struct Raster<'a> {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// One sample a pixel, or three; more than there are pixels for are passed over.
    pub samples: &'a [u8],
}

/// Left, top, width and height of a part of a raster, pixels. Along its border, a kernel looks at what is just beside it, too.
pub type Part = [f64; 4];

/// What cannot be resized: there are fewer samples than pixels, or the part is not within the raster.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ResizeError(String);

/// A part of a raster, or all of it, with one sample a pixel, as a raster of another width and height.
pub fn grey(
    raster: Raster<'_>,
    part: Option<Part>,
    (width, height): (u32, u32),
    kernel: Kernel,
) -> Result<Vec<u8>, ResizeError> {
    resize::<U8>(raster, part, (width, height), kernel)
}

/// A part of a raster, or all of it, with three samples a pixel, as a raster of another width and height.
pub fn rgb(
    raster: Raster<'_>,
    part: Option<Part>,
    (width, height): (u32, u32),
    kernel: Kernel,
) -> Result<Vec<u8>, ResizeError> {
    resize::<U8x3>(raster, part, (width, height), kernel)
}

fn resize<P: PixelTrait>(
    raster: Raster<'_>,
    part: Option<Part>,
    (width, height): (u32, u32),
    kernel: Kernel,
) -> Result<Vec<u8>, ResizeError> {
    let refused = |why: String| ResizeError(why);
    if !part.iter().flatten().all(|length| length.is_finite()) {
        return Err(refused("the part of the raster is given by numbers that are none".to_owned()));
    }
    let source = TypedImageRef::<P>::from_buffer(raster.width, raster.height, raster.samples)
        .map_err(|error| refused(error.to_string()))?;
    let mut samples = vec![0; width as usize * height as usize * P::size()];
    let mut target =
        TypedImage::<P>::from_buffer(width, height, &mut samples).map_err(|error| refused(error.to_string()))?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(kernel.filter()));
    let options = match part {
        Some([x, y, width, height]) => options.crop(x, y, width, height),
        None => options,
    };
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(|error| refused(error.to_string()))?;
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: Raster<'_> = Raster { width: 2, height: 2, samples: &[10, 20, 30, 40] };

    #[test]
    fn a_box_is_a_mean() {
        assert_eq!(grey(SQUARE, None, (1, 1), Kernel::Box).unwrap(), [25]);
        let colours = Raster { width: 2, height: 1, samples: &[0, 10, 20, 100, 30, 40] };
        assert_eq!(rgb(colours, None, (1, 1), Kernel::Box).unwrap(), [50, 20, 30]);
    }

    #[test]
    fn the_same_size_is_a_copy_whatever_the_kernel() {
        for kernel in [Kernel::Box, Kernel::Bilinear, Kernel::Hamming, Kernel::CatmullRom] {
            assert_eq!(grey(SQUARE, None, (2, 2), kernel).unwrap(), SQUARE.samples, "{kernel:?}");
        }
    }

    #[test]
    fn a_part_is_all_that_a_box_sees() {
        assert_eq!(grey(SQUARE, Some([1.0, 1.0, 1.0, 1.0]), (2, 2), Kernel::Box).unwrap(), [40; 4]);
        assert_eq!(grey(SQUARE, Some([0.0, 1.0, 2.0, 1.0]), (1, 1), Kernel::Box).unwrap(), [35]);
    }

    #[test]
    fn an_even_raster_stays_even() {
        let even = Raster { width: 7, height: 5, samples: &[77; 35] };
        for kernel in [Kernel::Box, Kernel::Bilinear, Kernel::Hamming, Kernel::CatmullRom] {
            for size in [(3, 2), (20, 1), (7, 9)] {
                let made = grey(even, None, size, kernel).unwrap();
                assert_eq!(made, vec![77; (size.0 * size.1) as usize], "{kernel:?} {size:?}");
            }
        }
    }

    #[test]
    fn what_is_not_there_is_refused() {
        let short = Raster { width: 3, height: 2, samples: &[1, 2, 3] };
        assert!(grey(short, None, (1, 1), Kernel::Box).is_err());
        assert!(rgb(SQUARE, None, (1, 1), Kernel::Box).is_err());
        assert!(grey(SQUARE, Some([1.0, 1.0, 2.0, 2.0]), (1, 1), Kernel::Box).is_err());
        assert!(grey(SQUARE, Some([f64::NAN, 0.0, 1.0, 1.0]), (1, 1), Kernel::Box).is_err());
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        assert!(grey(SQUARE, None, (0, 3), Kernel::Hamming).unwrap().is_empty());
    }
}
