use std::error::Error;

use clap::ValueEnum;
use emo_fusion::{
    quant::{
        Format, Granularity, MaxPercentileConfig, Method, PercentileConfig, Precision, QuantScheme,
        QuantizeConfig, Refinement, Symmetry,
    },
    tensor::ElementType,
};

use crate::Args;

/// How ranges are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MethodName {
    Max,
    MovingAverage,
    Percentile,
    MaxPercentile,
    Entropy,
    Mse,
    Aciq,
    /// All of these, and the other settings, ranked by efficiency.
    Search,
}

/// How much is done beyond calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RefinementName {
    /// Nothing.
    Plain,
    /// Weights are rounded adaptively, biases corrected.
    Rounding,
    /// Ranges are searched as well.
    Unequalized,
    /// Scales are moved between layers as well.
    Full,
}

/// The method with the settings of the command line; that of the default for `search`, which goes through all.
pub(crate) fn method(args: &Args) -> Method {
    let named = args
        .method
        .to_possible_value()
        .and_then(|value| value.get_name().parse::<Method>().ok());
    match (named, args.method) {
        (_, MethodName::Percentile) => {
            let mut config = PercentileConfig::new();
            config.percentile = args.percentile.unwrap_or(config.percentile);
            Method::Percentile(config)
        }
        (_, MethodName::MaxPercentile) => {
            let mut config = MaxPercentileConfig::new();
            config.percentile = args.percentile.unwrap_or(config.percentile);
            config.top_ratio = args.top_k.unwrap_or(config.top_ratio);
            Method::MaxPercentile(config)
        }
        (Some(method), _) => method,
        (None, _) => Method::Max,
    }
}

/// The quantizer's settings.
pub(crate) fn config(args: &Args) -> Result<QuantizeConfig, Box<dyn Error>> {
    let refinement = match args.refinement {
        RefinementName::Plain => Refinement::Plain,
        RefinementName::Rounding => Refinement::Rounding,
        RefinementName::Unequalized => Refinement::Unequalized,
        RefinementName::Full => Refinement::Full,
    };
    let mut config = refinement.of(&QuantizeConfig::default());
    config.method = method(args);
    config.exclude.extend(args.exclude.iter().cloned());
    let element_type = match args.bits {
        8 => ElementType::I8,
        4 => ElementType::I4,
        bits => return Err(format!("--bits is {bits}, must be 8 or 4").into()),
    };
    config.weights = QuantScheme::new(element_type, Symmetry::Symmetric)?;
    if args.per_tensor {
        config.granularity = Granularity::PerTensor;
    }
    if args.symmetric {
        config.activations = QuantScheme::I8;
    }
    if args.qoperator {
        config.format = Format::QOperator;
    }
    if args.weight_only {
        let granularity = args.block.map_or(config.granularity, Granularity::Blocks);
        config.precision = Precision::WeightOnly(config.weights, granularity);
    }
    Ok(config)
}
