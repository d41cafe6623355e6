//! Position, time, heading and projection of a street photo, read from EXIF and XMP.
