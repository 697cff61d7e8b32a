#!/usr/bin/env python3
"""Quantizers side by side: the same models, the same calibration data, the same bits, one judge.

usage: compare.py MODELS [--bundle DIR] [--only NAME ...] [--n 128] [--work DIR]

MODELS is a folder of float ONNX files with one input and fixed random weights (`NAME.onnx` beside `NAME.in.npy`); for
these, calibration data and the data to judge with are seeded noise of the kind they were made for. DIR holds
`NAME.onnx`, `NAME.calibration.npy`, `NAME.validation.npy` and, if there are any, `NAME.labels.npy`.

Ours is the program of `cargo build --release -p emo-examples --example quantize`, taken from target/release/examples.
All results are run by ONNX Runtime; the figure is the ratio of signal to noise of the outputs in dB, on data that no
quantizer saw. pip install numpy onnx onnxruntime openvino nncf sympy
"""
import argparse, json, logging, os, subprocess, sys, time, warnings
import numpy as np, onnx, onnxruntime as ort
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
OURS = os.path.join(ROOT, "target", "release", "examples", "quantize")


def noise(shape, n, seed, rho=0.8):
    """As the models were made for: autoregressive along the last axis, unit variance, mildly heavy tails."""
    r = np.random.default_rng(seed)
    x = r.standard_normal([n] + list(shape[1:]))
    for t in range(1, x.shape[-1]):
        x[..., t] = rho * x[..., t - 1] + np.sqrt(1 - rho * rho) * x[..., t]
    return (np.sign(x) * np.abs(x) ** 1.15).astype(np.float32)


def session(path):
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(path, x):
    s = session(path)
    name, shape = s.get_inputs()[0].name, [d if isinstance(d, int) else 1 for d in s.get_inputs()[0].shape]
    return np.concatenate([s.run(None, {name: row.reshape(shape)})[0].reshape(1, -1) for row in x])


def sqnr(y, z):
    noise = float(((y.astype(np.float64) - z) ** 2).sum())
    return float("inf") if noise == 0 else 10 * np.log10(float((y.astype(np.float64) ** 2).sum()) / noise)


class Reader(CalibrationDataReader):
    def __init__(self, name, shape, x):
        self.rows = iter([{name: row.reshape(shape)} for row in x])

    def get_next(self):
        return next(self.rows, None)


def by_onnxruntime(source, x, work, name):
    """ONNX Runtime's static quantization after its own preprocessing, each method and both kinds of activations."""
    pre = os.path.join(work, name + ".pre.onnx")
    quant_pre_process(source, pre, skip_symbolic_shape=True)
    info = session(source).get_inputs()[0]
    shape = [d if isinstance(d, int) else 1 for d in info.shape]
    methods = {"minmax": CalibrationMethod.MinMax, "entropy": CalibrationMethod.Entropy, "percentile": CalibrationMethod.Percentile}
    for label, method in methods.items():
        for kind, activations in (("s8", QuantType.QInt8), ("u8", QuantType.QUInt8)):
            out = os.path.join(work, f"{name}.ort.{label}.{kind}.onnx")
            yield f"ort {label} {kind}", out, lambda out=out, method=method, activations=activations: quantize_static(
                pre, out, Reader(info.name, shape, x), quant_format=QuantFormat.QDQ, per_channel=True,
                activation_type=activations, weight_type=QuantType.QInt8, calibrate_method=method)


def by_nncf(source, x, work, name):
    """NNCF on the ONNX file: both presets, both bias corrections."""
    import nncf
    info = session(source).get_inputs()[0]
    shape = [d if isinstance(d, int) else 1 for d in info.shape]
    rows = [{info.name: row.reshape(shape)} for row in x]
    for preset in (nncf.QuantizationPreset.PERFORMANCE, nncf.QuantizationPreset.MIXED):
        for fast in (True, False):
            label = f"nncf {preset.name.lower()} {'fast' if fast else 'accurate'}"
            out = os.path.join(work, f"{name}.{label.replace(' ', '.')}.onnx")

            def make(out=out, preset=preset, fast=fast):
                model = onnx.load(source)
                quantized = nncf.quantize(model, nncf.Dataset(rows), preset=preset, fast_bias_correction=fast, subset_size=len(rows))
                onnx.save(quantized, out)

            yield label, out, make


