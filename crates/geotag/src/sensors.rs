//! Widths of the sensors of cameras that do not write the 35 mm equivalent of their focal length.

use crate::camera::Camera;

/// Lower-case beginnings of maker and model, and the long side of the sensor in millimetres; the longest beginning of
/// a model counts.
///
/// Sources: the makers' data sheets for the sensor format, and the width of that format as in the sensor database of
/// `OpenSfM` (<https://github.com/mapillary/OpenSfM>, `opensfm/data/sensor_data.json`, after digicamdb.com); phones by
/// the pixel pitch of their sensor times the width of the image. Left out are cameras with fisheye lenses, for which a
/// width gives no field of view.
static WIDTHS: &[(&str, &str, f64)] = &[
    ("apple", "ipad", 4.54),
    ("apple", "iphone 4", 4.54),
    ("apple", "iphone 5", 4.54),
    ("apple", "iphone 5s", 4.89),
    ("apple", "iphone 6", 4.89),
    ("apple", "iphone3,", 4.54),
    ("apple", "iphone4,", 4.54),
    ("apple", "iphone5,", 4.54),
    ("apple", "iphone6,", 4.89),
    ("canon", "eos", 22.3),
    ("canon", "eos-1d", 28.7),
    ("canon", "eos-1d c", 36.0),
    ("canon", "eos-1d x", 36.0),
    ("canon", "eos-1ds", 36.0),
    ("canon", "eos 5d", 36.0),
    ("canon", "eos 6d", 35.8),
    ("canon", "eos r", 36.0),
    ("canon", "eos r10", 22.3),
    ("canon", "eos r100", 22.3),
    ("canon", "eos r50", 22.3),
    ("canon", "eos r7", 22.3),
    ("canon", "eos rp", 35.9),
    ("canon", "powershot g1 x", 18.7),
    ("canon", "powershot g1 x mark iii", 22.3),
    ("canon", "powershot g10", 7.53),
    ("canon", "powershot g11", 7.53),
    ("canon", "powershot g12", 7.53),
    ("canon", "powershot g15", 7.53),
    ("canon", "powershot g16", 7.53),
    ("canon", "powershot g3 x", 13.2),
    ("canon", "powershot g5 x", 13.2),
    ("canon", "powershot g7 x", 13.2),
    ("canon", "powershot g9 x", 13.2),
    ("canon", "powershot s100", 7.53),
    ("canon", "powershot s110", 7.53),
    ("canon", "powershot s120", 7.53),
    ("canon", "powershot sx", 6.16),
    ("dji", "fc220", 6.16),
    ("dji", "fc2103", 6.16),
    ("dji", "fc2204", 6.16),
    ("dji", "fc300", 6.16),
    ("dji", "fc330", 6.16),
    ("dji", "fc3411", 13.2),
    ("dji", "fc6310", 13.2),
    ("dji", "fc7203", 6.16),
    ("dji", "fc7303", 6.16),
    ("fujifilm", "gfx", 43.8),
    ("fujifilm", "x-", 23.5),
    ("fujifilm", "x100", 23.5),
    ("google", "pixel", 5.64),
    ("google", "pixel 6", 9.8),
    ("google", "pixel 7", 9.8),
    ("google", "pixel 8", 9.8),
    ("hasselblad", "l1d-20c", 13.2),
    ("hasselblad", "l2d-20c", 17.3),
    ("leica", "q", 36.0),
    ("leica", "sl", 36.0),
    ("nikon", "1 ", 13.2),
    ("nikon", "d", 23.6),
    ("nikon", "d3", 36.0),
    ("nikon", "d300", 23.6),
    ("nikon", "d3000", 23.6),
    ("nikon", "d3100", 23.1),
    ("nikon", "d3200", 23.2),
    ("nikon", "d3300", 23.5),
    ("nikon", "d3400", 23.5),
    ("nikon", "d3500", 23.5),
    ("nikon", "d4", 36.0),
    ("nikon", "d40", 23.7),
    ("nikon", "d5", 35.9),
    ("nikon", "d50", 23.7),
    ("nikon", "d500", 23.5),
    ("nikon", "d5000", 23.6),
    ("nikon", "d5100", 23.6),
    ("nikon", "d5200", 23.5),
    ("nikon", "d5300", 23.5),
    ("nikon", "d5500", 23.5),
    ("nikon", "d5600", 23.5),
    ("nikon", "d6", 35.9),
    ("nikon", "d60", 23.6),
    ("nikon", "d600", 35.9),
    ("nikon", "d610", 35.9),
    ("nikon", "d700", 36.0),
    ("nikon", "d750", 35.9),
    ("nikon", "d780", 35.9),
    ("nikon", "d800", 35.9),
    ("nikon", "d810", 35.9),
    ("nikon", "d850", 35.9),
    ("nikon", "df", 36.0),
    ("nikon", "z 30", 23.5),
    ("nikon", "z 50", 23.5),
    ("nikon", "z 5", 35.9),
    ("nikon", "z 6", 35.9),
    ("nikon", "z 7", 35.9),
    ("nikon", "z 8", 35.9),
    ("nikon", "z 9", 35.9),
    ("nikon", "z f", 35.9),
    ("nikon", "z fc", 23.5),
    ("olympus", "e-", 17.3),
    ("olympus", "tg-", 6.16),
    ("om digital", "om-", 17.3),
    ("om digital", "tg-", 6.16),
    ("oneplus", "a3000", 5.2),
    ("oneplus", "a3003", 5.2),
    ("oneplus", "a5000", 5.16),
    ("oneplus", "a5010", 5.16),
    ("panasonic", "dc-g", 17.3),
    ("panasonic", "dc-s", 35.6),
    ("panasonic", "dmc-fz1000", 13.2),
    ("panasonic", "dmc-g", 17.3),
    ("panasonic", "dmc-lx100", 17.3),
    ("pentax", "k", 23.5),
    ("pentax", "k-1", 35.9),
    ("ricoh imaging", "gr iii", 23.5),
    ("ricoh imaging", "pentax k", 23.5),
    ("ricoh imaging", "pentax k-1", 35.9),
    ("sony", "dsc-hx5", 6.1),
    ("sony", "dsc-hx", 6.16),
    ("sony", "dsc-rx1", 35.8),
    ("sony", "dsc-rx10", 13.2),
    ("sony", "dslr-a", 23.5),
    ("sony", "dslr-a850", 35.9),
    ("sony", "dslr-a900", 35.9),
    ("sony", "ilce-", 23.5),
    ("sony", "ilce-1", 35.9),
    ("sony", "ilce-7", 35.8),
    ("sony", "ilce-9", 35.6),
    ("sony", "nex-", 23.5),
    ("sony", "slt-a", 23.5),
    ("sony", "slt-a99", 35.8),
];

