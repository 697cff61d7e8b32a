#!/usr/bin/env python3
"""Calibration and validation data for the bundled models, as `compare.py --bundle` reads them.

usage: bundle_data.py DATA BUNDLE OUT

DATA holds the labelled recordings that the models were trained on, BUNDLE the models. Calibration: 200 samples of the
training split; judged on the test split. Features are as in emo-train: pictures of 0 to 1, heart rate scaled to its
window, differential entropy of five bands by SciPy; those of speech are computed by the program of
`cargo build --release -p emo-examples --example extract`.
pip install numpy scipy
"""
import csv, os, shutil, subprocess, sys
import numpy as np
from scipy.signal import butter, sosfiltfilt

DATA, BUNDLE, OUT = sys.argv[1:4]
CLASSES = ["happy", "calm", "sad", "angry"]
os.makedirs(OUT, exist_ok=True)


def rows(path):
    with open(os.path.join(DATA, path)) as file:
        return list(csv.DictReader(file))


def save(name, x, labels, splits):
    x, labels, splits = np.asarray(x, np.float32), np.asarray(labels), np.asarray(splits)
    train = np.flatnonzero(splits == "train")
    test = np.flatnonzero(splits == "test")
    chosen = np.random.default_rng(1).permutation(train)[:200]
    np.save(os.path.join(OUT, f"{name}.calibration.npy"), x[chosen])
    np.save(os.path.join(OUT, f"{name}.validation.npy"), x[test])
    np.save(os.path.join(OUT, f"{name}.labels.npy"), labels[test].astype(np.int64))
    shutil.copy(os.path.join(BUNDLE, f"{name}.onnx"), os.path.join(OUT, f"{name}.onnx"))
    print(name, x[chosen].shape, x[test].shape)


faces = np.load(os.path.join(DATA, "face/ferplus/images.npz"))["images"]
entries = [row for row in rows("face/ferplus/manifest.csv") if row["label4"] in CLASSES]
save("image", [faces[int(row["index"])][None] / 255.0 for row in entries],
     [CLASSES.index(row["label4"]) for row in entries], [row["split"] for row in entries])

series = {}
for row in rows("hr/walking_watch/hr_1hz.csv"):
    series.setdefault(row["segment"], []).append(float(row["hr_bpm"]))
x, labels, splits = [], [], []
for row in rows("hr/walking_watch/manifest.csv"):
    rates = np.array(series.get(row["segment"], []))
    step = 3 if row["split"] == "train" else 15
    for start in range(0, len(rates) - 14, step):
        window = rates[start:start + 15]
        if row["label4"] in CLASSES and np.ptp(window) > 0:
            x.append(((window - window.min()) / np.ptp(window))[:, None])
            labels.append(CLASSES.index(row["label4"]))
            splits.append(row["split"])
save("hr", x, labels, splits)

epochs = np.load(os.path.join(DATA, "eeg/twente_music/epochs.npz"))
bands = [(1, 4), (4, 8), (8, 14), (14, 31), (31, 45)]
filters = [butter(4, band, "bandpass", fs=float(epochs["fs"]), output="sos") for band in bands]
entries = [row for row in rows("eeg/twente_music/manifest.csv") if row["label4"] in CLASSES]
x = []
for row in entries:
    epoch = epochs["epochs_uV"][int(row["index"])][:, :256].astype(np.float64)
    variances = np.stack([sosfiltfilt(sos, epoch, axis=1).var(axis=1) for sos in filters], axis=1)
    x.append(0.5 * np.log(2 * np.pi * np.e * variances))
save("eeg", x, [CLASSES.index(row["label4"]) for row in entries], [row["split"] for row in entries])

extract = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "target/release/examples/extract")
x, labels, splits = [], [], []
for corpus in ("ravdess", "emodb4"):
    entries = [row for row in rows(f"speech/{corpus}/manifest.csv") if row["label4"] in CLASSES]
    files = [os.path.join(DATA, "speech", corpus, row["file"]) for row in entries]
    features = os.path.join(OUT, f"speech.{corpus}.npy")
    subprocess.run([extract, "speech", *files, "--out", features], check=True, stderr=subprocess.DEVNULL)
    x.extend(np.load(features))
    assert len(np.load(features)) == len(entries), f"some files of {corpus} could not be read"
    labels += [CLASSES.index(row["label4"]) for row in entries]
    splits += [row["split"] for row in entries]
save("speech", x, labels, splits)
