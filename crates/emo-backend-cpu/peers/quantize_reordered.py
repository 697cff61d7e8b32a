#!/usr/bin/env python3
"""The row "eegnet int8 with the reordering pass": rewrites a network, quantizes what results, and compares decisions.

  quantize_reordered.py MODELS OUTPUT [--model eegnet] [--inspect COMMAND] [--ours COMMAND]

MODELS is the folder of the models (NAME.onnx, NAME.in.npy, NAME.out.npy, meta.json). The network goes through
`onnx_inspect optimize`, which lets EEGNet's two first filters change places, and then through ONNX Runtime's static
quantization with the settings of the reference files: QDQ, weights per channel, 8 bits with sign, minimum and maximum
of 32 inputs from seed 4242. OUTPUT gets NAME.onnx (the rewritten network), NAME.minmax.onnx and copies of the inputs
and outputs, so that it can be given to harnesses in the place of MODELS.

Printed are, over the 32 inputs of NAME.in.npy: the share of decisions that ONNX Runtime's int8 has in common with its
f32, and, with --ours (a program that speaks the line protocol of engine_worker), that of ours with ONNX Runtime's int8,
and the largest difference of their scores. Needs numpy, onnx and onnxruntime."""
import argparse
import json
import os
import shlex
import shutil
import subprocess

import numpy as np
import onnxruntime as ort
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.join(here, "..", "..", "..")
target = os.environ.get("CARGO_TARGET_DIR", os.path.join(root, "target"))
parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("models")
parser.add_argument("output")
parser.add_argument("--model", default="eegnet")
parser.add_argument("--inspect", default=os.path.join(target, "release/examples/onnx_inspect"))
parser.add_argument("--ours")
args = parser.parse_args()


def signals(shape, count, seed, correlation=0.8):
    """Calibration inputs as the reference files had them: coloured noise with heavy tails."""
    values = np.random.default_rng(seed).standard_normal([count] + list(shape[1:]))
    for t in range(1, values.shape[-1]):
        values[..., t] = correlation * values[..., t - 1] + np.sqrt(1 - correlation**2) * values[..., t]
    return (np.sign(values) * np.abs(values) ** 1.15).astype(np.float32)


class Inputs(CalibrationDataReader):
    def __init__(self, values):
        self.each = iter([{"input": values[i : i + 1]} for i in range(len(values))])

    def get_next(self):
        return next(self.each, None)


def outputs(path, values):
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, {"input": values[i : i + 1]})[0] for i in range(len(values))])


def answers(command, path, inputs):
    with subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        print(f"prep m {path} {inputs}\nout m", file=process.stdin, flush=True)
        process.stdout.readline()
        answer = json.loads(process.stdout.readline())
        process.stdin.close()
    return np.array(answer["out"])


os.makedirs(args.output, exist_ok=True)
with open(os.path.join(args.models, "meta.json")) as file:
    shape = json.load(file)[args.model]["shape"]
original, rewritten, prepared, quantized = (
    os.path.join(folder, args.model + suffix)
    for folder, suffix in (
        (args.models, ".onnx"), (args.output, ".onnx"), (args.output, ".pre.onnx"), (args.output, ".minmax.onnx")))
subprocess.run([*shlex.split(args.inspect), "optimize", original, rewritten], check=True)
quant_pre_process(rewritten, prepared, skip_symbolic_shape=True)
quantize_static(
    prepared, quantized, Inputs(signals(shape, 32, 4242)), quant_format=QuantFormat.QDQ, per_channel=True,
    weight_type=QuantType.QInt8, activation_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax)
os.remove(prepared)
for suffix in (".in.npy", ".out.npy"):
    shutil.copy(os.path.join(args.models, args.model + suffix), args.output)

inputs = os.path.join(args.output, args.model + ".in.npy")
values = np.load(inputs)
real, theirs = outputs(original, values), outputs(quantized, values)
agree = (real.argmax(1) == theirs.argmax(1)).mean()
print(f"ONNX Runtime: int8 decides as f32 on {agree:.2f}, rewritten f32 within {np.abs(outputs(rewritten, values) - real).max():.1e}")
if args.ours:
    ours = answers(args.ours, quantized, inputs).reshape(theirs.shape)
    agree = (ours.argmax(1) == theirs.argmax(1)).mean()
    print(f"ours: decides as ONNX Runtime's int8 on {agree:.2f}, scores within {np.abs(ours - theirs).max():.1e}")
