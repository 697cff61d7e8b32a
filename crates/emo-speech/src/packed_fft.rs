use std::f64::consts::PI;
use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use crate::transform::Sample;

/// Frames whose largest magnitude is in this range are transformed as they are; others, whose squares could leave the
/// range of single precision, are scaled.
const SAFE_MAGNITUDES: std::ops::RangeInclusive<f32> = 1e-9..=1e9;

/// Power spectra of real frames of even length `n` in single precision: even and odd samples are the real and imaginary
/// parts of a complex signal of half the length, whose spectrum is then taken apart.
///
/// The parts are kept in lists of their own, because that is what compilers make vector instructions of.
#[derive(Clone)]
pub(crate) struct PackedFft {
    plan: Arc<dyn Fft<f32>>,
    window: Vec<f32>,
    packed: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Powers of exp(−2πi / n), from the zeroth on.
    twiddle: Parts,
    /// The spectrum from its beginning and from its end; both without the zeroth bin.
    front: Parts,
    back: Parts,
    low: Vec<f32>,
    high: Vec<f32>,
    /// What the latest frame was multiplied by, a power of two.
    gain: f32,
}

#[derive(Clone)]
struct Parts {
    re: Vec<f32>,
    im: Vec<f32>,
}

impl Parts {
    fn zeros(len: usize) -> Self {
        Self {
            re: vec![0.0; len],
            im: vec![0.0; len],
        }
    }

    fn fill<'a>(&mut self, values: impl Iterator<Item = &'a Complex<f32>>) {
        for ((re, im), value) in self.re.iter_mut().zip(&mut self.im).zip(values) {
            (*re, *im) = (value.re, value.im);
        }
    }
}

impl PackedFft {
    /// For frames as long as the window, continued with zeros to an even `n_fft`.
    pub(crate) fn new(window: &[f64], n_fft: usize) -> Self {
        let half = n_fft / 2;
        let plan = FftPlanner::new().plan_fft_forward(half);
        // Bins 1 to `n_pairs` come in pairs with those that are as far from the other end.
        let n_pairs = (half - 1) / 2;
        let mut twiddle = Parts::zeros(n_pairs);
        for k in 0..n_pairs {
            let angle = -2.0 * PI * (k + 1) as f64 / n_fft as f64;
            (twiddle.re[k], twiddle.im[k]) = (angle.cos() as f32, angle.sin() as f32);
        }
        Self {
            window: window.iter().map(|&weight| weight as f32).collect(),
            packed: vec![Complex::default(); half],
            scratch: vec![Complex::default(); plan.get_inplace_scratch_len()],
            twiddle,
            front: Parts::zeros(n_pairs),
            back: Parts::zeros(n_pairs),
            low: vec![0.0; n_pairs],
            high: vec![0.0; n_pairs],
            gain: 1.0,
            plan,
        }
    }

    /// Writes the squared magnitudes of the `n_fft / 2 + 1` bins of a frame.
    pub(crate) fn power<S: Sample>(&mut self, frame: &[S], power: &mut [f64]) {
        self.transform(frame);
        let half = self.packed.len();
        let n_pairs = self.twiddle.re.len();
        self.front.fill(self.packed[1..].iter());
        self.back.fill(self.packed.iter().rev());
        self.take_pairs_apart();

        let unscaled = f64::from(self.gain).powi(-2);
        let first = self.packed[0];
        power[0] = unscaled * f64::from(first.re + first.im).powi(2);
        power[half] = unscaled * f64::from(first.re - first.im).powi(2);
        if half.is_multiple_of(2) {
            power[half / 2] = unscaled * f64::from(self.packed[half / 2].norm_sqr());
        }
        let quarter = 0.25 * unscaled;
        for (power, &low) in power[1..].iter_mut().zip(&self.low) {
            *power = quarter * f64::from(low);
        }
        for (power, &high) in power[half - n_pairs..half].iter_mut().rev().zip(&self.high) {
            *power = quarter * f64::from(high);
        }
    }

    /// A bin of the latest frame's spectrum.
    pub(crate) fn bin(&self, bin: usize) -> Complex<f64> {
        let half = self.packed.len();
        let double = |z: Complex<f32>| Complex::new(f64::from(z.re), f64::from(z.im));
        let z = double(self.packed[bin % half]);
        let mirrored = double(self.packed[(half - bin) % half]).conj();
        let (even, odd) = (z + mirrored, (z - mirrored) * Complex::new(0.0, -1.0));
        let twiddle = Complex::from_polar(1.0, -PI * bin as f64 / half as f64);
        (even + twiddle * odd) * 0.5 / f64::from(self.gain)
    }

