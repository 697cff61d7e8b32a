use std::f64::consts::PI;

use ndarray::{Array2, ArrayRef2, s};

use super::Asr;
use super::orthonormal::dot;
use super::reconstruction::Reconstruction;
use super::sliding_covariance::SlidingCovariance;
use super::weighting::{ORDER, Weighting};
use crate::EegError;
use crate::window::to_f32;

/// Artefact subspace reconstruction of samples as they come, made by [`Asr::stream`].
///
/// Allocates nothing once made. Pieces of any length give what one long piece would, to the bit.
#[derive(Debug, Clone)]
pub struct AsrStream {
    n_channels: usize,
    lookahead: usize,
    step: usize,
    /// Samples taken so far, counted from one look-ahead before the first.
    time: usize,
    weighting: Weighting,
    state: Vec<f64>,
    sample: Vec<f64>,
    /// That of the last window of weighted samples.
    covariance: SlidingCovariance,
    reconstruction: Reconstruction,
    /// The last samples, a ring `[latency + 1, channels]`: those that are old enough are clean.
    delayed: Vec<f64>,
    matrices: [Vec<f64>; 2],
    /// Whether anything is taken out by the newer and by the older matrix.
    removing: [bool; 2],
    mixed: [Vec<f64>; 2],
}

impl AsrStream {
    pub(super) fn new(asr: &Asr) -> Self {
        let n = asr.n_channels();
        let config = &asr.config;
        let lookahead = config.lookahead_len();
        let identity: Vec<f64> = Array2::eye(n).into_iter().collect();
        Self {
            n_channels: n,
            lookahead,
            step: config.step,
            time: lookahead,
            weighting: Weighting::new(config.sample_rate),
            state: vec![0.0; ORDER * n],
            sample: vec![0.0; n],
            covariance: SlidingCovariance::new(n, config.window_len(), config.step),
            reconstruction: Reconstruction::new(&asr.mixing, &asr.threshold, config.max_removed),
            delayed: vec![0.0; (lookahead + config.step) * n],
            matrices: [identity.clone(), identity],
            removing: [false; 2],
            mixed: [vec![0.0; n], vec![0.0; n]],
        }
    }

    /// Samples by which what comes out is late: those that the reconstruction looks ahead, and those from one of its
    /// updates to the next, less one.
    ///
    /// 0.25 s and 31 samples at the defaults.
    pub fn latency(&self) -> usize {
        self.lookahead + self.step - 1
    }

    /// Takes a piece `[channels, samples]` in µV, and puts in its place as many clean samples, late by
    /// [`latency`](Self::latency); before the first of them, zeros.
    ///
    /// # Errors
    /// - [`EegError::ChannelCount`] for another number of channels than was calibrated with.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample. Nothing of the piece has then been taken.
    pub fn process(&mut self, piece: &mut ArrayRef2<f32>) -> Result<(), EegError> {
        if piece.nrows() != self.n_channels {
            return Err(EegError::ChannelCount {
                actual: piece.nrows(),
                expected: self.n_channels,
            });
        }
        if let Some(((channel, sample), &value)) =
            piece.indexed_iter().find(|(_, x)| !x.is_finite())
        {
            return Err(EegError::NonFinite {
                channel,
                sample,
                value,
            });
        }
        for mut column in piece.columns_mut() {
            self.sample
                .iter_mut()
                .zip(&column)
                .for_each(|(to, &from)| *to = f64::from(from));
            self.take();
            if (self.time - self.lookahead).is_multiple_of(self.step) {
                self.update(self.step);
            }
            let out = self.slot(self.time);
            let out = &self.delayed[out..][..self.n_channels];
            column
                .iter_mut()
                .zip(out)
                .for_each(|(to, &from)| *to = to_f32(from));
        }
        Ok(())
    }

    /// Where the sample at `time` lies among the delayed ones; the next one takes the place of the oldest.
    fn slot(&self, time: usize) -> usize {
        time % (self.latency() + 1) * self.n_channels
    }

    /// Takes the next sample, which is in `sample`.
    fn take(&mut self) {
        let n = self.n_channels;
        let slot = self.slot(self.time);
        self.delayed[slot..][..n].copy_from_slice(&self.sample);
        let weighted = self.covariance.next();
        self.weighting.run(&mut self.state, &self.sample, weighted);
        self.time += 1;
    }

    /// Finds the reconstruction for the last window, and blends to it over the `len` newest of those samples that are
    /// older than the look-ahead.
    fn update(&mut self, len: usize) {
        let covariance = self.covariance.update();
        self.matrices.swap(0, 1);
        self.removing.swap(0, 1);
        self.removing[0] = self.reconstruction.find(covariance, &mut self.matrices[0]);
        if self.removing == [false; 2] {
            return;
        }
        for k in 0..len {
            let time = self.time + k - len - self.lookahead;
            let phase = PI * (k + 1) as f64 / len as f64;
            let share = 0.5 * (1.0 - phase.cos());
            let n = self.n_channels;
            let slot = self.slot(time);
            let sample = &mut self.delayed[slot..][..n];
            for (matrix, (mixed, removing)) in self
                .matrices
                .iter()
                .zip(self.mixed.iter_mut().zip(self.removing))
            {
                if removing {
                    for (to, row) in mixed.iter_mut().zip(matrix.chunks_exact(n)) {
                        *to = dot(row, sample);
                    }
                } else {
                    mixed.copy_from_slice(sample);
                }
            }
            let [newer, older] = &self.mixed;
            for (to, (newer, older)) in sample.iter_mut().zip(newer.iter().zip(older)) {
                *to = share * newer + (1.0 - share) * older;
            }
        }
    }
}

