"""Artefact subspace reconstruction beside asrpy 0.0.8, on synthetic EEG with artefacts.

    python compare_asr.py ASR_CLEAN [N_SEEDS [FIRST_SEED]]

ASR_CLEAN is the built example of that name. Per kind of artefact and per cutoff, over N_SEEDS (default 5) recordings from FIRST_SEED (0) on, of
two minutes of 16 channels at 250 Hz: signal-to-noise ratio where the artefacts are, before and after; correlation with the
clean signal further than a second from any artefact (mean and, because the fitted thresholds hang on rounding, median and
quartiles); the same of emo-eeg with asrpy's calibration; CPU time of calibration and cleaning, of one thread.
"""

import asrpy_scalars  # Before numpy.

import os
import resource
import subprocess
import sys
import tempfile
import time

import asrpy
import numpy as np
import scipy.signal as ss

RATE, SECONDS, REPEAT = 250, 120, 4
# Angles of 16 channels on a sphere: inclination from the crown, azimuth from the right ear, in degrees.
PLACES = {"Fp1": (90, 108), "Fp2": (90, 72), "F7": (90, 144), "F3": (60, 129), "Fz": (45, 90), "F4": (60, 51),
          "F8": (90, 36), "T7": (90, 180), "C3": (45, 180), "C4": (45, 0), "T8": (90, 0), "P3": (60, 231), "Pz": (45, 270),
          "P4": (60, 309), "O1": (90, 252), "O2": (90, 288)}
ANGLES = np.radians(np.array(list(PLACES.values()), dtype=float))
XYZ = np.stack([np.sin(ANGLES[:, 0]) * np.cos(ANGLES[:, 1]), np.sin(ANGLES[:, 0]) * np.sin(ANGLES[:, 1]),
                np.cos(ANGLES[:, 0])], axis=1)
N = len(PLACES)


def spread(at, width):
    """How a source beneath a place is seen by the channels."""
    return np.exp((XYZ @ (at / np.linalg.norm(at)) - 1) / width)


def brain(rng):
    """Sixty sources of 1/f noise whose strength drifts, one in four with bursts of alpha; 12 uV per channel."""
    n = RATE * SECONDS

    def drift(seconds):
        knots = np.arange(0, SECONDS + seconds, seconds)
        return np.interp(np.arange(n) / RATE, knots, rng.standard_normal(len(knots)))

    frequencies = np.fft.rfftfreq(n, 1 / RATE)
    signal = np.zeros((N, n))
    for k in range(60):
        spectrum = (rng.standard_normal(len(frequencies)) + 1j * rng.standard_normal(len(frequencies)))
        source = np.fft.irfft(spectrum / np.maximum(frequencies, 0.5), n)
        source /= source.std()
        if k % 4 == 0:
            carrier = np.sin(2 * np.pi * np.cumsum(10 + 0.3 * rng.standard_normal(n)) / RATE)
            source += np.abs(drift(1)) * carrier
        signal += np.outer(spread(rng.standard_normal(3), 0.2), source * np.exp(0.4 * drift(3)))
    signal += 0.2 * signal.std() * rng.standard_normal(signal.shape)
    signal = ss.sosfiltfilt(ss.butter(4, [0.5, 45], "bandpass", fs=RATE, output="sos"), signal)
    return 12 * signal / signal.std()


def artefact(kind, rng):
    """What is added, and where it is: per channel, where it is larger than 5 uV."""
    n = RATE * SECONDS
    added = np.zeros((N, n))
    time_ = np.arange(n) / RATE
    begin = 30.0
    while begin < SECONDS - 5:
        if kind == "blink":
            bell = np.exp(-0.5 * ((time_ - begin) / rng.uniform(0.06, 0.1)) ** 2)
            added += np.outer(spread(np.array([0, 1, -0.3]), 0.25), bell) * rng.uniform(150, 300)
        elif kind == "muscle":
            length = rng.uniform(0.5, 1.5)
            envelope = ((time_ > begin) & (time_ < begin + length)) * np.sin(np.pi * np.clip((time_ - begin) / length, 0, 1))
            noise = ss.sosfilt(ss.butter(4, [20, 45], "bandpass", fs=RATE, output="sos"), rng.standard_normal(n))
            at = np.array([rng.choice([-1, 1]), 0.2, -0.2])
            added += np.outer(spread(at, 0.15), envelope * noise / noise.std()) * rng.uniform(40, 100)
        else:
            step = (time_ >= begin) * np.exp(-np.maximum(time_ - begin, 0) / rng.uniform(0.1, 0.4))
            added[rng.integers(N)] += step * rng.choice([-1, 1]) * rng.uniform(200, 500)
        begin += rng.uniform(3, 6)
    added = ss.sosfiltfilt(ss.butter(2, 0.5, "highpass", fs=RATE, output="sos"), added)
    return added, np.abs(added) > 5


