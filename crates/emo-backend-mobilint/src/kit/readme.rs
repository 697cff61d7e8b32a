//! What a kit says of itself.

use super::{CompileKit, CompilerVersion, Processor, SampleLayout};
use crate::CalibrationMode;

/// The text of a kit's `README.md`.
pub(super) fn text(kit: &CompileKit, n_samples: usize) -> String {
    let config = &kit.config;
    let (version, target) = (config.compiler, &config.target);
    let wheel = match version {
        CompilerVersion::V0_12 => "`qubee` or `qbcompiler`",
        _ => "`qbcompiler`",
    };
    let input = &kit.prepared.input;
    let layout = match config.layout {
        SampleLayout::Hwc => format!(
            "`[height, width, channels]` = `{:?}`, made of the model's `{:?}` by the order of axes `{:?}`",
            kit.input_hwc.shape, input.shape, kit.input_hwc.axes
        ),
        SampleLayout::Model => format!(
            "the model's own layout, `{:?}`; the compiler is told to leave on the CPU what the NPU cannot compute",
            input.shape
        ),
    };
    let mut text = format!(
        "# Compile kit for {target}\n\n\
         For version {version} of Mobilint's compiler ({wheel}), which is to be had from the vendor. Other versions have \
         other names and numbers for the same settings, and some ignore what they do not know: `compile.py` stops if \
         another one is installed.\n\n\
         ```\npython3 compile.py\n```\n\n\
         writes `model.mxq` into this folder. It needs nothing but the compiler; with the vendor's runtime \
         (`pip install mobilint-qb-runtime`) beside it, it also checks the shapes of what was compiled.\n\n\
         | file | what it is |\n|---|---|\n\
         | `model.onnx` | the model in operator set 13, with a batch of 1 and fixed shapes |\n\
         | `calibration/*.npy` | {n_samples} samples, `float32`, in {layout} |\n\
         | `calibration.txt` | their paths, one a line |\n\
         | `compile.py` | starts the compiler |\n\
         | `runtime.json` | what goes into and comes out of `model.mxq` |\n\n\
         Quantization: {}.\n",
        config.quantization
    );
    if n_samples < 100 {
        text.push_str(&format!(
            "\nThe vendor advises 100 to 128 samples; {n_samples} may say too little about the ranges.\n"
        ));
    }
    if input.shape.len() < 4 {
        text.push_str(
            "\nThe model's input has fewer than four axes, and the vendor does not say how they become height, width \
             and channels. If the compiler prints another input shape than the one above, write the kit anew with \
             the other layout or other channels.\n",
        );
    }
    if let CalibrationMode::Histogram(_) = config.quantization.mode
        && version >= CompilerVersion::V1_1
    {
        text.push_str(
            "\nThe names of the histogram's settings are not published. `compile.py` looks for them in the installed \
             compiler, and stops if they are not there.\n",
        );
    }
    if !kit.host.is_empty() {
        text.push_str(
            "\nThe model's standardizer is left to the application: it computes `on_host` in `runtime.json` with its \
             input, step by step, before the NPU gets it. The calibration samples have been through it.\n",
        );
    }
    if kit.npu_standardizes {
        text.push_str(
            "\nThe model begins with a standardizer, and the NPU takes its input in 8 bits before that. If features of \
             very different size stand side by side in it, write the kit with the standardizer on the host.\n",
        );
    }
    if !kit.prepared.on_cpu.is_empty() {
        text.push_str(&format!(
            "\nNot among the NPU's operators: {}.\n",
            kit.prepared.on_cpu.join(", ")
        ));
    }
    if config.processor == Processor::Gpu {
        text.push_str(
            "\nThe compiler is told to compute on a CUDA GPU (`device` in `compile.py`).\n",
        );
    }
    text
}
