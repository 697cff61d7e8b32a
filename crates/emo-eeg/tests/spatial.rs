//! Spatial filters against the references of MNE-Python and numpy, their laws and errors.

use std::sync::LazyLock;

use emo_eeg::ndarray::{Array2, arr2, s};
use emo_eeg::{
    EegError, MissingChannels, SpatialFilter, SphericalSplineConfig, channel_positions,
    nearest_channels,
};
use emo_testing::{assert_close, fixture, load_npy, shared};
use proptest::prelude::*;
use serde_json::Value;

/// The channels of `in_eeg32.npy`.
const CHANNELS: [&str; 32] = [
    "Fp1", "AF3", "F3", "F7", "FC5", "FC1", "C3", "T7", "CP5", "CP1", "P3", "P7", "PO3", "O1",
    "Oz", "Pz", "Fp2", "AF4", "Fz", "F4", "F8", "FC6", "FC2", "Cz", "C4", "T8", "CP6", "CP2", "P4",
    "P8", "PO4", "O2",
];

fn array(name: &str) -> Array2<f64> {
    load_npy(fixture(format!("emo-eeg/{name}.npy")))
        .into_dimensionality()
        .expect("two axes")
}

fn spline() -> SphericalSplineConfig {
    SphericalSplineConfig::default()
}

fn current_source_density() -> Array2<f64> {
    let filter =
        SpatialFilter::current_source_density_at(&CHANNELS, &array("in_pos32_m"), &spline())
            .expect("valid channels");
    // From V to V/m², as the reference.
    filter
        .matrix()
        .dot(&(array("in_eeg32").slice(s![.., ..128]).to_owned() * 1e-6))
}

/// The spatial cases of the shared manifest, each by name.
const CASES: [&str; 4] = [
    "eeg_avgref",
    "eeg_linkedref",
    "eeg_laplace_small",
    "eeg_csd_spline",
];

fn compute(case: &str) -> Array2<f64> {
    let none: [&str; 0] = [];
    let filter = match case {
        "eeg_avgref" => SpatialFilter::average_reference(&CHANNELS, &none),
        "eeg_linkedref" => SpatialFilter::linked_reference(&CHANNELS, &["T7", "T8"]),
        "eeg_laplace_small" => SpatialFilter::laplacian(
            &CHANNELS,
            &[
                ("C3", &["FC5", "FC1", "CP5", "CP1"]),
                ("C4", &["FC2", "FC6", "CP2", "CP6"]),
                ("F3", &["AF3", "F7", "Fz", "FC1"]),
                ("F4", &["AF4", "F8", "Fz", "FC2"]),
                ("Cz", &["FC1", "FC2", "CP1", "CP2"]),
                ("Pz", &["CP1", "CP2", "PO3", "PO4"]),
            ],
        ),
        "eeg_csd_spline" => return current_source_density(),
        _ => unreachable!("no such case: {case}"),
    };
    filter
        .expect("valid channels")
        .matrix()
        .dot(&array("in_eeg32"))
}

#[test]
fn the_manifests_spatial_cases_are_met() {
    let Some(folder) = shared("parity/bio") else {
        return;
    };
    let text = std::fs::read(folder.join("manifest.json")).expect("a readable manifest");
    let manifest: Vec<Value> = serde_json::from_slice(&text).expect("a valid manifest");
    for name in CASES {
        let case = manifest
            .iter()
            .find(|case| case["name"] == name)
            .expect("the manifest has the case");
        let expected = load_npy(folder.join(case["output"].as_str().expect("a file")));
        let number = |key: &str| case[key].as_f64().expect("a number");
        eprintln!("{name}");
        assert_close(compute(name), expected, number("rtol"), number("atol"));
    }
}

#[test]
fn current_source_density_is_mnes() {
    assert_close(
        current_source_density(),
        array("eeg_csd_spline"),
        1e-8,
        3.47e-13,
    );
}

#[test]
fn interpolation_is_mnes() {
    let bad = ["F3", "Oz", "Pz", "T8"];
    let rows: Vec<usize> = bad
        .iter()
        .map(|name| CHANNELS.iter().position(|c| c == name).expect("a channel"))
        .collect();
    let positions = array("in_pos32_m");
    let signal = array("in_eeg32").slice(s![.., ..128]).to_owned();
    for (config, output) in [
        (spline(), "interpolation_mne"),
        (SphericalSplineConfig::perrin(), "interpolation_seven_terms"),
    ] {
        let filter = SpatialFilter::interpolation_at(&CHANNELS, &positions, &bad, &config)
            .expect("valid channels");
        let all = filter.matrix().dot(&signal);
        let expected = array(output);
        let largest = expected.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        for (&row, expected) in rows.iter().zip(expected.rows()) {
            assert_close(
                all.row(row).iter().copied(),
                expected.iter().copied(),
                1e-8,
                1e-11 * largest,
            );
        }
        for good in (0..32).filter(|row| !rows.contains(row)) {
            assert_eq!(all.row(good), signal.row(good));
        }
    }
}

