//! A case: a JPEG file, and behind its end what is to be done with it.

/// Bytes of choices, at most.
pub const MAX_CHOICES: usize = 64;

/// A file is followed by `n` bytes of choices and the byte `n`: it is a JPEG picture still, which programs show.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The JPEG file.
    pub file: &'a [u8],
    /// What is to be done with it.
    pub choices: &'a [u8],
}

impl<'a> Case<'a> {
    /// Takes a case apart. A last byte above [`MAX_CHOICES`] is part of the file: nothing is chosen.
    pub fn new(data: &'a [u8]) -> Case<'a> {
        match data.split_last() {
            Some((&count, rest)) if usize::from(count) <= MAX_CHOICES.min(rest.len()) => {
                let (file, choices) = rest.split_at(rest.len() - usize::from(count));
                Case { file, choices }
            }
            _ => Case { file: data, choices: &[] },
        }
    }

    /// Puts a case together; choices beyond [`MAX_CHOICES`] are left out.
    pub fn join(file: &[u8], choices: &[u8]) -> Vec<u8> {
        let choices = &choices[..choices.len().min(MAX_CHOICES)];
        [file, choices, &[choices.len() as u8]].concat()
    }
}

/// What is chosen, byte by byte; zeros when all are used up.
#[derive(Debug, Clone, Copy)]
pub struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// A number from 0 to `end` - 1.
    pub fn below(&mut self, end: usize) -> usize {
        let pair = [self.byte(), self.byte()];
        usize::from(u16::from_le_bytes(pair)) % end.max(1)
    }
}
