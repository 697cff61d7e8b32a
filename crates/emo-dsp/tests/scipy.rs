//! Designs and filtered signals against SciPy 1.17.1; tolerances are those of the references' manifest.

use emo_dsp::{FilterBand, SampleRate, Sos};
use emo_testing::{assert_close, fixture, load_npy};

const LP40: FilterBand = FilterBand::LowPass { cutoff_hz: 40.0 };
const HP0P5: FilterBand = FilterBand::HighPass { cutoff_hz: 0.5 };
const BP1_40: FilterBand = band_pass(1.0, 40.0);
const BP4_8: FilterBand = band_pass(4.0, 8.0);
const BP8_13: FilterBand = band_pass(8.0, 13.0);
const BS48_52: FilterBand = FilterBand::BandStop {
    low_hz: 48.0,
    high_hz: 52.0,
};

const fn band_pass(low_hz: f64, high_hz: f64) -> FilterBand {
    FilterBand::BandPass { low_hz, high_hz }
}

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).expect("a valid rate")
}

fn butterworth(order: usize, band: FilterBand) -> Sos {
    Sos::butterworth(order, band, rate()).expect("a valid design")
}

fn golden(name: &str) -> Vec<f64> {
    load_npy(fixture(format!("emo-dsp/{name}.npy")))
        .iter()
        .copied()
        .collect()
}

#[test]
fn sections_are_scipys() {
    for (name, band) in [
        ("lp40", LP40),
        ("hp0p5", HP0P5),
        ("bp1_40", BP1_40),
        ("bp8_13", BP8_13),
        ("bs48_52", BS48_52),
    ] {
        for order in 2..=6 {
            let actual = butterworth(order, band);
            let actual = actual
                .sections()
                .iter()
                .flat_map(|s| [s.b[0], s.b[1], s.b[2], 1.0, s.a[0], s.a[1]]);
            let expected = golden(&format!("dsp_sos_{name}_o{order}"));
            assert_close(actual, expected, 1e-7, 1e-10);
        }
    }
}

#[test]
fn responses_are_scipys() {
    let radians = golden("in_freqz_rad");
    for (name, order, band) in [
        ("bp1_40", 4, BP1_40),
        ("bp8_13", 5, BP8_13),
        ("bp4_8", 6, BP4_8),
        ("hp0p5", 2, HP0P5),
        ("bs48_52", 4, BS48_52),
    ] {
        let filter = butterworth(order, band);
        let actual = radians.iter().flat_map(|radian| {
            let gain = filter.response(radian * 128.0 / std::f64::consts::TAU, rate());
            [gain.re, gain.im]
        });
        assert_close(
            actual,
            golden(&format!("dsp_freqz_{name}_o{order}")),
            1e-7,
            9.8e-11,
        );
    }
}

#[test]
fn filtered_signals_are_scipys() {
    let signal = golden("in_eeg4_ch0");
    for (name, order, band) in [
        ("bp8_13", 2, BP8_13),
        ("bp8_13", 4, BP8_13),
        ("bp8_13", 6, BP8_13),
        ("bp1_40", 3, BP1_40),
        ("bp1_40", 4, BP1_40),
        ("bp4_8", 5, BP4_8),
        ("lp40", 5, LP40),
        ("hp0p5", 4, HP0P5),
    ] {
        let filter = butterworth(order, band);
        let causal = filter.filter(&signal).expect("a valid signal");
        let zero_phase = filter.filtfilt(&signal).expect("a valid signal");
        for (kind, actual) in [("sosfilt", causal), ("sosfiltfilt", zero_phase)] {
            let expected = golden(&format!("dsp_{kind}_{name}_o{order}"));
            assert_close(actual, expected, 1e-6, 1.28e-8);
        }
    }
}

#[test]
fn a_stream_in_pieces_is_scipys() {
    let mut signal = golden("in_eeg4_ch0");
    let filter = butterworth(4, BP1_40);
    let mut stream = filter.stream_from(signal[0]).expect("a finite level");
    for piece in signal.chunks_mut(100) {
        stream.process(piece).expect("a valid piece");
    }
    assert_close(
        signal,
        golden("dsp_sosfilt_stream_bp1_40_o4"),
        1e-6,
        1.28e-8,
    );
}
