"""CPU times of NeuroKit2 and of `examples/time_ecg.rs` on the first five minutes of MIT-BIH record 100, in turn.

    cargo build --release -p emo-hr --example time_ecg
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MPLBACKEND=Agg python time_neurokit.py TIME_ECG REFERENCE [ROUNDS]

TIME_ECG is the built example, REFERENCE the folder of reference recordings. Each round runs both; the fastest of each
counts, because another program on the machine only ever makes a run slower. Both are CPU times of one thread. The peers
clean and find beats (`ecg_clean`, `ecg_peaks`), ours also rates the quality; for "corrected, variability" the peers go on
with `signal_fixpeaks` (Kubios) and `hrv`, ours with the correction in the paper's form and all indices. Needs neurokit2 0.2.13 and ts2vg.
"""

import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import neurokit2 as nk
import numpy as np

RATE = 360
METHODS = ("neurokit", "pantompkins1985", "hamilton2002", "elgendi2010", "emrich2023")
warnings.filterwarnings("ignore")
program, reference = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
adc = np.load(reference / "ecg_mitdb100/mitdb100.npz")["adc"][: 300 * RATE, 0]
ecg = (adc.astype(np.float32) - np.float32(1024)) / np.float32(200)
wide = ecg.astype(float)


def beats(method):
    clean = nk.ecg_clean(wide, sampling_rate=RATE, method=method)
    return nk.ecg_peaks(clean, sampling_rate=RATE, method=method)[1]["ECG_R_Peaks"]


def variability(method):
    found = nk.signal_fixpeaks(beats(method), sampling_rate=RATE, method="Kubios")[1]
    return nk.hrv(np.asarray(found), sampling_rate=RATE)


TASKS = {"clean": lambda: nk.ecg_clean(wide, sampling_rate=RATE, method="neurokit")}
for name in METHODS:
    TASKS[name] = lambda name=name: beats(name)
    TASKS[f"{name}, corrected, variability"] = lambda name=name: variability(name)


def theirs(run, budget=1.0):
    """The fastest run, in microseconds."""
    run()
    best, end = float("inf"), time.perf_counter() + budget
    while time.perf_counter() < end:
        begin = time.process_time()
        run()
        best = min(best, time.process_time() - begin)
    return best * 1e6


def ours(path):
    lines = subprocess.run([program, path, str(RATE)], check=True, capture_output=True, text=True).stdout.splitlines()
    return {name: float(value) for name, value in (line.split("\t") for line in lines)}


best_ours, best_theirs = {}, {}
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "ecg.npy"
    np.save(path, ecg)
    for _ in range(rounds):
        for name, value in ours(path).items():
            best_ours[name] = min(value, best_ours.get(name, float("inf")))
        for name, run in TASKS.items():
            best_theirs[name] = min(theirs(run), best_theirs.get(name, float("inf")))
print("| five minutes of ECG | ours, µs | NeuroKit2, µs | ratio |\n|---|---:|---:|---:|")
for name, value in best_ours.items():
    peer = best_theirs.get(name)
    other = f"{peer:,.0f} | {peer / value:.1f}" if peer else "– | –"
    print(f"| {name} | {value:,.0f} | {other} |")
