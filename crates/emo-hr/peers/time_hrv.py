"""Times of `benches/hrv.rs` and of NeuroKit2, HeartPy and pyHRV on the same 5 min of intervals, in turn, single thread.

    cargo bench -p emo-hr --bench hrv --no-run
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MPLBACKEND=Agg python time_hrv.py TARGET [ROUNDS]

TARGET is the workspace's target folder, from which the newest build of the bench is taken. Both are timed several times in turn and the fastest run of each counts, because
another program on the machine only ever makes a run slower. Needs neurokit2 0.2.13, heartpy 1.2.7 and, unless its rows
are to be left out, pyhrv 0.5.0 with nolds 0.5.2.
"""
import contextlib
import io
import json
import subprocess
import sys
import time
import warnings
from pathlib import Path

import heartpy.analysis as hp
import neurokit2 as nk
import numpy as np

warnings.filterwarnings("ignore")
target = Path(sys.argv[1]).resolve()
built = [p for p in (target / "release/deps").glob("hrv-*") if not p.suffix]
executable = max(built, key=lambda p: p.stat().st_mtime).resolve()
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
folder = Path(__file__).resolve().parents[3] / "fixtures/emo-hr/hrv"
peaks = np.load(folder / "in_peaks_300s.npy").astype(int)
rr = np.diff(peaks).astype(float)
steps = np.abs(np.diff(rr))


def all_of_neurokit():
    nk.hrv_time(peaks, sampling_rate=1000)
    nk.hrv_frequency(peaks, sampling_rate=1000, interpolation_rate=4, normalize=False)
    nk.hrv_nonlinear(peaks, sampling_rate=1000)


PEERS = [
    ("all indices", "NeuroKit2", all_of_neurokit),
    ("time domain", "NeuroKit2", lambda: nk.hrv_time(peaks, sampling_rate=1000)),
    ("time domain", "HeartPy", lambda: hp.calc_ts_measures(rr, steps, steps**2, measures={}, working_data={})),
    ("frequency domain as NeuroKit2, 100 Hz", "NeuroKit2", lambda: nk.hrv_frequency(peaks, sampling_rate=1000)),
    ("frequency domain, 4 Hz", "NeuroKit2",
     lambda: nk.hrv_frequency(peaks, sampling_rate=1000, interpolation_rate=4, normalize=False)),
    ("respiration rate", "HeartPy", lambda: hp.calc_breathing(rr, measures={}, working_data={})),
]
try:
    import pyhrv.frequency_domain as fd
    import pyhrv.time_domain as td

    def time_of_pyhrv():
        for index in (td.nni_parameters, td.hr_parameters, td.nni_differences_parameters, td.sdnn, td.rmssd, td.sdsd,
                      td.nn50, td.nn20):
            index(rr)
        td.triangular_index(rr, plot=False)
        td.tinn(rr, plot=False)

    PEERS += [
        ("time domain", "pyHRV", time_of_pyhrv),
        ("frequency domain, 4 Hz", "pyHRV", lambda: fd.welch_psd(rr, mode="dev")),
    ]
except ImportError:
    print("pyHRV is not installed: its rows are left out", file=sys.stderr)


def fastest(run, budget=0.5):
    with contextlib.redirect_stdout(io.StringIO()):
        run()
        best, end = float("inf"), time.perf_counter() + budget
        while time.perf_counter() < end:
            begin = time.process_time()
            run()
            best = min(best, time.process_time() - begin)
    return best


def bench(name):
    """The fastest sample, in seconds."""
    group = "HRV of 300 s"
    short = ["--warm-up-time", "0.3", "--measurement-time", "1"]
    command = [executable, "--bench", "--exact", f"{group}/{name}", *short]
    subprocess.run(command, check=True, capture_output=True, cwd=target.parent)
    sample = json.loads((target / "criterion" / group / name.replace("/", "_") / "new" / "sample.json").read_text())
    return min(t / n for t, n in zip(sample["times"], sample["iters"])) * 1e-9


print("| indices of 300 s | µs | peer | peer, µs of CPU | ratio |\n|---|---|---|---|---|")
for name, peer, run in PEERS:
    runs = [(bench(name), fastest(run)) for _ in range(rounds)]
    ours, theirs = (min(column) for column in zip(*runs))
    print(f"| {name} | {ours * 1e6:.0f} | {peer} | {theirs * 1e6:.0f} | {theirs / ours:.0f} |", flush=True)
for name in ("entropies and dimensions", "fluctuation", "one beat of a stream, with its indices"):
    ours = min(bench(name) for _ in range(rounds))
    print(f"| {name} | {ours * 1e6:.2f} | | | |", flush=True)
