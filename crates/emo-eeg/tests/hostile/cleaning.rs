use emo_eeg::ndarray::{Array2, ArrayRef2, Axis};
use emo_eeg::{
    Asr, AsrConfig, BadChannelsConfig, BlinkRegression, BlinkRegressionConfig, CleanWindows,
    Detrend, EegError, EegFilter, EegFilterConfig, MissingChannels, Quality, QualityConfig,
    Rejection, RejectionConfig, RejectionReason, SampleRate, SpatialFilter, SphericalSplineConfig,
    bad_channels, detrend, judge_windows, last_window, rejections,
};

use crate::arrays::Case;
use crate::{Computation, Outcome};

/// Samples of a piece of a stream.
const PIECE_LEN: usize = 77;

pub(crate) fn computations() -> Vec<Computation> {
    let mut all = vec![
        Computation::new("EegFilter::zero_phase", |case, rate| {
            let filter = EegFilter::new(&EegFilterConfig::new(rate))?;
            filter.zero_phase(&case.window).map(flat)
        }),
        Computation::new("EegFilterStream", |case, rate| {
            let filter = EegFilter::new(&EegFilterConfig::new(rate))?;
            let mut stream = filter.stream(case.window.nrows())?;
            in_pieces(&case.window, |piece| stream.process(piece))
        }),
        Computation::new("detrend, mean", |case, _| {
            detrend(&case.window, Detrend::Constant).map(flat)
        }),
        Computation::new("detrend, line", |case, _| {
            detrend(&case.window, Detrend::Linear).map(flat)
        }),
        Computation::new("BlinkRegression::clean", |case, rate| {
            let regression = BlinkRegression::new(&BlinkRegressionConfig::new(rate))?;
            regression.clean(&case.window, &eyes(case)).map(flat)
        }),
        Computation::new("BlinkRegressionStream", |case, rate| {
            let regression = BlinkRegression::new(&BlinkRegressionConfig::new(rate))?;
            let mut stream = regression.stream(case.window.nrows())?;
            let eyes = eyes(case);
            let mut pieces = eyes.chunks(PIECE_LEN);
            let mut cleaned = in_pieces(&case.window, |piece| {
                stream.process(piece, pieces.next().unwrap_or_default())
            })?;
            cleaned.extend(stream.weights());
            Ok(cleaned)
        }),
        Computation::new("average reference", |case, _| {
            let none: [&str; 0] = [];
            apply(
                case,
                SpatialFilter::average_reference(&case.channels(), &none),
            )
        }),
        Computation::new("linked reference", |case, _| {
            apply(
                case,
                SpatialFilter::linked_reference(&case.channels(), &["F3", "F4"]),
            )
        }),
        Computation::new("bipolar channels", |case, _| {
            apply(
                case,
                SpatialFilter::bipolar(&case.channels(), &[("F3", "P4")]),
            )
        }),
        Computation::new("Laplacian", |case, _| {
            let neighbours: &[&str] = &["F4", "P3", "P4"];
            apply(
                case,
                SpatialFilter::laplacian(&case.channels(), &[("F3", neighbours)]),
            )
        }),
        Computation::new("interpolation", |case, _| {
            let bad = if case.window.nrows() > 4 {
                &["F3"][..]
            } else {
                &[]
            };
            let config = SphericalSplineConfig::default();
            apply(
                case,
                SpatialFilter::interpolation(&case.channels(), bad, &config),
            )
        }),
        Computation::new("current source density", |case, _| {
            let config = SphericalSplineConfig::default();
            apply(
                case,
                SpatialFilter::current_source_density(&case.channels(), &config),
            )
        }),
        Computation::new("SpatialFilter::select", |case, _| {
            let wanted = ["F4", "Cz", "Oz"];
            apply(
                case,
                SpatialFilter::select(&case.channels(), &wanted, MissingChannels::Interpolate),
            )
        }),
        Computation::new("Quality", |case, rate| {
            let mut config = QualityConfig::new(rate);
            (config.rail_uv, config.kurtosis) = (Some(1e3), Some(10.0));
            (config.step_uv, config.correlation) = (Some(50.0), Some(0.4));
            let quality = Quality::new(&config)?.compute(&case.window)?;
            let measures = quality.measures().iter().flat_map(|m| {
                let optional = [m.line_ratio.unwrap_or(0.0), m.correlation.unwrap_or(0.0)];
                let plain = [
                    m.flat,
                    m.railed,
                    m.amplitude_uv,
                    m.peak_to_peak_uv,
                    m.step_uv,
                    m.kurtosis,
                ];
                plain.into_iter().chain(optional)
            });
            let shares = quality
                .channels()
                .iter()
                .chain([&quality.mean()])
                .map(|&x| f64::from(x))
                .collect::<Vec<_>>();
            assert!(
                shares.iter().all(|share| (0.0..=1.0).contains(share)),
                "{shares:?}"
            );
            Ok(measures.chain(shares).collect())
        }),
        Computation::new("rejections", |case, _| {
            rejections(&RejectionConfig::default(), &case.window).map(|found| sizes(&found))
        }),
        Computation::new("bad_channels", |case, rate| {
            let verdicts = bad_channels(&BadChannelsConfig::new(rate), &case.window)?;
            Ok(verdicts
                .iter()
                // Where all others are alike, an outlier is infinitely far from them.
                .flat_map(|v| {
                    [v.deviation, v.noise.unwrap_or(0.0)]
                        .map(|x| x.clamp(f64::MIN, f64::MAX))
                        .into_iter()
                        .chain([v.uncorrelated])
                })
                .collect())
        }),
        Computation::new("CleanWindows", |case, rate| {
            let windows = CleanWindows::find(&AsrConfig::new(rate), &case.window)?;
            let share = windows.share();
            Ok(windows
                .keep(&case.window)?
                .iter()
                .map(|&x| f64::from(x))
                .chain([share])
                .collect())
        }),
        Computation::new("Asr::calibrate", |case, rate| {
            let asr = Asr::calibrate(&AsrConfig::new(rate), &case.window)?;
            asr.clean(&case.window).map(flat)
        }),
        Computation::new("Asr::calibrate_on_clean", |case, rate| {
            let asr = Asr::calibrate_on_clean(&AsrConfig::new(rate), &case.window)?;
            let cleaned = asr.clean(&case.window)?;
            let matrices = asr.mixing().iter().chain(asr.threshold()).copied();
            Ok(matrices.chain(flat(cleaned)).collect())
        }),
        Computation::new("AsrStream", |case, rate| {
            let mut stream = threshold_of(case, rate, 40.0)?.stream();
            in_pieces(&case.window, |piece| stream.process(piece))
        }),
        Computation::new("AsrStream, threshold of nothing", |case, rate| {
            let mut stream = threshold_of(case, rate, 0.0)?.stream();
            in_pieces(&case.window, |piece| stream.process(piece))
        }),
    ];
    let passing = [
        // Samples that are not finite are judged where they are: only windows are cut.
        Computation::new("last_window", |case, rate| {
            last_window(&case.window, rate, 0.5).map(|window| flat(window.to_owned()))
        }),
        // What is left at the end is not judged.
        Computation::new("judge_windows", |case, rate| {
            let judged = judge_windows(&RejectionConfig::default(), &case.window, rate, 1.0)?;
            Ok(judged
                .iter()
                .flat_map(|window| sizes(&window.rejections))
                .collect())
        }),
    ];
    all.extend(passing.map(|computation| Computation {
        passes_non_finite: true,
        ..computation
    }));
    all
}

