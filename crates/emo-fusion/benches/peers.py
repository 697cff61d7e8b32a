"""Times one window of everything in Python and in Rust, in turns, and prints the ratios.

    pip install librosa neurokit2 scipy opencv-python-headless onnxruntime pyedflib
    python3 crates/emo-fusion/benches/peers.py

The same chain on the same recordings (`fixtures/recordings`) and the same models (the default bundle), one thread,
files decoded beforehand: librosa (zero-crossing rate, RMS, MFCC), NeuroKit2 (ECG to heart rate), SciPy (band filters
and differential entropy), OpenCV (grey, resize) and ONNX Runtime (inference). Rust is the criterion bench `whole`.
Each side runs `ROUNDS` times, in turns; the figures are the medians over the rounds.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import re
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

import cv2
import librosa
import neurokit2
import numpy as np
import onnxruntime
import pyedflib
import scipy.signal

warnings.filterwarnings("ignore")
cv2.setNumThreads(1)

ROOT = Path(__file__).resolve().parents[3]
RECORDINGS = ROOT / "fixtures/recordings"
BUNDLE = ROOT / "crates/emo-pipeline/bundle"
ROUNDS = 3
BANDS = [(1, 4), (4, 8), (8, 14), (14, 31), (31, 45)]
CHANNELS = ["Fp1", "FPz", "Fp2", "F7", "F3", "Fz", "F4", "F8", "C4"]


def session(modality):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = onnxruntime.InferenceSession(
        str(BUNDLE / f"{modality}.onnx"), options, providers=["CPUExecutionProvider"]
    )
    return lambda features: model.run(None, {"input": features[None].astype(np.float32)})[0][0]


def read_edf(name):
    with pyedflib.EdfReader(str(RECORDINGS / name)) as file:
        labels = file.getSignalLabels()
        return labels, [file.readSignal(i) for i in range(len(labels))], file.getSampleFrequency(0)


ECG = read_edf("ecg.edf")
EEG = read_edf("eeg.edf")
SPEECH, SPEECH_RATE = librosa.load(RECORDINGS / "speech.wav", sr=None)
FACE = cv2.imread(str(RECORDINGS / "face.jpg"), cv2.IMREAD_COLOR)
MODELS = {modality: session(modality) for modality in ("hr", "eeg", "speech", "image")}
FILTERS = [scipy.signal.butter(4, band, "bandpass", fs=EEG[2], output="sos") for band in BANDS]
EEG_ROWS = np.stack([EEG[1][[label.split()[-1].lower() for label in EEG[0]].index(name.lower())] for name in CHANNELS])


def hr():
    signal, rate = ECG[1][0], int(ECG[2])
    clean = neurokit2.ecg_clean(signal, sampling_rate=rate)
    peaks = neurokit2.ecg_findpeaks(clean, sampling_rate=rate)["ECG_R_Peaks"]
    bpm = neurokit2.signal_rate(peaks, sampling_rate=rate, desired_length=len(signal))[::rate][-15:]
    return MODELS["hr"](((bpm - bpm.min()) / (bpm.max() - bpm.min()))[:, None])


def eeg():
    window = EEG_ROWS[:, -int(2 * EEG[2]):]
    variance = [scipy.signal.sosfiltfilt(sos, window, axis=1).var(axis=1) for sos in FILTERS]
    return MODELS["eeg"](0.5 * np.log(2 * np.pi * np.e * np.stack(variance, axis=1)))


def speech():
    start = int(0.6 * SPEECH_RATE)
    y = SPEECH[start:start + int(2.5 * SPEECH_RATE)]
    zcr = librosa.feature.zero_crossing_rate(y=y)
    rms = librosa.feature.rms(y=y)
    mfcc = librosa.feature.mfcc(y=y, sr=SPEECH_RATE)
    return MODELS["speech"](np.hstack([zcr.ravel(), rms.ravel(), mfcc.T.ravel()]))


def image():
    grey = cv2.cvtColor(FACE, cv2.COLOR_BGR2GRAY)
    return MODELS["image"](cv2.resize(grey, (48, 48), interpolation=cv2.INTER_AREA)[None] / 255.0)


def all_four():
    scores = np.stack([hr(), eeg(), speech(), image()])
    return np.average(scores, axis=0, weights=[1, 1, 1, 1])


CASES = {"hr": hr, "eeg": eeg, "speech": speech, "image": image, "all": all_four}


def python_times():
    times = {}
    for name, call in CASES.items():
        call()
        runs = []
        until = time.perf_counter() + 2
        while time.perf_counter() < until or len(runs) < 10:
            start = time.perf_counter()
            call()
            runs.append(time.perf_counter() - start)
        times[name] = statistics.median(runs) * 1e6
    return times


def rust_times():
    output = subprocess.run(
        ["cargo", "bench", "-q", "-p", "emo-fusion", "--bench", "whole", "--", "--measurement-time", "2"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout
    micros = {"ns": 1e-3, "µs": 1.0, "us": 1.0, "ms": 1e3}
    found = re.findall(r"recognize/(\w+)\s+time:\s+\[\S+ \S+ (\S+) (\S+) ", output)
    return {name: float(value) * micros[unit] for name, value, unit in found}


def main():
    rounds = [(rust_times(), python_times()) for _ in range(ROUNDS)]
    print("| window | Python, µs | emo-fusion, µs | ratio |\n|---|---:|---:|---:|")
    for name in CASES:
        rust = statistics.median(r[name] for r, _ in rounds)
        python = statistics.median(p[name] for _, p in rounds)
        print(f"| {name} | {python:.0f} | {rust:.0f} | {python / rust:.1f} |")


if __name__ == "__main__":
    sys.exit(main())
