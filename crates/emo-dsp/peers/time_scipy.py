"""Times of `benches/transforms.rs` and of SciPy and MNE-Python, one after the other for each, single thread.

    cargo bench -p emo-dsp --bench transforms --no-run
    OMP_NUM_THREADS=1 python time_scipy.py TARGET [ROUNDS]

TARGET is the workspace's target folder, from which the newest build of the bench is taken. Both are timed several times
in turn and the fastest run of each counts, because another program on the machine only ever makes a run slower. A peer
designs its filter beforehand where it can take one, as the bench does. Needs scipy 1.17 and mne 1.13.
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

warnings.filterwarnings("ignore")
mne.set_log_level("ERROR")
target = Path(sys.argv[1])
built = [p for p in (target / "release/deps").glob("transforms-*") if not p.suffix]
executable = max(built, key=lambda p: p.stat().st_mtime).resolve()
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
n = np.arange(1280)
x = (n * 7919 % 101) - 50.0 + np.sin(0.3 * n)
taps = mne.filter.create_filter(None, 128.0, 1, 40)
notch = ss.iirnotch(50, 30, fs=128)
hz = np.array([4, 6, 8, 10, 13, 20, 30, 40.0])
PEERS = {
    "welch": ("SciPy welch", lambda: ss.welch(x, 128, "hann", 256)),
    "welch, median": ("SciPy welch", lambda: ss.welch(x, 128, "hann", 256, average="median")),
    "multitaper": ("MNE psd_array_multitaper, with its tapers", lambda: mne.time_frequency.psd_array_multitaper(x, 128.0, bandwidth=4.0)),
    "multitaper, adaptive": ("MNE, with its tapers", lambda: mne.time_frequency.psd_array_multitaper(x, 128.0, bandwidth=4.0, adaptive=True)),
    "dpss": ("SciPy dpss", lambda: ss.windows.dpss(1280, 4.0, 7, return_ratios=True)),
    "stft": ("SciPy stft", lambda: ss.stft(x, 128, "hann", 128, 64)),
    "hilbert": ("SciPy hilbert", lambda: ss.hilbert(x)),
    "morlet": ("MNE tfr_array_morlet, with its wavelets", lambda: mne.time_frequency.tfr_array_morlet(x[None, None], 128, hz, n_cycles=hz / 2, output="power", zero_mean=True)),
    "fir, zero phase": ("MNE filter_data, without its design", lambda: mne.filter._overlap_add_filter(x[None], taps)),
    "fir, causal": ("SciPy lfilter", lambda: ss.lfilter(taps, 1.0, x)),
    "notch, filtfilt": ("SciPy filtfilt", lambda: ss.filtfilt(*notch, x)),
    "fir, design": ("MNE create_filter", lambda: mne.filter.create_filter(None, 128.0, 1, 40)),
    "resample_poly": ("SciPy resample_poly, with its design", lambda: ss.resample_poly(x, 25, 32)),
    "resample": ("SciPy resample", lambda: ss.resample(x, 1000)),
    "mne resample": ("MNE resample", lambda: mne.filter.resample(x, 100.0, 128.0)),
    "decimate": ("SciPy decimate, with its design", lambda: ss.decimate(x, 2)),
}
ALONE = ["fir stream, 16 samples", "polyphase stream, 16 samples"]


def fastest(run, budget=0.4):
    run()
    best, end = float("inf"), time.perf_counter() + budget
    while time.perf_counter() < end:
        begin = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - begin)
    return best


def bench(name):
    """The fastest sample, in seconds."""
    subprocess.run([executable, "--bench", "--exact", "--warm-up-time", "0.2", "--measurement-time", "0.5", name], check=True,
                   capture_output=True, cwd=target.parent)
    sample = json.loads((target / "criterion" / name / "new" / "sample.json").read_text())
    return min(t / n for t, n in zip(sample["times"], sample["iters"])) * 1e-9


print("| what | µs | peer | its µs | ratio |\n|---|---|---|---|---|")
for name, (peer, run) in PEERS.items():
    runs = [(bench(name), fastest(run)) for _ in range(rounds)]
    ours, theirs = (min(column) for column in zip(*runs))
    print(f"| `{name}` | {ours * 1e6:.1f} | {peer} | {theirs * 1e6:.0f} | {theirs / ours:.1f} |", flush=True)
for name in ALONE:
    ours = min(bench(name) for _ in range(rounds))
    print(f"| `{name}` | {ours * 1e6:.2f} | | | |", flush=True)
