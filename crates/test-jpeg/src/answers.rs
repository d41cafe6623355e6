//! What our program says, as values.

/// How two files compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Pixels per row and rows, of the first and of the second.
    pub sizes: [(u32, u32); 2],
    /// MCUs per row and rows of the first.
    pub mcus: (usize, usize),
    /// Whether size, components and sampling agree. If not, nothing else was compared.
    pub same_shape: bool,
    /// Whether the quantisation tables of all components agree.
    pub same_tables: bool,
    /// What libjpeg read over in the first and in the second.
    pub warnings: [u64; 2],
    /// Differing blocks of each component.
    pub blocks: Vec<u64>,
    /// Numbers of the MCUs with a differing block, row by row from the top left, ascending.
    pub differing: Vec<usize>,
    /// Numbers of those that differ only in blocks behind the right and lower edge, which nobody sees.
    pub padding: Vec<usize>,
}

/// The quantised DCs of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dcs {
    /// Blocks per row, with the padding of the last MCU.
    pub across: usize,
    /// Rows of blocks, with padding.
    pub down: usize,
    /// `across * down` absolute values, row by row.
    pub values: Vec<i16>,
}

/// A decoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rgb {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// What libjpeg read over.
    pub warnings: u64,
    /// `width * height * 3` bytes, row by row.
    pub pixels: Vec<u8>,
}

pub(crate) fn comparison(answer: &[u8]) -> Result<Comparison, String> {
    let text = String::from_utf8_lossy(answer);
    let mut found = Comparison {
        sizes: [(0, 0); 2],
        mcus: (0, 0),
        same_shape: false,
        same_tables: false,
        warnings: [0; 2],
        blocks: Vec::new(),
        differing: Vec::new(),
        padding: Vec::new(),
    };
    for line in text.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let numbers: Result<Vec<u64>, _> = rest.split(' ').map(str::parse).collect();
        match (word, numbers.as_deref()) {
            ("size", Ok(&[w, h, w2, h2])) => found.sizes = [(w as u32, h as u32), (w2 as u32, h2 as u32)],
            ("mcus", Ok(&[across, down])) => found.mcus = (across as usize, down as usize),
            ("shape", Ok(&[same])) => found.same_shape = same == 1,
            ("tables", Ok(&[same])) => found.same_tables = same == 1,
            ("warnings", Ok(&[a, b])) => found.warnings = [a, b],
            ("component", Ok(&[_, blocks])) => found.blocks.push(blocks),
            ("padding", Ok(&[number])) => found.padding.push(number as usize),
            ("mcu", Ok(&[number])) => found.differing.push(number as usize),
            _ => return Err(format!("the program said {line:?}")),
        }
    }
    Ok(found)
}

pub(crate) fn dcs(answer: &[u8]) -> Result<Vec<Dcs>, String> {
    let mut rest = answer;
    let count = number(&mut rest)?;
    (0..count)
        .map(|_| {
            let (across, down) = (number(&mut rest)? as usize, number(&mut rest)? as usize);
            let (values, behind) = rest.split_at_checked(across * down * 2).ok_or("the answer is cut off")?;
            rest = behind;
            let (values, _) = values.as_chunks::<2>();
            Ok(Dcs { across, down, values: values.iter().map(|pair| i16::from_le_bytes(*pair)).collect() })
        })
        .collect()
}

pub(crate) fn rgb(answer: &[u8]) -> Result<Rgb, String> {
    let mut rest = answer;
    let (width, height) = (number(&mut rest)?, number(&mut rest)?);
    let warnings = u64::from(number(&mut rest)?);
    // The upper half of a count that never gets so large.
    number(&mut rest)?;
    if rest.len() as u64 != u64::from(width) * u64::from(height) * 3 {
        return Err("the answer is cut off".to_owned());
    }
    Ok(Rgb { width, height, warnings, pixels: rest.to_vec() })
}

fn number(bytes: &mut &[u8]) -> Result<u32, String> {
    let (number, rest) = bytes.split_first_chunk::<4>().ok_or("the answer is cut off")?;
    *bytes = rest;
    Ok(u32::from_le_bytes(*number))
}
