//! Who made the camera, and what is known of its kind.

use crate::mapillary::Mapillary;
use crate::source::Source;
use crate::tags::Tags;
use crate::text;

/// Maker and model as written, cleaned.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Camera {
    pub make: Option<String>,
    /// Without the maker's name before it.
    pub model: Option<String>,
    pub make_source: Option<Source>,
    pub model_source: Option<Source>,
}

/// Cameras that take 360° panoramas: lower-case beginnings of maker and model.
///
/// Source: the names these cameras are sold under, as they stand in the EXIF of the photos at hand for Ricoh,
/// GoPro, Garmin, Insta360, Samsung, Labpano and STFMANI; the others are as their makers publish them.
const PANORAMIC: &[(&str, &str)] = &[
    ("ricoh", "theta"),
    ("gopro", "max"),
    ("gopro", "fusion"),
    ("garmin", "virb 360"),
    ("arashi vision", ""),
    ("insta360", "air"),
    ("insta360", "evo"),
    ("insta360", "nano"),
    ("insta360", "one"),
    ("insta360", "pro"),
    ("insta360", "titan"),
    ("insta360", "x"),
    ("samsung", "sm-c200"),
    ("samsung", "sm-r210"),
    ("lge", "lg-r105"),
    ("lg electronics", "lg-r105"),
    ("nikon", "keymission 360"),
    ("jk imaging", "pixpro sp360"),
    ("jk imaging", "pixpro orbit360"),
    ("jk imaging", "pixpro 4kvr360"),
    ("xiaomi", "misphere"),
    ("xiaoyi", "yi 360"),
    ("labpano", "pilot"),
    ("stfmani", "v4mpod"),
    ("kandao", "qoocam"),
    ("panono", ""),
    ("trisio", ""),
    ("vuze", ""),
    ("dji", "osmo 360"),
];

/// Makers of phones, as beginnings in lower case.
const PHONES: &[&str] = &[
    "apple",
    "asus",
    "crosscall",
    "fairphone",
    "google",
    "hmd",
    "honor",
    "htc",
    "huawei",
    "lge",
    "motorola",
    "nokia",
    "oneplus",
    "oppo",
    "realme",
    "samsung",
    "vivo",
    "wiko",
    "xiaomi",
    "zte",
];

/// Makers of ordinary cameras, as beginnings in lower case.
const ORDINARY: &[&str] = &[
    "canon",
    "casio",
    "eastman kodak",
    "fujifilm",
    "hasselblad",
    "konica",
    "leica",
    "nikon",
    "olympus",
    "om digital",
    "panasonic",
    "pentax",
    "ricoh imaging",
    "sigma",
    "sony",
];

/// Makers of drones and of cameras for them, as beginnings in lower case.
const DRONES: &[&str] =
    &["autel", "dji", "hasselblad", "micasense", "parrot", "sensefly", "skydio", "wingtra", "yuneec"];

/// Reads maker and model: EXIF, then XMP, then the Mapillary description.
pub(crate) fn read(tags: &Tags, mapillary: Option<&Mapillary>) -> Camera {
    let make = kept(tags, &["Exif.Image.Make", "Xmp.tiff.Make"])
        .or_else(|| Some((mapillary?.make.clone()?, Source::Mapillary("MAPDeviceMake"))));
    let model = kept(tags, &["Exif.Image.Model", "Xmp.tiff.Model"])
        .or_else(|| Some((mapillary?.model.clone()?, Source::Mapillary("MAPDeviceModel"))));
    let (make, make_source) = make.unzip();
    let model = model
        .and_then(|(model, source)| Some((text::kept(without_serial(without_make(&model, make.as_deref())))?, source)));
    let (model, model_source) = model.unzip();
    Camera { make, model, make_source, model_source }
}

