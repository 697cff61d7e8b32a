"""All features of 32 channels of 4 s at 128 Hz beside antropy, mne-features, NumPy and mne-connectivity: time ratios.

    pip install numpy==2.4.6 scipy==1.17.1 antropy==0.2.3 mne==1.13.2 mne-features==0.3.2 mne-connectivity==0.9.0
    cargo build --release -p emo-eeg --example feature_windows
    python crates/emo-eeg/peers/compare_features.py [ROUNDS]

Run in the repository's root. Runs the example `feature_windows` and the peers in turn, ROUNDS times (default 3), and
prints the ratio of the best of each, set by set: how many times as much time of the processor the peer takes. All on one
thread; compiled functions of the peers are called once before. The window is `fixtures/emo-eeg/in_eeg32.npy`.
"""
import os
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"
warnings.filterwarnings("ignore")
import antropy as ant
import mne
import mne_features.univariate as mfu
import numpy as np
import scipy.integrate
import scipy.signal
import scipy.stats
from mne_connectivity import spectral_connectivity_epochs

mne.set_log_level("ERROR")
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3
FS = 128.0
EDGES = [1, 4, 8, 13, 30, 45]
X = np.ascontiguousarray(np.load("fixtures/emo-eeg/in_eeg32.npy"))
LEFT, RIGHT = np.arange(14), np.arange(14, 28)
FRONT, BACK = np.arange(13), np.arange(13, 26)


def power():
    f, p = scipy.signal.welch(X, FS, "hann", 256)
    bands = []
    for low, high in zip(EDGES, EDGES[1:]):
        keep = (f >= low) & (f < high)
        bands.append(scipy.integrate.simpson(p[:, keep], dx=f[1], axis=-1))
    return f, p, np.array(bands).T


def bands():
    p = power()[2]
    return p, p / p.sum(1, keepdims=True), 10 * np.log10(p)


def entropy():
    return 0.5 * np.log(2 * np.pi * np.e * power()[2])


def asymmetry():
    # Which channels are paired does not matter for the time.
    d, alpha = entropy(), power()[2][:, 2]
    return d[LEFT] - d[RIGHT], d[LEFT] / d[RIGHT], d[FRONT] - d[BACK], np.log(alpha[:3]) - np.log(alpha[3:6])


def of_time():
    mfu.compute_mean(X), mfu.compute_std(X), mfu.compute_skewness(X), mfu.compute_kurtosis(X)
    mfu.compute_ptp_amp(X), mfu.compute_line_length(X), mfu.compute_decorr_time(FS, X)
    ant.hjorth_params(X, sf=FS)
    teager = X[:, 1:-1] ** 2 - X[:, :-2] * X[:, 2:]
    teager.mean(1), teager.std(1, ddof=1)
    d = X - X.mean(1, keepdims=True)
    for _ in range(10):
        ant.num_zerocross(d)
        d = np.diff(d, axis=1)


def complexity():
    ant.petrosian_fd(X), ant.katz_fd(X)
    for x in X:
        ant.sample_entropy(x), ant.app_entropy(x), ant.perm_entropy(x, normalize=True)
        ant.svd_entropy(x, normalize=True), ant.higuchi_fd(x), ant.detrended_fluctuation(x)
        ant.lziv_complexity((x > np.median(x)).astype(int), normalize=True)
    mfu.compute_svd_fisher_info(X, tau=1, emb=3)


def spectrum():
    ant.spectral_entropy(X, FS, "welch", 256, normalize=True)
    mfu.compute_spect_edge_freq(FS, X, edge=[0.5, 0.95])
    f, p, b = power()
    keep = (f >= 2) & (f <= 40) & ((f < 7) | (f > 14))
    for row in p:
        scipy.stats.theilslopes(np.log(row[keep]), np.log(f[keep]))
    p[:, 60:90].sum(1) / p[:, 2:60].sum(1)
    b[:, 1] / b[:, 3], b[:, 3] / (b[:, 1] + b[:, 2])
    mfu.compute_wavelet_coef_energy(X)


def connectivity():
    # Segments of a second that overlap by half, as the bench has them.
    epochs = np.stack([X[:, start : start + 128] for start in range(0, 385, 64)])
    spectral_connectivity_epochs(epochs, method="wpli", mode="fourier", sfreq=FS, fmin=EDGES[:-1], fmax=EDGES[1:], faverage=True)


PEERS = {"bands": bands, "differentialentropy": entropy, "asymmetry": asymmetry, "time": of_time,
         "complexity": complexity, "spectrum": spectrum, "connectivity": connectivity}


def all_peers():
    for run in PEERS.values():
        run()


def ours(name, n_windows):
    """Seconds of the processor that N windows take in a process of their own."""
    program = Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "release/examples/feature_windows"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, name, str(n_windows)], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


best_theirs, best_ours = {}, {}
all_peers()
for _ in range(ROUNDS):
    for name, run in {**PEERS, "all": all_peers}.items():
        start = time.process_time()
        for _ in range(3):
            run()
        best_theirs[name] = min(best_theirs.get(name, np.inf), (time.process_time() - start) / 3)
        # What the start takes is taken off.
        n_windows = 100 if name in ("all", "complexity", "connectivity") else 1000
        own = (ours(name, n_windows + 1) - ours(name, 1)) / n_windows
        best_ours[name] = min(best_ours.get(name, np.inf), own)

print("| set | peers / ours |\n|---|---|")
for name, theirs in best_theirs.items():
    print(f"| {name} | {theirs / best_ours[name]:.0f} |")
print(f"\nall: {1e3 * best_ours['all']:.2f} ms here, {1e3 * best_theirs['all']:.1f} ms there", file=sys.stderr)
