#!/usr/bin/env python3
"""Time and memory of a whole static quantization, ours and ONNX Runtime's in turns.

usage: calibration.py MODEL.onnx [--n 1000] [--rounds 3] [--methods max,percentile,entropy]

The calibration data are seeded noise of the model's input shape. Each run is a process of its own, from reading the
model and the samples to the written file; the figures are the medians of its seconds and the largest of its resident
memory. Ours is the program of `cargo build --release -p emo-examples --example quantize`, with `--refinement plain`,
which does what ONNX Runtime does: ranges of activations, weights per channel rounded to the nearest. It also compares
the outcome with the original, layer by layer, which ONNX Runtime does not: that is given four samples.
pip install numpy onnx onnxruntime sympy
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = os.path.join(HERE, "..", "..", "..", "target", "release", "examples", "quantize")
THEIRS = {"max": "MinMax", "percentile": "Percentile", "entropy": "Entropy"}


def by_onnxruntime(model, data, method, out):
    """The worker: quantizes and ends."""
    import onnxruntime as ort
    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self, name, rows):
            self.rows = iter([{name: row[None]} for row in rows])

        def get_next(self):
            return next(self.rows, None)

    pre = out + ".pre.onnx"
    quant_pre_process(model, pre, skip_symbolic_shape=True)
    name = ort.InferenceSession(model, providers=["CPUExecutionProvider"]).get_inputs()[0].name
    quantize_static(pre, out, Reader(name, np.load(data)), quant_format=QuantFormat.QDQ, per_channel=True,
                    activation_type=QuantType.QInt8, weight_type=QuantType.QInt8,
                    calibrate_method=getattr(CalibrationMethod, method))


def measure(command):
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed with status {status}")
    return time.monotonic() - start, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("model")
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--methods", default="max,percentile,entropy")
    args = parser.parse_args()
    import onnx
    dims = onnx.load(args.model).graph.input[0].type.tensor_type.shape.dim
    shape = [args.n] + [dim.dim_value or 1 for dim in dims][1:]
    with tempfile.TemporaryDirectory() as work:
        data = os.path.join(work, "x.npy")
        np.save(data, np.random.default_rng(1).standard_normal(shape).astype(np.float32))
        few = os.path.join(work, "few.npy")
        np.save(few, np.load(data)[:4])
        out = os.path.join(work, "q.onnx")
        for method in args.methods.split(","):
            ours, theirs = [], []
            for _ in range(args.rounds):
                ours.append(measure([OURS, args.model, "--calibration", data, "--validation", few, "--method", method, "--refinement",
                                     "plain", "--out", out, "--json"]))
                theirs.append(measure([sys.executable, __file__, "--worker", args.model, data, THEIRS[method], out]))
            time_of = lambda runs: statistics.median(seconds for seconds, _ in runs)
            memory_of = lambda runs: max(mebibytes for _, mebibytes in runs)
            print(f"{method:11} ours {time_of(ours):7.2f} s {memory_of(ours):7.1f} MiB   "
                  f"ONNX Runtime {time_of(theirs):7.2f} s {memory_of(theirs):7.1f} MiB   "
                  f"ratio {time_of(ours) / time_of(theirs):.2f} of the time, "
                  f"{memory_of(ours) / memory_of(theirs):.2f} of the memory", flush=True)


if sys.argv[1:2] == ["--worker"]:
    by_onnxruntime(*sys.argv[2:])
else:
    main()
