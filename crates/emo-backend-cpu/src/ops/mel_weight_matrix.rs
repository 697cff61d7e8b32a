use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, windows::converted};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "MelWeightMatrix",
    inputs: 5..=5,
    attributes: &["output_datatype"],
    lower,
    ..Operator::ANY_TYPE
};

/// As ONNX defines it: the edges of the triangles are bins of the spectrum, and they are spread over one step more of
/// the mel scale than there are triangles and edges.
fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let count = |index, what| context.extent(what, context.number(index)?);
    let (n_mels, dft_len) = (count(0, "num_mel_bins")?, count(1, "dft_length")?);
    let sample_rate = count(2, "sample_rate")?;
    let (lower, upper) = (context.number::<f64>(3)?, context.number::<f64>(4)?);
    let n_bins = dft_len / 2 + 1;
    let shape = vec![n_bins, n_mels];
    context.check_memory("the matrix", &[n_bins, n_mels, 2])?;
    context.check_memory("the edges", &[n_mels, 4])?;
    let (low, high) = (mel(lower), mel(upper));
    let step = (high - low) / (n_mels + 2) as f64;
    let edge = |index: usize| {
        let hertz = 700.0 * (10_f64.powf((low + index as f64 * step) / 2595.0) - 1.0);
        let bin = ((dft_len as f64 + 1.0) * hertz / sample_rate as f64).floor();
        // NaN is within no range.
        (0.0..n_bins as f64).contains(&bin).then_some(bin as usize)
    };
    let edges: Option<Vec<usize>> = (0..n_mels + 2).map(edge).collect();
    let edges = edges.filter(|edges| edges.is_sorted()).ok_or_else(|| {
        context.malformed(format!(
            "{n_mels} bands from {lower} to {upper} Hz in {n_bins} bins at a sample rate of {sample_rate}"
        ))
    })?;
    let mut matrix = vec![0.0; n_bins * n_mels];
    for (mel, edges) in edges.windows(3).enumerate() {
        let (left, centre, right) = (edges[0], edges[1], edges[2]);
        matrix[centre * n_mels + mel] = 1.0;
        for bin in left..centre {
            matrix[bin * n_mels + mel] = (bin - left) as f64 / (centre - left) as f64;
        }
        for bin in centre..right {
            matrix[bin * n_mels + mel] = (right - bin) as f64 / (right - centre) as f64;
        }
    }
    converted(context, shape, matrix)
}

fn mel(hertz: f64) -> f64 {
    2595.0 * (1.0 + hertz / 700.0).log10()
}