/// The first of the tags that has something worth keeping.
fn kept(tags: &Tags, names: &[&'static str]) -> Option<(String, Source)> {
    names.iter().find_map(|name| Some((text::kept(tags.get(name)?)?, Source::Tag(name))))
}

impl Camera {
    /// Whether this model takes 360° panoramas.
    pub(crate) fn is_panoramic(&self) -> bool {
        let make = self.make.as_deref().unwrap_or("").to_lowercase();
        let model = self.model.as_deref().unwrap_or("").to_lowercase();
        PANORAMIC.iter().any(|(known, beginning)| make.starts_with(known) && model.starts_with(beginning))
    }

    /// Whether its maker makes phones.
    pub(crate) fn is_of_phones(&self) -> bool {
        self.is_of(PHONES)
    }

    /// Whether this is a phone, whose clock the network sets.
    pub(crate) fn is_phone(&self) -> bool {
        !self.is_panoramic() && self.is_of(PHONES)
    }

    /// Whether its maker makes drones, which look down as a rule.
    pub(crate) fn is_drone(&self) -> bool {
        self.is_of(DRONES)
    }

    /// Whether this is a phone or an ordinary camera: a 2:1 photo of theirs with a focal length is a crop or a
    /// phone's full-screen mode, not a panorama.
    pub(crate) fn is_ordinary(&self) -> bool {
        !self.is_panoramic() && (self.is_of(PHONES) || self.is_of(ORDINARY))
    }

    fn is_of(&self, makers: &[&str]) -> bool {
        let make = self.make.as_deref().unwrap_or("").to_lowercase();
        makers.iter().any(|known| make.starts_with(known))
    }
}

/// "Canon EOS 600D" of Canon is an EOS 600D: maker and model are shown side by side.
fn without_make<'a>(model: &'a str, make: Option<&str>) -> &'a str {
    let Some(make) = make else {
        return model;
    };
    match model.split_at_checked(make.len()) {
        Some((start, rest)) if start.eq_ignore_ascii_case(make) && rest.starts_with(' ') && !rest.trim().is_empty() => {
            rest.trim_start()
        }
        _ => model,
    }
}

/// Cuts what follows a word that announces a serial number.
pub(crate) fn without_serial(model: &str) -> &str {
    let lower = model.to_ascii_lowercase();
    let cut = ["s/n", "sn:", "serial"].iter().filter_map(|word| lower.find(word)).min();
    // ASCII lower case keeps every byte's place.
    model.get(..cut.unwrap_or(model.len())).unwrap_or(model).trim_end_matches([' ', ',', ';', '(', '-', '#'])
}

/// The named creator: EXIF, then XMP.
pub(crate) fn artist(tags: &Tags) -> Option<(String, Source)> {
    kept(tags, &["Exif.Image.Artist", "Xmp.dc.creator", "Xmp.tiff.Artist"])
}

/// The copyright notice: EXIF, then XMP.
pub(crate) fn copyright(tags: &Tags) -> Option<(String, Source)> {
    kept(tags, &["Exif.Image.Copyright", "Xmp.dc.rights", "Xmp.tiff.Copyright"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera(make: &str, model: &str) -> Camera {
        let mut tags = Tags::default();
        tags.set("Exif.Image.Make", make.to_owned());
        tags.set("Exif.Image.Model", model.to_owned());
        read(&tags, None)
    }

    #[test]
    fn the_model_stands_without_its_maker_and_serial_number() {
        assert_eq!(camera("Canon", "Canon EOS 600D").model.as_deref(), Some("EOS 600D"));
        assert_eq!(camera("RICOH", "RICOH THETA m15").model.as_deref(), Some("THETA m15"));
        assert_eq!(camera("OnePlus", "ONEPLUS A5000").model.as_deref(), Some("A5000"));
        assert_eq!(camera("Canon", "Canon").model.as_deref(), Some("Canon"));
        assert_eq!(camera("X", "Cam 2 (S/N 1234)").model.as_deref(), Some("Cam 2"));
        assert_eq!(camera("é", "ä b").model.as_deref(), Some("ä b"));
    }

    #[test]
    fn kinds_of_cameras_are_told_apart() {
        assert!(camera("GoPro", "GoPro Max").is_panoramic());
        assert!(camera("SAMSUNG", "SM-C200").is_panoramic());
        assert!(!camera("GoPro", "HERO6 Black").is_panoramic());
        assert!(camera("samsung", "SM-G988U").is_ordinary());
        assert!(!camera("SAMSUNG", "SM-C200").is_ordinary());
        assert!(!camera("", "").is_ordinary());
        assert!(camera("Google", "Pixel 3").is_phone());
        assert!(!camera("SAMSUNG", "SM-C200").is_phone() && !camera("SONY", "FDR-X1000V").is_phone());
    }
}
