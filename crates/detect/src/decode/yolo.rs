//! YOLO outputs: centre, size and class scores per box, or finished boxes.

use super::{Found, Output, shape_error};
use crate::geometry::Rect;

/// `[1, 4 + classes, N]`: rows of centre x, centre y, width, height, then a score per class; or
/// `[1, N, 6]`: boxes of left, top, right, bottom, score, class, suppressed inside the network.
pub(super) fn decode_v8(output: Output<'_>, found: &mut Found<'_>) -> Result<(), String> {
    match *output.shape {
        [1, count, 6] if output.data.len() == count * 6 => {
            end_to_end(output.data, found);
            Ok(())
        }
        [1, rows, count] if rows >= 4 + found.classes() && output.data.len() == rows * count => {
            let value = |row: usize, at: usize| output.data[row * count + at];
            for at in 0..count {
                found.add_all(
                    |class| value(4 + class, at),
                    || Rect::from_centre(value(0, at), value(1, at), value(2, at), value(3, at)),
                );
            }
            Ok(())
        }
        _ => Err(shape_error(&output, &format!("[1, {} or more, N] or [1, N, 6]", 4 + found.classes()))),
    }
}

fn end_to_end(data: &[f32], found: &mut Found<'_>) {
    for row in data.as_chunks::<6>().0 {
        let [x0, y0, x1, y1, score, class] = *row;
        // Empty places are filled with zeros, or with class -1.
        if class.is_finite() && class >= 0.0 {
            found.add(class.round() as usize, score, || Rect::new(x0, y0, x1, y1));
        }
    }
}

/// `[1, N, 5 + classes]`: centre x, centre y, width, height, objectness, then a score per class,
/// which counts times the objectness.
pub(super) fn decode_v5(output: Output<'_>, found: &mut Found<'_>) -> Result<(), String> {
    match *output.shape {
        [1, count, columns] if columns >= 5 + found.classes() && output.data.len() == count * columns => {
            for row in output.data.chunks_exact(columns) {
                found.add_all(|class| row[4] * row[5 + class], || Rect::from_centre(row[0], row[1], row[2], row[3]));
            }
            Ok(())
        }
        _ => Err(shape_error(&output, &format!("[1, N, {} or more]", 5 + found.classes()))),
    }
}
