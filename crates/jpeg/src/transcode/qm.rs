//! The adaptive binary arithmetic decoder, also known as the QM-coder (T.81, annex D).

use crate::error::JpegError;
use crate::huffman::OUT_OF_DATA;

/// State of decisions that are coded as equally likely, and stay so.
const EVEN: u8 = 113;

/// The bit of a state that holds the more probable symbol; the others are the row of [`STATES`].
const MORE_PROBABLE: u8 = 0x80;

/// Zero bytes that may be read behind the data of an interval of decisions that are learned from.
///
/// Encoders leave out zeros at the end (T.81, D.1.8), so decoders go on as if there were any number of them, and a
/// file that was cut is as good as a whole one by that rule. But a whole one takes few of them: where all that is
/// left is as expected, decisions take ever fewer bits, down to 1/32,768 each. Flat ends of large panoramas were
/// found to take fewer than 100 bytes; photographs that were cut soon meet something that isn't flat, and so take
/// thousands. The bound finds nearly all of those, though not a cut through the last blocks.
pub(super) const MAX_ZEROS: usize = 256;

/// Size of the less probable interval, next state after it, next state after the other, and whether
/// the less probable symbol becomes the more probable one (T.81, table D.3). The last row is not in the table: it
/// keeps the probability of the first.
#[rustfmt::skip]
const STATES: [(u16, u8, u8, bool); 114] = [
    (0x5A1D, 1, 1, true), (0x2586, 14, 2, false), (0x1114, 16, 3, false), (0x080B, 18, 4, false),
    (0x03D8, 20, 5, false), (0x01DA, 23, 6, false), (0x00E5, 25, 7, false), (0x006F, 28, 8, false),
    (0x0036, 30, 9, false), (0x001A, 33, 10, false), (0x000D, 35, 11, false), (0x0006, 9, 12, false),
    (0x0003, 10, 13, false), (0x0001, 12, 13, false), (0x5A7F, 15, 15, true), (0x3F25, 36, 16, false),
    (0x2CF2, 38, 17, false), (0x207C, 39, 18, false), (0x17B9, 40, 19, false), (0x1182, 42, 20, false),
    (0x0CEF, 43, 21, false), (0x09A1, 45, 22, false), (0x072F, 46, 23, false), (0x055C, 48, 24, false),
    (0x0406, 49, 25, false), (0x0303, 51, 26, false), (0x0240, 52, 27, false), (0x01B1, 54, 28, false),
    (0x0144, 56, 29, false), (0x00F5, 57, 30, false), (0x00B7, 59, 31, false), (0x008A, 60, 32, false),
    (0x0068, 62, 33, false), (0x004E, 63, 34, false), (0x003B, 32, 35, false), (0x002C, 33, 9, false),
    (0x5AE1, 37, 37, true), (0x484C, 64, 38, false), (0x3A0D, 65, 39, false), (0x2EF1, 67, 40, false),
    (0x261F, 68, 41, false), (0x1F33, 69, 42, false), (0x19A8, 70, 43, false), (0x1518, 72, 44, false),
    (0x1177, 73, 45, false), (0x0E74, 74, 46, false), (0x0BFB, 75, 47, false), (0x09F8, 77, 48, false),
    (0x0861, 78, 49, false), (0x0706, 79, 50, false), (0x05CD, 48, 51, false), (0x04DE, 50, 52, false),
    (0x040F, 50, 53, false), (0x0363, 51, 54, false), (0x02D4, 52, 55, false), (0x025C, 53, 56, false),
    (0x01F8, 54, 57, false), (0x01A4, 55, 58, false), (0x0160, 56, 59, false), (0x0125, 57, 60, false),
    (0x00F6, 58, 61, false), (0x00CB, 59, 62, false), (0x00AB, 61, 63, false), (0x008F, 61, 32, false),
    (0x5B12, 65, 65, true), (0x4D04, 80, 66, false), (0x412C, 81, 67, false), (0x37D8, 82, 68, false),
    (0x2FE8, 83, 69, false), (0x293C, 84, 70, false), (0x2379, 86, 71, false), (0x1EDF, 87, 72, false),
    (0x1AA9, 87, 73, false), (0x174E, 72, 74, false), (0x1424, 72, 75, false), (0x119C, 74, 76, false),
    (0x0F6B, 74, 77, false), (0x0D51, 75, 78, false), (0x0BB6, 77, 79, false), (0x0A40, 77, 48, false),
    (0x5832, 80, 81, true), (0x4D1C, 88, 82, false), (0x438E, 89, 83, false), (0x3BDD, 90, 84, false),
    (0x34EE, 91, 85, false), (0x2EAE, 92, 86, false), (0x299A, 93, 87, false), (0x2516, 86, 71, false),
    (0x5570, 88, 89, true), (0x4CA9, 95, 90, false), (0x44D9, 96, 91, false), (0x3E22, 97, 92, false),
    (0x3824, 99, 93, false), (0x32B4, 99, 94, false), (0x2E17, 93, 86, false), (0x56A8, 95, 96, true),
    (0x4F46, 101, 97, false), (0x47E5, 102, 98, false), (0x41CF, 103, 99, false), (0x3C3D, 104, 100, false),
    (0x375E, 99, 93, false), (0x5231, 105, 102, false), (0x4C0F, 106, 103, false), (0x4639, 107, 104, false),
    (0x415E, 103, 99, false), (0x5627, 105, 106, true), (0x50E7, 108, 107, false), (0x4B85, 109, 103, false),
    (0x5597, 110, 109, false), (0x504F, 111, 107, false), (0x5A10, 110, 111, true), (0x5522, 112, 109, false),
    (0x59EB, 112, 111, true), (0x5A1D, 113, 113, false),
];

