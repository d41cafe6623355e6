//! RetinaFace (Deng et al. 2019): offsets and scores relative to square anchors ("priors") on a grid
//! per level; centre = prior + offset · variance₀ · side, size = side · exp(offset · variance₁).

use super::{Found, Output, named, shape_error};
use crate::geometry::Rect;
use crate::manifest::Priors;

/// Names of the outputs.
#[derive(Debug)]
pub(super) struct Names {
    /// [1, N, 4]: x, y, width, height offsets.
    pub boxes: String,
    /// [1, N, classes], the background first.
    pub scores: String,
}

pub(super) fn decode(
    names: &Names,
    priors: &Priors,
    outputs: &[Output<'_>],
    input: (usize, usize),
    found: &mut Found<'_>,
) -> Result<(), String> {
    let grid = |stride: usize| (input.0.div_ceil(stride), input.1.div_ceil(stride));
    let levels = priors.strides.iter().zip(&priors.sizes);
    let count: usize = levels.clone().map(|(&stride, sizes)| grid(stride).0 * grid(stride).1 * sizes.len()).sum();

    let boxes = named(outputs, &names.boxes)?;
    if boxes.shape != [1, count, 4] || boxes.data.len() != count * 4 {
        return Err(shape_error(&boxes, &format!("[1, {count}, 4]")));
    }
    let scores = named(outputs, &names.scores)?;
    let columns = match *scores.shape {
        [1, rows, columns] if rows == count && columns >= found.classes() => columns,
        _ => return Err(shape_error(&scores, &format!("[1, {count}, {} or more]", found.classes()))),
    };
    if scores.data.len() != count * columns {
        return Err(shape_error(&scores, "as long as its shape says"));
    }

    let mut rows = boxes.data.as_chunks::<4>().0.iter().zip(scores.data.chunks_exact(columns));
    let [centre, size] = priors.variances;
    for (&stride, sizes) in levels {
        let (height, width) = grid(stride);
        for cell in 0..height * width {
            let x = ((cell % width) as f32 + 0.5) * stride as f32;
            let y = ((cell / width) as f32 + 0.5) * stride as f32;
            for (&side, (offset, score)) in sizes.iter().zip(&mut rows) {
                found.add_all(
                    |class| score[class],
                    || {
                        Rect::from_centre(
                            x + offset[0] * centre * side,
                            y + offset[1] * centre * side,
                            side * (offset[2] * size).exp(),
                            side * (offset[3] * size).exp(),
                        )
                    },
                );
            }
        }
    }
    Ok(())
}
