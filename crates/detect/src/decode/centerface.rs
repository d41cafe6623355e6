//! CenterFace (Xu et al. 2019): each cell of a quarter-size map holds the chance that a face's centre
//! is there, the logarithm of the face's size in cells, and where in the cell the centre is.

use super::{Found, Output, named, shape_error};
use crate::geometry::Rect;

const STRIDE: usize = 4;

/// Names of the outputs.
#[derive(Debug)]
pub(super) struct Names {
    /// [1, 1, H/4, W/4].
    pub heat: String,
    /// [1, 2, H/4, W/4]: log height, log width.
    pub size: String,
    /// [1, 2, H/4, W/4]: y, x.
    pub offset: String,
}

pub(super) fn decode(
    names: &Names,
    outputs: &[Output<'_>],
    input: (usize, usize),
    found: &mut Found<'_>,
) -> Result<(), String> {
    let (rows, columns) = (input.0 / STRIDE, input.1 / STRIDE);
    let cells = rows * columns;
    let plane = |name: &str, channels: usize| -> Result<&[f32], String> {
        let output = named(outputs, name)?;
        if output.shape == [1, channels, rows, columns] && output.data.len() == channels * cells {
            Ok(output.data)
        } else {
            Err(shape_error(&output, &format!("[1, {channels}, {rows}, {columns}]")))
        }
    };
    let heat = plane(&names.heat, 1)?;
    let (log_height, log_width) = plane(&names.size, 2)?.split_at(cells);
    let (offset_y, offset_x) = plane(&names.offset, 2)?.split_at(cells);
    for (cell, &score) in heat.iter().enumerate() {
        found.add(0, score, || {
            let stride = STRIDE as f32;
            Rect::from_centre(
                ((cell % columns) as f32 + offset_x[cell] + 0.5) * stride,
                ((cell / columns) as f32 + offset_y[cell] + 0.5) * stride,
                log_width[cell].exp() * stride,
                log_height[cell].exp() * stride,
            )
        });
    }
    Ok(())
}
