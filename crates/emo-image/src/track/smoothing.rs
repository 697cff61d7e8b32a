use std::{f64::consts::TAU, time::Duration};

/// The cut-off frequency of the speed in Hz, as in the paper.
const SPEED_CUTOFF_HZ: f64 = 1.0;

/// The 1€ filter of one number: a low pass whose cut-off rises with the number's speed.
#[derive(Debug, Clone, Default)]
pub(super) struct OneEuro {
    /// The filtered value and speed.
    state: Option<(f64, f64)>,
}

impl OneEuro {
    /// Takes a value that comes `elapsed` after the one before and gives the filtered one; the first
    /// is taken as it is, and so is one that takes no time.
    pub(super) fn update(
        &mut self,
        elapsed: Duration,
        value: f64,
        min_cutoff_hz: f64,
        beta: f64,
    ) -> f64 {
        let elapsed = elapsed.as_secs_f64();
        let (value, speed) = match self.state {
            Some((before, speed)) if elapsed > 0.0 => {
                let raw = (value - before) / elapsed;
                let speed = speed + gain(SPEED_CUTOFF_HZ, elapsed) * (raw - speed);
                let cutoff = min_cutoff_hz + beta * speed.abs();
                (before + gain(cutoff, elapsed) * (value - before), speed)
            }
            Some((_, speed)) => (value, speed),
            None => (value, 0.0),
        };
        self.state = Some((value, speed));
        value
    }
}

fn gain(cutoff_hz: f64, elapsed_s: f64) -> f64 {
    1.0 / (1.0 + 1.0 / (TAU * cutoff_hz * elapsed_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_micros(33_333);

    #[test]
    fn a_step_decays_as_by_a_low_pass_of_first_order() {
        let mut filter = OneEuro::default();
        filter.update(FRAME, 0.0, 1.0, 0.0);
        let rest = 1.0 - gain(1.0, FRAME.as_secs_f64());
        for frame in 1..60 {
            let value = filter.update(FRAME, 1.0, 1.0, 0.0);
            assert!((value - (1.0 - rest.powi(frame))).abs() < 1e-12);
        }
    }

    #[test]
    fn speed_raises_the_cut_off() {
        // A ramp of 600 a second: the lag behind it is that of the cut-off that the speed gives.
        let mut filter = OneEuro::default();
        let mut lag = 0.0;
        for frame in 0..300 {
            let value = 20.0 * f64::from(frame);
            lag = value - filter.update(FRAME, value, 1.0, 0.007);
        }
        // In the end the filtered ramp rises by 20 per frame too, but its speed is counted from the
        // filtered value before to the new one: 20 + lag.
        let elapsed = FRAME.as_secs_f64();
        let cutoff = 1.0 + 0.007 * (20.0 + lag) / elapsed;
        let expected = 20.0 * (1.0 / gain(cutoff, elapsed) - 1.0);
        assert!((lag - expected).abs() < 1e-6 * expected, "{lag} {expected}");
        assert!(lag < 20.0 * (1.0 / gain(1.0, elapsed) - 1.0));
    }
}
