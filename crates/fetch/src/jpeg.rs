//! Whether a file is a JPEG from its beginning to its end. Where a server states neither size nor checksum, it is all there is
//! to tell a whole file from one that was cut off.

use std::io::{self, BufRead, Read as _};

/// Walks from marker to marker, and through the coded data in between, to the end marker. What may follow that is not
/// looked at: some cameras put something there. The end marker of a thumbnail in the metadata does not count.
pub(crate) fn is_whole(mut file: impl BufRead) -> io::Result<bool> {
    match walk(&mut file) {
        Ok(whole) => Ok(whole),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn walk(file: &mut impl BufRead) -> io::Result<bool> {
    if [byte(file)?, byte(file)?] != [0xFF, 0xD8] {
        return Ok(false);
    }
    if byte(file)? != 0xFF {
        return Ok(false);
    }
    loop {
        // Behind an FF: a marker, before which there may be any number of FF.
        let mut marker = byte(file)?;
        while marker == 0xFF {
            marker = byte(file)?;
        }
        match marker {
            0xD9 => return Ok(true),
            0x00 | 0xD8 => return Ok(false),
            // Without content.
            0x01 | 0xD0..=0xD7 => {}
            _ => {
                let length = u16::from_be_bytes([byte(file)?, byte(file)?]);
                let Some(length) = length.checked_sub(2).map(u64::from) else { return Ok(false) };
                if io::copy(&mut file.by_ref().take(length), &mut io::sink())? < length {
                    return Ok(false);
                }
            }
        }
        if marker == 0xDA {
            skip_coded(file)?;
        } else if byte(file)? != 0xFF {
            return Ok(false);
        }
    }
}

/// Goes on to the FF of a marker in coded data, where FF 00 stands for FF, and restart markers mean nothing.
fn skip_coded(file: &mut impl BufRead) -> io::Result<()> {
    loop {
        let available = file.fill_buf()?;
        if available.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some(at) = available.iter().position(|byte| *byte == 0xFF) else {
            let length = available.len();
            file.consume(length);
            continue;
        };
        file.consume(at + 1);
        let next = *file.fill_buf()?.first().ok_or(io::ErrorKind::UnexpectedEof)?;
        if next == 0x00 || (0xD0..=0xD7).contains(&next) {
            file.consume(1);
        } else {
            return Ok(());
        }
    }
}

fn byte(file: &mut impl BufRead) -> io::Result<u8> {
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metadata with a thumbnail in it, coded data with a restart marker, something behind the end.
    const WHOLE: &[u8] = &[
        0xFF, 0xD8, 0xFF, 0xE1, 0, 8, 0xFF, 0xD8, 1, 2, 0xFF, 0xD9, 0xFF, 0xFF, 0xDA, 0, 3, 9, 1, 2, 0xFF, 0, 3, 0xFF,
        0xD0, 4, 0xFF, 0xD9, b'x', b'y',
    ];

    #[test]
    fn only_a_whole_file_is_whole() {
        assert!(is_whole(WHOLE).unwrap());
        let end = WHOLE.len() - 2;
        for cut in 0..end {
            assert!(!is_whole(&WHOLE[..cut]).unwrap(), "cut at {cut}");
            let small = io::BufReader::with_capacity(1, &WHOLE[..cut]);
            assert!(!is_whole(small).unwrap(), "cut at {cut}, read byte by byte");
        }
        assert!(is_whole(io::BufReader::with_capacity(1, &WHOLE[..end])).unwrap());
        assert!(!is_whole(&b"<html>no such picture</html>"[..]).unwrap());
        assert!(!is_whole(&[0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 0xFF, 0xD9][..]).unwrap());
    }
}