def theirs(signal, cutoff, folder):
    clean, _ = asrpy.clean_windows(signal, RATE, max_bad_chans=0.1)
    if (clean.shape[1] - 2) % 100 == 0:  # asrpy cannot cut such a length into blocks
        clean = clean[:, :-1]
    mixing, threshold = asrpy.asr_calibrate(clean, RATE, cutoff=cutoff)
    np.save(os.path.join(folder, "mixing.npy"), np.ascontiguousarray(mixing))
    np.save(os.path.join(folder, "threshold.npy"), np.ascontiguousarray(threshold))
    ahead = int(0.25 * RATE)
    padded = np.concatenate([signal, np.zeros((N, ahead))], axis=1)
    return asrpy.asr_process(padded, RATE, mixing, threshold)[:, ahead:]


def ours(program, signal, cutoff, folder, *matrices):
    source, target = os.path.join(folder, "in.npy"), os.path.join(folder, "out.npy")
    np.save(source, signal.astype(np.float32))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, source, target, str(RATE), str(cutoff), str(1 if matrices else REPEAT),
                    *(os.path.join(folder, name) for name in matrices)], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return np.load(target).astype(float), spent / REPEAT


def ratio(clean, x, where):
    return 10 * np.log10((clean[where] ** 2).mean() / ((x - clean)[where] ** 2).mean())


program, n_seeds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
first_seed = int(sys.argv[3]) if len(sys.argv) > 3 else 0
print("| artefact | cutoff | SNR before | after: asrpy | emo-eeg | emo-eeg, asrpy's calibration | correlation: asrpy | emo-eeg "
      "| emo-eeg, asrpy's calibration | CPU time asrpy : emo-eeg |")
print("|---|---|---|---|---|---|---|---|---|---|")
with tempfile.TemporaryDirectory() as folder:
    for kind in ("blink", "muscle", "pop"):
        for cutoff in (10, 20):
            rows = []
            for seed in range(first_seed, first_seed + n_seeds):
                rng = np.random.default_rng(seed)
                clean = brain(rng)
                added, where = artefact(kind, rng)
                signal = (clean + added).astype(np.float32).astype(float)
                begin = time.process_time()
                a = theirs(signal.copy(), cutoff, folder)
                spent_a = time.process_time() - begin
                b, spent_b = ours(program, signal, cutoff, folder)
                c, _ = ours(program, signal, cutoff, folder, "mixing.npy", "threshold.npy")
                far = ~(ss.fftconvolve(where.any(0).astype(float), np.ones(2 * RATE + 1), "same") > 0.5)
                correlation = [np.corrcoef(clean[:, far].ravel(), x[:, far].ravel())[0, 1] for x in (a, b, c)]
                rows.append([ratio(clean, x, where) for x in (signal, a, b, c)] + correlation + [spent_a / spent_b])
            mean, low, middle, high = np.mean(rows, axis=0), *np.quantile(rows, (0.25, 0.5, 0.75), axis=0)
            decibels = " | ".join(f"{x:.2f} dB" for x in mean[:4])
            correlations = " | ".join(f"{mean[k]:.4f} ({low[k]:.4f}, {middle[k]:.4f}, {high[k]:.4f})" for k in (4, 5, 6))
            print(f"| {kind} | {cutoff} | {decibels} | {correlations} | {middle[7]:.0f} |", flush=True)