fn flat(array: Array2<f32>) -> Vec<f64> {
    array.into_iter().map(f64::from).collect()
}

fn sizes(found: &[Rejection]) -> Vec<f64> {
    let size = |rejection: &Rejection| match rejection.reason {
        RejectionReason::PeakToPeak { uv, .. }
        | RejectionReason::Flat { uv, .. }
        | RejectionReason::Step { uv, .. } => uv,
        _ => 0.0,
    };
    found.iter().map(size).collect()
}

fn apply(case: &Case, filter: Result<SpatialFilter, EegError>) -> Outcome {
    filter?.apply(&case.window).map(flat)
}

fn eyes(case: &Case) -> Vec<f32> {
    match case.window.rows().into_iter().next() {
        Some(row) => row.to_vec(),
        None => vec![0.0; case.window.ncols()],
    }
}

fn threshold_of(case: &Case, rate: SampleRate, uv: f64) -> Result<Asr, EegError> {
    let n = case.window.nrows();
    Asr::from_matrices(
        &AsrConfig::new(rate),
        10.0 * Array2::<f64>::eye(n),
        uv * Array2::<f64>::eye(n),
    )
}

fn in_pieces(
    window: &Array2<f32>,
    mut process: impl FnMut(&mut ArrayRef2<f32>) -> Result<(), EegError>,
) -> Outcome {
    let mut window = window.clone();
    for mut piece in window.axis_chunks_iter_mut(Axis(1), PIECE_LEN) {
        process(&mut piece)?;
    }
    Ok(flat(window))
}
