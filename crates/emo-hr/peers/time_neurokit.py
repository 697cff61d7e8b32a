"""CPU times of NeuroKit2 and of `examples/time_ecg.rs` on the first five minutes of MIT-BIH record 100, in turn.

    cargo build --release -p emo-hr --example time_ecg
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MPLBACKEND=Agg python time_neurokit.py TIME_ECG REFERENCE [ROUNDS]

TIME_ECG is the built example, REFERENCE the folder of reference recordings. Each round runs both; the fastest of each
counts, because another program on the machine only ever makes a run slower. Both are CPU times of one thread.

The tasks: cleaning (`ecg_clean`); cleaning and beats where the peer marks them (`ecg_clean`, `ecg_peaks`); the same with
what we do by default, the lead turned upright and beats placed between samples, which the peer does not; with the
quality, of which the peer's is apart and not timed; and on to variability, for which the peer goes on with
`signal_fixpeaks` (Kubios) and `hrv`, ours with the correction in the paper's form and all indices. Needs neurokit2 0.2.13
and, unless its rows are to have no peer, ts2vg.
"""

import importlib.util
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import neurokit2 as nk
import numpy as np

RATE = 360
METHODS = ["neurokit", "pantompkins1985", "hamilton2002", "elgendi2010"]
if importlib.util.find_spec("ts2vg"):
    METHODS.append("emrich2023")
warnings.filterwarnings("ignore")
program, reference = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
adc = np.load(reference / "ecg_mitdb100/mitdb100.npz")["adc"][: 300 * RATE, 0]
ecg = (adc.astype(np.float32) - np.float32(1024)) / np.float32(200)
wide = ecg.astype(float)


def clean(method):
    return nk.ecg_clean(wide, sampling_rate=RATE, method=method)


def beats(method):
    return nk.ecg_peaks(clean(method), sampling_rate=RATE, method=method)[1]["ECG_R_Peaks"]


def variability(method):
    found = nk.signal_fixpeaks(beats(method), sampling_rate=RATE, method="Kubios")[1]
    return nk.hrv(np.asarray(found), sampling_rate=RATE)


TASKS = {}
for name in METHODS:
    TASKS[name, "clean"] = lambda name=name: clean(name)
    for task in ("beats as the peer marks them", "beats", "beats and quality"):
        TASKS[name, task] = lambda name=name: beats(name)
    TASKS[name, "beats to variability"] = lambda name=name: variability(name)


def theirs(run, budget=0.5):
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
    return {(method, task): float(value) for method, task, value in (line.split("\t") for line in lines)}


best_ours, best_theirs = {}, {}
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "ecg.npy"
    np.save(path, ecg)
    for _ in range(rounds):
        for key, value in ours(path).items():
            best_ours[key] = min(value, best_ours.get(key, float("inf")))
        for key, run in TASKS.items():
            best_theirs[key] = min(theirs(run), best_theirs.get(key, float("inf")))
print("| five minutes of ECG | | ours, µs | NeuroKit2, µs | ratio |\n|---|---|---:|---:|---:|")
for (method, task), value in best_ours.items():
    peer = best_theirs.get((method, task))
    other = f"{peer:,.0f} | {peer / value:.1f}" if peer else "– | –"
    print(f"| {method} | {task} | {value:,.0f} | {other} |")
