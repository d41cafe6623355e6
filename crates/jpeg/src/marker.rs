//! Second bytes of the JPEG markers (ITU-T T.81, table B.1).

pub(crate) const SOF0: u8 = 0xC0;
pub(crate) const SOF1: u8 = 0xC1;
pub(crate) const SOF2: u8 = 0xC2;
pub(crate) const DHT: u8 = 0xC4;
pub(crate) const JPG: u8 = 0xC8;
pub(crate) const SOF9: u8 = 0xC9;
pub(crate) const SOF10: u8 = 0xCA;
pub(crate) const DAC: u8 = 0xCC;
pub(crate) const SOF15: u8 = 0xCF;
pub(crate) const RST0: u8 = 0xD0;
pub(crate) const RST7: u8 = 0xD7;
pub(crate) const SOI: u8 = 0xD8;
pub(crate) const EOI: u8 = 0xD9;
pub(crate) const SOS: u8 = 0xDA;
pub(crate) const DQT: u8 = 0xDB;
pub(crate) const DNL: u8 = 0xDC;
pub(crate) const DRI: u8 = 0xDD;
pub(crate) const DHP: u8 = 0xDE;
pub(crate) const EXP: u8 = 0xDF;
pub(crate) const APP0: u8 = 0xE0;
pub(crate) const APP1: u8 = 0xE1;
pub(crate) const APP2: u8 = 0xE2;
pub(crate) const APP14: u8 = 0xEE;
pub(crate) const APP15: u8 = 0xEF;
pub(crate) const COM: u8 = 0xFE;

/// Beginning of an EXIF segment's payload.
pub(crate) const EXIF_ID: &[u8] = b"Exif\0\0";
/// Beginning of a plain XMP segment's payload.
pub(crate) const XMP_ID: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// Beginning of an ICC profile segment's payload.
pub(crate) const ICC_ID: &[u8] = b"ICC_PROFILE\0";
/// Payload bytes of one segment: the two length bytes count themselves.
pub(crate) const MAX_PAYLOAD: usize = 65_533;