/// Decodes the data of one interval.
pub(super) struct QmReader<'d> {
    data: &'d [u8],
    /// The next byte.
    at: usize,
    /// How far that may go.
    limit: usize,
    /// Width of the interval, 0x8000 to 0x10000 after renormalisation.
    width: u32,
    /// Upper 16 bits: where the code lies in the interval. Below: bits read ahead.
    code: u32,
    /// Number of bits read ahead.
    ahead: u32,
}

impl<'d> QmReader<'d> {
    /// `data` is without byte stuffing; behind them come up to `zeros` zero bytes.
    pub(super) fn new(data: &'d [u8], zeros: usize) -> QmReader<'d> {
        let limit = data.len().saturating_add(zeros);
        let mut reader = QmReader { data, at: 0, limit, width: 0x1_0000, code: 0, ahead: 0 };
        reader.code = reader.byte() << 24;
        reader.code |= reader.byte() << 16;
        reader
    }

    /// The next byte; zero behind the end.
    #[inline]
    fn byte(&mut self) -> u32 {
        let byte = self.data.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        u32::from(byte)
    }

    /// The next decision, and what is learned from it (T.81, D.2.4 to D.2.6).
    #[inline]
    pub(super) fn decide(&mut self, state: &mut u8) -> Result<bool, JpegError> {
        // Only now, and not after the decision before: so that no byte is read that isn't needed.
        while self.width < 0x8000 {
            if self.ahead == 0 {
                self.code |= self.byte() << 8;
                self.ahead = 8;
                if self.at > self.limit {
                    return Err(OUT_OF_DATA);
                }
            }
            self.width <<= 1;
            self.code <<= 1;
            self.ahead -= 1;
        }
        let more_probable = *state & MORE_PROBABLE;
        let (part, after_less, after_more, switch) = STATES[usize::from(*state & !MORE_PROBABLE)];
        let part = u32::from(part);
        self.width -= part;
        let below = self.code >> 16 < self.width;
        if below && self.width >= 0x8000 {
            return Ok(more_probable != 0);
        }
        // The lower part of the interval is that of the more probable symbol, unless it is the smaller one.
        let expected = below == (self.width >= part);
        if !below {
            self.code -= self.width << 16;
            self.width = part;
        }
        if expected {
            *state = more_probable | after_more;
            Ok(more_probable != 0)
        } else {
            let next = if switch { more_probable ^ MORE_PROBABLE } else { more_probable };
            *state = next | after_less;
            Ok(more_probable == 0)
        }
    }

    /// A decision that is always as likely as not.
    #[inline]
    pub(super) fn even(&mut self) -> Result<bool, JpegError> {
        let mut state = EVEN;
        self.decide(&mut state)
    }

    /// Fails if there are data that no decision needed.
    pub(super) fn finish(&self) -> Result<(), JpegError> {
        if self.at < self.data.len() {
            return Err(JpegError::Damaged("picture data are left over where none belong"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_behind_the_data_teach_something_and_end() {
        let mut reader = QmReader::new(&[], 8);
        let mut state = 0;
        assert!(
            (0..10_000).all(|_| reader.decide(&mut state).is_ok()),
            "decisions that are expected take hardly any bits"
        );
        assert_eq!(STATES[usize::from(state & !MORE_PROBABLE)].0, 1);
        // Each of these takes a bit or so.
        let even = (0..1000).take_while(|_| reader.even().is_ok()).count();
        assert!((1..100).contains(&even), "{even}");
        assert_eq!(reader.even(), Err(OUT_OF_DATA));
    }

    #[test]
    fn every_byte_has_to_be_needed() {
        let mut reader = QmReader::new(&[0, 0, 0], 0);
        assert!(reader.finish().is_err());
        // An even decision takes a bit or none; the third byte is needed for the second bit.
        while reader.at < 3 {
            reader.even().unwrap();
        }
        assert!(reader.finish().is_ok());
        let mut state = MORE_PROBABLE;
        assert_eq!(reader.decide(&mut state), Ok(true), "the symbol that the state expects");
    }

    #[test]
    fn states_lead_to_states() {
        for (size, after_less, after_more, _) in STATES {
            assert!((1..0x8000).contains(&size));
            assert!(usize::from(after_less.max(after_more)) < STATES.len());
        }
    }
}