#[test]
fn the_table_of_places_is_the_references() {
    let mut expected = array("in_pos32_m");
    for mut row in expected.rows_mut() {
        let length = row.dot(&row).sqrt();
        row /= length;
    }
    let actual = channel_positions(&CHANNELS).expect("known places");
    assert_close(actual, expected, 0.0, 6e-6);
}

#[test]
fn an_unsmoothed_spline_of_a_smooth_field_is_that_field() {
    // A dipole's field far from its source is nearly linear in the direction; a spline that may bend once follows it.
    let names: Vec<&str> = CHANNELS.to_vec();
    let positions = channel_positions(&names).expect("known places");
    let field = positions.dot(&arr2(&[[3.0], [-5.0], [2.0]]));
    let filter = SpatialFilter::interpolation(&names, &["Cz", "F3"], &spline()).expect("valid");
    let actual = filter.matrix().dot(&field);
    for name in ["Cz", "F3"] {
        let at = CHANNELS.iter().position(|c| *c == name).expect("a channel");
        assert!((actual[[at, 0]] - field[[at, 0]]).abs() < 0.05, "{name}");
    }
}

#[test]
fn a_model_finds_its_channels_or_what_stands_for_them() {
    let device = ["EEG T3-REF", "EEG FP1-REF", "O1", "O2", "Fp2", "T8", "ECG"];
    let window = Array2::from_shape_fn((7, 3), |(channel, n)| (10 * channel + n) as f32);
    let refused =
        |names: &[&str]| SpatialFilter::select(&device, names, MissingChannels::Refuse).map(|_| ());
    let found = SpatialFilter::select(&device, &["Fp1", "T7"], MissingChannels::Refuse)
        .expect("both are there");
    assert_eq!(found.outputs(), ["Fp1", "T7"]);
    assert_eq!(
        found.apply(&window).expect("it fits"),
        window.select(emo_eeg::ndarray::Axis(0), &[1, 0])
    );
    assert_eq!(
        refused(&["Fp1", "Cz"])
            .expect_err("Cz is not there")
            .to_string(),
        "channel \"Cz\" is missing; there are: EEG T3-REF, EEG FP1-REF, O1, O2, Fp2, T8, ECG"
    );

    let wanted = ["Cz", "Fp1"];
    let filled = SpatialFilter::select(&device, &wanted, MissingChannels::Interpolate)
        .expect("six places are enough");
    assert_eq!(filled.matrix().row(1), found.matrix().row(0));
    // The ECG has no say, and a field that is the same everywhere stays so.
    assert_eq!(filled.matrix()[[0, 6]], 0.0);
    assert!((filled.matrix().row(0).sum() - 1.0).abs() < 1e-9);
    // What MNE does when the channel is there but bad.
    let names = ["T3", "Fp1", "O1", "O2", "Fp2", "T8", "Cz"];
    let bad = SpatialFilter::interpolation(&names, &["Cz"], &spline()).expect("valid");
    assert_close(
        filled.matrix().row(0).iter().take(6).copied(),
        bad.matrix().row(6).iter().take(6).copied(),
        1e-12,
        1e-12,
    );

    let error = |device: &[&str], wanted: &[&str]| {
        SpatialFilter::select(device, wanted, MissingChannels::Interpolate)
            .expect_err("refused")
            .to_string()
    };
    assert_eq!(
        error(&device, &["EOG"]),
        "channel \"EOG\" is missing; there are: EEG T3-REF, EEG FP1-REF, O1, O2, Fp2, T8, ECG"
    );
    assert_eq!(
        error(&["T7", "T8", "Fp1", "ECG"], &["Cz"]),
        "a spherical spline needs at least 4 channels, there are 3"
    );
    assert_eq!(
        error(&device, &["Fp1", "EEG FP1"]),
        "channels \"Fp1\" and \"EEG FP1\" are the same channel \"EEG FP1-REF\""
    );
}

