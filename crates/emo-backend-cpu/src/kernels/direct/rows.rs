use std::ops::Range;

use crate::kernels::window::Window;

/// Copies the `rows` of the padded image that an image of `channels` per position has.
pub(super) fn pad(
    image: &[f32],
    window: &Window,
    channels: usize,
    rows: Range<usize>,
    padded: &mut [f32],
) {
    let [height, width] = window.input;
    let [top, left] = window.pads_begin;
    let (left, width) = (left * channels, width * channels);
    let padded_width = window.padded()[1] * channels;
    for (row, padded) in rows.zip(padded.chunks_exact_mut(padded_width)) {
        match row.checked_sub(top).filter(|&row| row < height) {
            Some(row) => {
                let (before, rest) = padded.split_at_mut(left);
                let (middle, after) = rest.split_at_mut(width);
                before.fill(0.0);
                middle.copy_from_slice(&image[row * width..][..width]);
                after.fill(0.0);
            }
            None => padded.fill(0.0),
        }
    }
}

/// Copies each number `times` times.
pub(super) fn repeat(from: &[f32], times: usize, to: &mut [f32]) {
    for (to, &x) in to.chunks_exact_mut(times).zip(from) {
        to.fill(x);
    }
}