/// Long side of the sensor in millimetres, by the camera's maker and model.
pub(crate) fn width(camera: &Camera) -> Option<f64> {
    let make = camera.make.as_deref()?.to_lowercase();
    let model = camera.model.as_deref()?.to_lowercase();
    // "NIKON D5000" of the NIKON CORPORATION.
    let named = |maker: &str| model.strip_prefix(maker).map_or(model.as_str(), str::trim_start);
    WIDTHS
        .iter()
        .filter(|(maker, beginning, _)| make.starts_with(maker) && named(maker).starts_with(beginning))
        .max_by_key(|(_, beginning, _)| beginning.len())
        .map(|&(_, _, width)| width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(make: &str, model: &str) -> Option<f64> {
        width(&Camera { make: Some(make.to_owned()), model: Some(model.to_owned()), ..Camera::default() })
    }

    #[test]
    fn the_longest_beginning_counts() {
        assert_eq!(of("Canon", "EOS 600D"), Some(22.3));
        assert_eq!(of("Canon", "EOS 6D Mark II"), Some(35.8));
        assert_eq!(of("NIKON CORPORATION", "NIKON D5"), Some(35.9));
        assert_eq!(of("NIKON", "D5000"), Some(23.6));
        assert_eq!(of("SONY", "DSC-RX100M3"), Some(13.2));
        assert_eq!(of("SONY", "DSC-RX1R"), Some(35.8));
        assert_eq!(of("SONY", "FDR-X1000V"), None);
        assert_eq!(of("", ""), None);
    }

    #[test]
    fn every_width_is_that_of_a_sensor_and_told_once() {
        for (index, (make, model, width)) in WIDTHS.iter().enumerate() {
            assert!((4.0..=54.0).contains(width), "{make} {model}");
            assert!(WIDTHS[index + 1..].iter().all(|other| (&other.0, &other.1) != (make, model)), "{make} {model}");
        }
    }
}
