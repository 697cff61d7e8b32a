//! Names and places that no head has.

use emo_eeg::ndarray::{Array2, arr2};
use emo_eeg::{
    ChannelPairs, EegError, EegFeatures, EegFeaturesConfig, GridFill, MissingChannels, SampleRate,
    SpatialFilter, SphericalSplineConfig, TopographicGrid, channel_position, channel_positions,
    nearest_channels, normalize_channel_name, pick_channels, standard_channel_name,
};

/// None, too few, the same twice under two names, unknown, empty and odd ones.
fn lists() -> Vec<Vec<String>> {
    let long = "F3".repeat(10_000);
    let lists: [&[&str]; 12] = [
        &[],
        &["F3"],
        &["F3", "F4", "P3"],
        &["T3", "T7", "F3", "F4", "P3"],
        &["F3", "f3.", "EEG F3-REF", "F4", "P3"],
        &["F3", "F3", "F3", "F3", "F3"],
        &["ECG", "EOG", "", " ", "\0"],
        &["", "", "", ""],
        &["eeg ", "EEG ", "-ref", "....", "eeg -ref"],
        &["Ünï", "\u{202e}F3", "𝔽3", "\u{130}3", "ß", "F3"],
        &["z", "0", "9", "Fz", "Cz", "Pz"],
        &[&long, "F3", "F4", "P3", "P4"],
    ];
    let mut lists: Vec<Vec<String>> = lists
        .iter()
        .map(|list| list.iter().map(|name| (*name).to_owned()).collect())
        .collect();
    lists.push(
        emo_eeg::montage()
            .map(|(name, _)| name.to_owned())
            .collect(),
    );
    lists.push((0..600).map(|k| format!("channel {k}")).collect());
    lists
}

/// Errors say something.
fn named<T>(result: Result<T, EegError>) -> Option<T> {
    result
        .map_err(|error| assert!(!error.to_string().is_empty()))
        .ok()
}

#[test]
fn any_names_are_taken_or_named() {
    let rate = SampleRate::from_hz(128.0).expect("a valid rate");
    let spline = SphericalSplineConfig::default();
    let lists = lists();
    for channels in &lists {
        for name in channels {
            let _ = (
                normalize_channel_name(name),
                standard_channel_name(name),
                channel_position(name),
            );
            let _ = TopographicGrid::cell(name);
            named(nearest_channels(channels, name, 3));
            named(nearest_channels(channels, name, usize::MAX));
        }
        named(channel_positions(channels));
        for fill in [
            GridFill::Constant(f32::NAN),
            GridFill::Interpolated { corners: 0.0 },
        ] {
            named(TopographicGrid::new(channels, fill));
        }
        let _ = (
            ChannelPairs::left_right(channels),
            ChannelPairs::front_back(channels),
        );
        named(SpatialFilter::current_source_density(channels, &spline));
        let config = EegFeaturesConfig::new(rate, channels, 64);
        named(EegFeatures::new(&config));
        for others in lists.iter().filter(|list| list.len() < 100) {
            named(pick_channels(channels, others));
            named(SpatialFilter::average_reference(channels, others));
            named(SpatialFilter::linked_reference(channels, others));
            named(SpatialFilter::interpolation(channels, others, &spline));
            for missing in [MissingChannels::Refuse, MissingChannels::Interpolate] {
                named(SpatialFilter::select(channels, others, missing));
            }
            let pairs: Vec<(&String, &String)> = others.iter().zip(others.iter().skip(1)).collect();
            named(SpatialFilter::bipolar(channels, &pairs));
            named(ChannelPairs::named(channels, &pairs));
            let centre = others.first().map_or("", String::as_str);
            named(SpatialFilter::laplacian(channels, &[(centre, others)]));
        }
    }
}

#[test]
fn more_or_fewer_names_than_channels_are_refused() {
    let window = Array2::<f32>::ones((5, 256));
    let channels = ["F3", "F4", "P3", "P4"];
    let none: [&str; 0] = [];
    let average = SpatialFilter::average_reference(&channels, &none).expect("four channels");
    let expected = EegError::ChannelCount {
        actual: 5,
        expected: 4,
    };
    assert_eq!(average.apply(&window), Err(expected.clone()));
    let pairs = ChannelPairs::left_right(&channels);
    assert_eq!(pairs.differences(&window), Err(expected.clone()));
    assert_eq!(pairs.ratios(&window), Err(expected.clone()));
    let grid = TopographicGrid::new(&channels, GridFill::Constant(0.0)).expect("known channels");
    assert_eq!(grid.compute(&window), Err(expected));
    let config =
        EegFeaturesConfig::new(SampleRate::from_hz(128.0).expect("a rate"), &channels, 256);
    let mut features = EegFeatures::new(&config).expect("a valid configuration");
    assert!(matches!(
        features.compute(&window),
        Err(EegError::Shape {
            rows: 5,
            expected_rows: 4,
            ..
        })
    ));
    let positions = channel_positions(&channels).expect("known channels");
    assert!(matches!(
        SpatialFilter::current_source_density_at(
            &["F3"],
            &positions,
            &SphericalSplineConfig::default()
        ),
        Err(EegError::Shape {
            rows: 4,
            expected_rows: 1,
            ..
        })
    ));
}

#[test]
fn places_that_are_none_are_refused() {
    let channels = ["a", "b", "c", "d", "e"];
    let good = arr2(&[
        [1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0],
        [0.0, 0.0, 1.0],
        [-1.0, 0.0, 0.0],
        [0.0, -1.0, 0.2],
    ]);
    let spline = SphericalSplineConfig::default();
    let both = |positions: &Array2<f64>| {
        let interpolation = SpatialFilter::interpolation_at(&channels, positions, &["e"], &spline);
        let density = SpatialFilter::current_source_density_at(&channels, positions, &spline);
        (interpolation, density)
    };
    let (interpolation, density) = both(&good);
    assert!(interpolation.is_ok() && density.is_ok());
    for hostile in [0.0, f64::NAN, f64::INFINITY, 1e200, 1e-200] {
        let mut positions = good.clone();
        positions.row_mut(1).mapv_inplace(|x| x * hostile);
        let (interpolation, density) = both(&positions);
        assert!(interpolation.is_err() && density.is_err(), "{hostile}");
    }
    let mut twice = good.clone();
    twice.row_mut(1).assign(&(2.0 * &good.row(0)));
    let (interpolation, density) = both(&twice);
    for filter in [interpolation, density] {
        assert!(matches!(filter, Err(EegError::CoincidentChannels { .. })));
    }
}
