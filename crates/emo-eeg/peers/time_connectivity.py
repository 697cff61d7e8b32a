"""Times of `benches/connectivity.rs` and of MNE-Connectivity, one after the other for each, single thread.

    cargo bench -p emo-eeg --bench connectivity --no-run
    OMP_NUM_THREADS=1 python time_connectivity.py TARGET [ROUNDS]

TARGET is the workspace's target folder, from which the newest build of the bench is taken. Both are timed several times
in turn and the fastest run of each counts, because another program on the machine only ever makes a run slower. Both get
32 channels of ten seconds at 128 Hz, MNE-Connectivity as five epochs, and plan their transforms: the bench beforehand, the
peer in each call, which cannot take a plan. Needs mne-connectivity 0.9 and scipy 1.17.
"""
import json
import subprocess
import sys
import time
import warnings
from pathlib import Path

import mne
import numpy as np
import scipy.signal as ss
from mne_connectivity import envelope_correlation, spectral_connectivity_epochs

warnings.filterwarnings("ignore")
mne.set_log_level("ERROR")
target = Path(sys.argv[1])
built = [p for p in (target / "release/deps").glob("connectivity-*") if not p.suffix]
executable = max(built, key=lambda p: p.stat().st_mtime).resolve()
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
c, n = np.mgrid[:32, :1280]
x = (n * 7919 + c * n * n * 31) % 1009 - 500.0
epochs = x.reshape(32, 5, 256).transpose(1, 0, 2)
low, high = [1, 4, 8, 14, 31], [4, 8, 14, 31, 45]


def spectral(method, mode):
    return lambda: spectral_connectivity_epochs(epochs, method=method, mode=mode, sfreq=128, fmin=low, fmax=high, faverage=True)


def phase_locking():
    z = ss.hilbert(x)
    z /= np.abs(z)
    return np.abs(z @ z.conj().T) / z.shape[1]


PEERS = {
    "wpli, fourier": ("MNE-Connectivity", spectral("wpli", "fourier")),
    "wpli, multitaper": ("MNE-Connectivity", spectral("wpli", "multitaper")),
    "coherence, multitaper": ("MNE-Connectivity", spectral("coh", "multitaper")),
    "phase locking, broadband": ("SciPy and a product of matrices", phase_locking),
    "orthogonalized envelopes": ("MNE-Connectivity", lambda: envelope_correlation(x[None], orthogonalize="pairwise")),
}


def fastest(run, budget=1.0):
    run()
    best, end = float("inf"), time.perf_counter() + budget
    while time.perf_counter() < end:
        begin = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - begin)
    return best


def bench(name):
    """The fastest sample, in seconds."""
    subprocess.run([executable, "--bench", "--exact", "--warm-up-time", "0.2", "--measurement-time", "1", name], check=True,
                   capture_output=True, cwd=target.parent)
    sample = json.loads((target / "criterion" / name / "new" / "sample.json").read_text())
    return min(t / n for t, n in zip(sample["times"], sample["iters"])) * 1e-9


print("| what | ms | peer | its ms | ratio |\n|---|---|---|---|---|")
for name, (peer, run) in PEERS.items():
    runs = [(bench(name), fastest(run)) for _ in range(rounds)]
    ours, theirs = (min(column) for column in zip(*runs))
    print(f"| `{name}` | {ours * 1e3:.2f} | {peer} | {theirs * 1e3:.1f} | {theirs / ours:.1f} |", flush=True)