    fn transform<S: Sample>(&mut self, frame: &[S]) {
        let pairs = frame.chunks_exact(2).zip(self.window.chunks_exact(2));
        for (z, (x, weight)) in self.packed.iter_mut().zip(pairs) {
            *z = Complex::new(x[0].to_f32() * weight[0], x[1].to_f32() * weight[1]);
        }
        let n_set = frame.len().div_ceil(2);
        if let ([.., x], [.., weight], 1) = (frame, &self.window[..], frame.len() % 2) {
            self.packed[n_set - 1] = Complex::new(x.to_f32() * weight, 0.0);
        }
        self.packed[n_set..].fill(Complex::default());
        self.gain = safe_gain(largest_magnitude(&self.packed[..n_set]));
        if self.gain != 1.0 {
            for z in &mut self.packed[..n_set] {
                *z *= self.gain;
            }
        }
        self.plan
            .process_with_scratch(&mut self.packed, &mut self.scratch);
    }

    /// With Z the packed spectrum and n half of `n_fft`, bin k has (E + w·O) / 2 and bin n − k the conjugate of
    /// (E − w·O) / 2, where E = Z[k] + Z̄[n − k] and O = −i · (Z[k] − Z̄[n − k]).
    fn take_pairs_apart(&mut self) {
        let n_pairs = self.twiddle.re.len();
        let (front_re, front_im) = (&self.front.re[..n_pairs], &self.front.im[..n_pairs]);
        let (back_re, back_im) = (&self.back.re[..n_pairs], &self.back.im[..n_pairs]);
        let (twiddle_re, twiddle_im) = (&self.twiddle.re[..n_pairs], &self.twiddle.im[..n_pairs]);
        let (low, high) = (&mut self.low[..n_pairs], &mut self.high[..n_pairs]);
        for k in 0..n_pairs {
            let even_re = front_re[k] + back_re[k];
            let even_im = front_im[k] - back_im[k];
            let odd_re = front_im[k] + back_im[k];
            let odd_im = back_re[k] - front_re[k];
            let turned_re = twiddle_re[k] * odd_re - twiddle_im[k] * odd_im;
            let turned_im = twiddle_re[k] * odd_im + twiddle_im[k] * odd_re;
            let (re, im) = (even_re + turned_re, even_im + turned_im);
            low[k] = re * re + im * im;
            let (re, im) = (even_re - turned_re, even_im - turned_im);
            high[k] = re * re + im * im;
        }
    }
}

/// Four independent maxima, because one would have to wait for each comparison in turn.
fn largest_magnitude(values: &[Complex<f32>]) -> f32 {
    let mut largest = [0.0_f32; 8];
    let keep = |largest: &mut f32, x: f32| {
        *largest = if x.abs() > *largest {
            x.abs()
        } else {
            *largest
        }
    };
    let blocks = values.chunks_exact(4);
    for z in blocks.remainder() {
        keep(&mut largest[0], z.re);
        keep(&mut largest[1], z.im);
    }
    for block in blocks {
        for (largest, z) in largest.chunks_exact_mut(2).zip(block) {
            keep(&mut largest[0], z.re);
            keep(&mut largest[1], z.im);
        }
    }
    largest.into_iter().fold(0.0, f32::max)
}

/// The power of two that brings a magnitude near 1, or 1 where it is safe.
fn safe_gain(magnitude: f32) -> f32 {
    if magnitude == 0.0 || SAFE_MAGNITUDES.contains(&magnitude) {
        return 1.0;
    }
    (-magnitude.log2().round()).clamp(-126.0, 126.0).exp2()
}

impl fmt::Debug for PackedFft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PackedFft")
            .field("n_fft", &(2 * self.packed.len()))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::Fft as DoubleFft;

    #[test]
    fn the_spectrum_is_that_of_double_precision() {
        for n_fft in [2, 4, 6, 8, 14, 16, 50, 512, 2048] {
            for len in [n_fft, n_fft - 1, n_fft / 2] {
                for level in [1.0_f32, 1e-30, 1e36] {
                    let samples: Vec<f32> = (0..len)
                        .map(|n| level * ((n * n) as f32 * 0.37 + 0.5).sin())
                        .collect();
                    let window = crate::Window::Hamming.weights(len);
                    let mut packed = PackedFft::new(&window, n_fft);
                    let mut double = DoubleFft::new(&window, n_fft);
                    let mut actual = vec![0.0; n_fft / 2 + 1];
                    let mut expected = actual.clone();
                    packed.power(&samples, &mut actual);
                    double.power(&samples, &mut expected);
                    let largest = expected.iter().copied().fold(0.0, f64::max);
                    emo_testing::assert_close(actual, expected, 1e-5, 1e-6 * largest);
                    for bin in 0..=n_fft / 2 {
                        let (actual, expected) = (packed.bin(bin), double.bin(bin));
                        let limit = 1e-6 * largest.sqrt();
                        assert!((actual - expected).norm() <= limit, "{n_fft} {bin}");
                    }
                }
            }
        }
    }
}
