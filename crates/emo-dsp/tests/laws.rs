//! Laws that hold for every filter and signal.

use emo_dsp::{DspError, FilterBand, SampleRate, Sos};
use emo_testing::assert_close;
use proptest::prelude::*;

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).expect("a valid rate")
}

fn bands() -> impl Strategy<Value = FilterBand> {
    prop_oneof![
        (0.5..60.0).prop_map(|cutoff_hz| FilterBand::LowPass { cutoff_hz }),
        (0.5..60.0).prop_map(|cutoff_hz| FilterBand::HighPass { cutoff_hz }),
        (0.5..40.0, 2.0..20.0).prop_map(|(low_hz, width)| FilterBand::BandPass {
            low_hz,
            high_hz: low_hz + width,
        }),
        (0.5..40.0, 2.0..20.0).prop_map(|(low_hz, width)| FilterBand::BandStop {
            low_hz,
            high_hz: low_hz + width,
        }),
    ]
}

fn filters() -> impl Strategy<Value = Sos> {
    (1_usize..=8, bands())
        .prop_map(|(order, band)| Sos::butterworth(order, band, rate()).expect("a valid design"))
}

fn signals() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1e3..1e3, 120..400)
}

proptest! {
    #[test]
    fn pieces_give_what_the_whole_gives(filter in filters(), signal in signals(), piece_len in 1_usize..50) {
        let mut pieces = signal.clone();
        let mut stream = filter.stream();
        for piece in pieces.chunks_mut(piece_len) {
            stream.process(piece).expect("a valid piece");
        }
        prop_assert_eq!(pieces, filter.filter(&signal).expect("a valid signal"));
    }

    #[test]
    fn the_gain_at_an_edge_is_half_the_power(order in 1_usize..=8, low_hz in 1.0..40.0, width in 2.0..20.0) {
        let high_hz = low_hz + width;
        for band in [FilterBand::BandPass { low_hz, high_hz }, FilterBand::BandStop { low_hz, high_hz }] {
            let filter = Sos::butterworth(order, band, rate()).expect("a valid design");
            for edge in [low_hz, high_hz] {
                assert_close([filter.response(edge, rate()).norm_sqr()], [0.5], 1e-6, 0.0);
            }
        }
    }

    #[test]
    fn no_gain_exceeds_one(filter in filters(), hz in 0.0..64.0) {
        prop_assert!(filter.response(hz, rate()).norm() <= 1.0 + 1e-6);
    }

    #[test]
    fn zero_phase_filtering_commutes_with_reversal(filter in filters(), mut signal in signals()) {
        // Exact only away from the ends, where the second pass starts from the first one's last sample.
        signal = [vec![0.0; 5000], signal, vec![0.0; 5000]].concat();
        let mut forward = filter.filtfilt(&signal).expect("a valid signal");
        signal.reverse();
        let backward = filter.filtfilt(&signal).expect("a valid signal");
        forward.reverse();
        assert_close(forward, backward, 1e-6, 1e-3);
    }

    #[test]
    fn designs_are_stable_or_refused(
        order in 0_usize..40,
        low in -1.0..1e4_f64,
        high in -1.0..1e4_f64,
        hz in 1e-3..1e5_f64,
    ) {
        let rate = SampleRate::from_hz(hz).expect("a valid rate");
        for band in [
            FilterBand::LowPass { cutoff_hz: low },
            FilterBand::HighPass { cutoff_hz: low },
            FilterBand::BandPass { low_hz: low, high_hz: high },
            FilterBand::BandStop { low_hz: low, high_hz: high },
        ] {
            if let Ok(filter) = Sos::butterworth(order, band, rate) {
                let signal: Vec<f64> = (0..300).map(|n| f64::from(n % 17) - 8.0).collect();
                let out = filter.filtfilt(&signal).expect("a stable filter keeps samples finite");
                prop_assert!(out.iter().all(|value| value.is_finite()));
            }
        }
    }
}

#[test]
fn signals_out_of_range_are_named() {
    let band = FilterBand::BandPass {
        low_hz: 1.0,
        high_hz: 40.0,
    };
    let filter = Sos::butterworth(4, band, rate()).expect("a valid design");
    // SciPy's sosfiltfilt takes 28 samples of a four-section filter and refuses 27.
    assert_eq!(filter.filtfilt_min_len(), 28);
    assert!(filter.filtfilt(&[1.0; 28]).is_ok());
    assert_eq!(
        filter.filtfilt(&[1.0; 27]),
        Err(DspError::SignalTooShort {
            actual: 27,
            required: 28
        })
    );
    assert_eq!(filter.filter(&[]), Ok(vec![]));
    for value in [f64::INFINITY, f64::NEG_INFINITY] {
        let mut signal = [0.0; 40];
        signal[31] = value;
        let expected = DspError::NonFinite { index: 31, value };
        assert_eq!(filter.filter(&signal), Err(expected.clone()));
        assert_eq!(filter.filtfilt(&signal), Err(expected));
    }
    assert!(matches!(
        filter.filtfilt(&[f64::NAN; 40]),
        Err(DspError::NonFinite { index: 0, .. })
    ));
    let huge: Vec<f64> = (0..40)
        .map(|n| if n % 2 == 0 { f64::MAX } else { f64::MIN })
        .collect();
    assert!(matches!(
        filter.filtfilt(&huge),
        Err(DspError::Overflow { .. })
    ));
    assert!(filter.stream_from(f64::NAN).is_err());
}

#[test]
fn first_order_sections_shorten_the_padding_as_in_scipy() {
    // ntaps = 2·3 + 1 − 1 = 6 for three sections of which one is of first order.
    let filter = Sos::butterworth(5, FilterBand::LowPass { cutoff_hz: 40.0 }, rate())
        .expect("a valid design");
    assert_eq!(filter.filtfilt_min_len(), 19);
}