#[test]
fn bad_input_is_named() {
    let none: [&str; 0] = [];
    assert_eq!(
        SpatialFilter::average_reference(&none, &none),
        Err(EegError::NoChannels)
    );
    assert_eq!(
        SpatialFilter::linked_reference(&CHANNELS, &none),
        Err(EegError::NoChannels)
    );
    assert_eq!(
        SpatialFilter::average_reference(&["Cz", "Pz"], &["Cz"])
            .expect_err("one good channel")
            .to_string(),
        "an average reference needs at least 2 channels, there are 1"
    );
    assert_eq!(
        SpatialFilter::current_source_density(&["Cz", "T7", "EEG T3-LE", "Pz", "Fz"], &spline())
            .expect_err("one place twice")
            .to_string(),
        "channels \"T7\" and \"EEG T3-LE\" lie at the same place"
    );
    assert_eq!(
        SpatialFilter::interpolation(&["Cz", "C3", "C4", "Pz", "EMG"], &["Cz"], &spline())
            .expect_err("no place")
            .to_string(),
        "channel \"EMG\" is not a place of the 10-10 system"
    );
    assert!(matches!(
        nearest_channels(&["Cz", "C3"], "Cz", usize::MAX),
        Err(EegError::TooFewChannels { actual: 2, .. })
    ));
    for change in [
        (|c| c.order = 1) as fn(&mut SphericalSplineConfig),
        |c| c.n_legendre_terms = 0,
        |c| c.n_legendre_terms = usize::MAX,
        |c| c.regularization = f64::NAN,
        |c| c.head_radius_m = 0.0,
    ] {
        let mut config = spline();
        change(&mut config);
        assert!(matches!(
            SpatialFilter::interpolation(&CHANNELS, &["Cz"], &config),
            Err(EegError::InvalidSetting { .. })
        ));
    }
    // One term cannot tell 31 channels apart.
    let mut config = spline();
    config.n_legendre_terms = 1;
    config.regularization = 0.0;
    assert!(SpatialFilter::interpolation(&CHANNELS, &["Cz"], &config).is_err());

    let filter = SpatialFilter::bipolar(&CHANNELS, &[("F3", "C3")]).expect("valid");
    assert_eq!(filter.outputs(), ["F3-C3"]);
    assert_eq!(
        filter.apply(&Array2::zeros((31, 4))),
        Err(EegError::ChannelCount {
            actual: 31,
            expected: 32
        })
    );
    let mut window = Array2::zeros((32, 4));
    assert!(
        filter
            .apply_into(&window, &mut Array2::zeros((1, 3)))
            .is_err()
    );
    window[[7, 2]] = f32::INFINITY;
    assert_eq!(
        filter.apply(&window),
        Err(EegError::NonFinite {
            channel: 7,
            sample: 2,
            value: f32::INFINITY
        })
    );
}

static AVERAGE: LazyLock<SpatialFilter> = LazyLock::new(|| {
    let none: [&str; 0] = [];
    SpatialFilter::average_reference(&CHANNELS, &none).expect("valid")
});

static DENSITY: LazyLock<SpatialFilter> =
    LazyLock::new(|| SpatialFilter::current_source_density(&CHANNELS, &spline()).expect("valid"));

static JOINED: LazyLock<(SpatialFilter, SpatialFilter, SpatialFilter)> = LazyLock::new(|| {
    let ears = SpatialFilter::linked_reference(&CHANNELS, &["T7", "T8"]).expect("valid");
    let pairs = SpatialFilter::bipolar(&CHANNELS, &[("F3", "C3"), ("F4", "C4")]).expect("valid");
    let both = ears.then(&pairs).expect("they fit");
    (ears, pairs, both)
});

fn window() -> impl Strategy<Value = Array2<f32>> {
    (1_usize..150).prop_flat_map(|n| {
        prop::collection::vec(-200.0_f32..200.0, 32 * n)
            .prop_map(move |x| Array2::from_shape_vec((32, n), x).expect("32 rows"))
    })
}

proptest! {
    #[test]
    fn the_average_of_average_referenced_channels_is_zero(window in window()) {
        let filter = &*AVERAGE;
        let out = filter.apply(&window).expect("it fits");
        for column in out.columns() {
            prop_assert!(column.sum().abs() < 1e-2);
        }
        // Again changes nothing.
        assert_close(filter.apply(&out).expect("it fits"), out, 0.0, 1e-4);
    }

    #[test]
    fn current_source_density_forgets_the_reference(window in window(), offset in -1e3_f32..1e3) {
        let filter = &*DENSITY;
        let plain = filter.apply(&window).expect("it fits");
        let shifted = filter.apply(&(window + offset)).expect("it fits");
        let largest = plain.iter().fold(0.0, |a: f32, b| a.max(b.abs()));
        assert_close(shifted, plain, 0.0, f64::from(1e-4 * largest) + 1.0);
    }

    #[test]
    fn joined_filters_are_one_after_the_other(window in window()) {
        let (ears, pairs, both) = &*JOINED;
        let stepwise = pairs.apply(&ears.apply(&window).expect("it fits")).expect("it fits");
        assert_close(both.apply(&window).expect("it fits"), stepwise, 0.0, 2e-4);
        prop_assert!(pairs.then(ears).is_err());
    }
}
