//! JPEG surgery: headers, allow-listed metadata, redaction, scaled copies and tiles.