def by_us(source, x, work, name):
    data = os.path.join(work, name + ".calibration.npy")
    np.save(data, x)
    settings = [("max", refinement) for refinement in ("plain", "rounding", "unequalized", "full")]
    settings += [(method, refinement) for method in ("percentile", "mse") for refinement in ("plain", "rounding")]
    for method, refinement in settings:
        label = f"ours {refinement}" if method == "max" else f"ours {method} {refinement}"
        options = ["--method", method, "--refinement", refinement]
        # Of the default, 99.99 %, the networks of many values lose too much.
        options += ["--percentile", "99.9999"] if method == "percentile" else []
        out = os.path.join(work, f"{name}.{label.replace(' ', '.')}.onnx")
        command = [OURS, source, "--calibration", data, "--out", out, "--json"] + options
        yield label, out, lambda command=command: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models")
    parser.add_argument("--bundle")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--n", type=int, default=128)
    parser.add_argument("--work", default="compare.out")
    parser.add_argument("--ours-only", action="store_true")
    parser.add_argument("--peers-only", action="store_true")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    jobs = []
    for entry in sorted(os.listdir(args.models)):
        name = entry[: -len(".onnx")]
        if entry.endswith(".onnx") and os.path.exists(os.path.join(args.models, name + ".in.npy")):
            source = os.path.join(args.models, entry)
            shape = session(source).get_inputs()[0].shape
            jobs.append((name, source, noise(shape, args.n, 2000), noise(shape, args.n, 3000), None))
    for entry in sorted(os.listdir(args.bundle)) if args.bundle else []:
        if entry.endswith(".onnx"):
            name, path = entry[: -len(".onnx")], lambda kind: os.path.join(args.bundle, f"{entry[:-5]}.{kind}.npy")
            labels = np.load(path("labels")) if os.path.exists(path("labels")) else None
            jobs.append(("bundle_" + name, os.path.join(args.bundle, entry), np.load(path("calibration")), np.load(path("validation")), labels))
    makers = (by_us,) if args.ours_only else (by_onnxruntime, by_nncf) if args.peers_only else (by_onnxruntime, by_nncf, by_us)
    table = {}
    for name, source, x, v, labels in jobs:
        if args.only and name not in args.only:
            continue
        y = run(source, v)
        size = os.path.getsize(source)
        rows = {}
        for maker in makers:
            for label, out, make in maker(source, x, args.work, name):
                start = time.time()
                try:
                    stdout = os.dup(1); null = os.open(os.devnull, os.O_WRONLY); os.dup2(null, 1); os.dup2(null, 1)
                    try:
                        make()
                    finally:
                        os.dup2(stdout, 1); os.close(stdout); os.close(null)
                    z = run(out, v)
                except Exception as error:
                    print(f"{name:14} {label:24} fails: {str(error)[:100]}", flush=True)
                    continue
                row = dict(sqnr=sqnr(y, z), ratio=size / os.path.getsize(out), agree=float((y.argmax(1) == z.argmax(1)).mean()), seconds=time.time() - start)
                if labels is not None:
                    row["accuracy"] = float((z.argmax(1) == labels).mean())
                    row["accuracy_float"] = float((y.argmax(1) == labels).mean())
                rows[label] = row
                accuracy = f" accuracy {row['accuracy']:.4f} of {row['accuracy_float']:.4f}" if labels is not None else ""
                print(f"{name:14} {label:24} {row['sqnr']:6.2f} dB  {row['ratio']:5.2f}x  agree {row['agree']:.3f}  {row['seconds']:6.1f} s{accuracy}", flush=True)
        table[name] = rows
    json.dump(table, open(os.path.join(args.work, "table.json"), "w"), indent=1)
    print("\n| model | ONNX Runtime, dB (best of 6) | NNCF, dB (best of 4) | ours, dB (best of 8) | size: ONNX Runtime | NNCF | ours |")
    print("|---|---|---|---|---:|---:|---:|")
    for name, rows in table.items():
        cells, sizes = [], []
        for prefix in ("ort", "nncf", "ours"):
            chosen = [(row["sqnr"], label[len(prefix) + 1:], row["ratio"]) for label, row in rows.items() if label.startswith(prefix)]
            sqnr_db, label, ratio = max(chosen) if chosen else (float("nan"), "–", float("nan"))
            cells.append(f"{sqnr_db:.1f} ({label})")
            sizes.append(f"{ratio:.2f}×")
        print(f"| {name} | " + " | ".join(cells + sizes) + " |")


if __name__ == "__main__":
    main()