/// A whole recording; see [`Asr::clean`].
pub(super) fn clean(asr: &Asr, recording: &ArrayRef2<f32>) -> Result<Array2<f32>, EegError> {
    let (actual, n_samples) = recording.dim();
    let expected = asr.n_channels();
    if actual != expected {
        return Err(EegError::ChannelCount { actual, expected });
    }
    if n_samples == 0 {
        return Err(EegError::SignalTooShort {
            actual: 0,
            required: 1,
        });
    }
    let mut stream = asr.stream();
    let latency = stream.latency();
    let mut padded = Array2::zeros((actual, n_samples + latency));
    padded.slice_mut(s![.., ..n_samples]).assign(recording);
    stream.process(&mut padded)?;
    Ok(padded.slice_move(s![.., latency..]))
}

#[cfg(test)]
mod tests {
    use emo_dsp::SampleRate;
    use emo_testing::{assert_close, fixture, load_npy};

    use super::*;
    use crate::{AsrConfig, AsrFit};

    fn array(name: &str) -> Array2<f64> {
        load_npy(fixture(format!("emo-eeg/{name}.npy")))
            .into_dimensionality()
            .unwrap()
    }

    fn calibrated() -> Asr {
        let mut config = AsrConfig::new(SampleRate::from_hz(128.0).unwrap());
        config.cutoff = 5.0;
        config.fit = AsrFit::Best;
        let clean = array("in_eeg4_long").mapv(|x| x as f32);
        Asr::calibrate_on_clean(&config, &clean).unwrap()
    }

    /// Ten seconds of it with an oscillation in one channel and a step in another.
    fn dirty() -> Array2<f64> {
        let mut dirty = array("in_eeg4_long").slice_move(s![.., ..1280]);
        for k in 0..120 {
            dirty[[1, 400 + k]] += 180.0 * (6.0 * PI * k as f64 / 119.0).sin();
        }
        dirty.slice_mut(s![3, 900..960]).mapv_inplace(|x| x + 250.0);
        dirty
    }

    #[test]
    fn the_calibration_is_asrpys() {
        let asr = calibrated();
        assert_close(asr.mixing.clone(), array("eeg_asr_mixing"), 1e-4, 5e-6);
        let mut threshold = array("eeg_asr_threshold");
        for (mut row, ours) in threshold.rows_mut().into_iter().zip(asr.threshold.rows()) {
            // Eigenvectors are the same with either sign.
            if row.dot(&ours) < 0.0 {
                row.mapv_inplace(|x| -x);
            }
        }
        assert_close(asr.threshold.clone(), threshold, 1e-4, 1.03e-5);
    }

    /// asrpy works in three parts, starts its steps anew in each, begins with a step of one sample, and leaves out each
    /// part's last step, so that its samples pass as they are.
    #[test]
    fn what_is_cleaned_is_asrpys() {
        let asr = calibrated();
        let dirty = dirty();
        let n_samples = dirty.ncols();
        let rows: Vec<Vec<f64>> = dirty.rows().into_iter().map(|row| row.to_vec()).collect();
        let mut stream = asr.stream();
        // It also starts with the state that the filter has at the recording's end, and before it, the recording turned
        // about its first sample.
        for time in 0..n_samples {
            let sample: Vec<f64> = rows.iter().map(|row| row[time]).collect();
            let mut out = [0.0; 4];
            stream.weighting.run(&mut stream.state, &sample, &mut out);
        }
        for time in 0..32 {
            for (channel, row) in rows.iter().enumerate() {
                stream.delayed[time * 4 + channel] = 2.0 * row[0] - row[32 - time];
            }
        }
        // Sample for sample as they leave the ring; those before the first are no samples.
        let mut cleaned = Vec::new();
        for part in 0..3 {
            let (begin, end) = (part * n_samples / 3, (part + 1) * n_samples / 3);
            let mut last = begin;
            for time in begin..end {
                for (x, row) in stream.sample.iter_mut().zip(&rows) {
                    *x = row[time];
                }
                stream.take();
                let taken = time + 1 - begin;
                if taken.is_multiple_of(32) && time + 1 < end || time == 0 {
                    stream.update(time + 1 - last);
                    last = time + 1;
                }
                cleaned.extend_from_slice(&stream.delayed[stream.slot(stream.time)..][..4]);
            }
        }
        for time in 0..31 {
            cleaned.extend_from_slice(&stream.delayed[stream.slot(stream.time + 1 + time)..][..4]);
        }
        let cleaned = Array2::from_shape_vec((n_samples + 31, 4), cleaned).unwrap();
        let cleaned = cleaned.slice(s![31.., ..]);
        assert_close(
            cleaned.t().iter().copied(),
            array("eeg_asr_clean"),
            1e-4,
            3e-5,
        );
    }
}
