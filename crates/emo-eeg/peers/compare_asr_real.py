"""Artefact subspace reconstruction beside asrpy 0.0.8, on real recordings with added artefacts.

    python compare_asr_real.py ASR_CLEAN DATA [N_DRAWS [FIRST_DRAW [CUTOFFS]]]

ASR_CLEAN is the built example of that name; DATA holds `insight_relax_horror`, `muse_mental_state` and `twente_music`.
Clean EEG is what is left of a recording, after 0.5 to 45 Hz, without windows of 2 s above 150 uV from peak to peak or
50 uV from sample to sample, joined by cross-fades of a quarter of a second; of epochs, each trial. Pieces of 28 s and more get
blinks, muscles or pops from a quarter on, N_DRAWS (3) times. Both programs calibrate on what that gives. A case in which
emo-eeg has less than 60 clean windows is left out and counted. Prints, over recordings: signal-to-noise ratio where
artefacts are above 5 uV, correlation with the clean signal further than a second from any, and the paired differences of
emo-eeg by its default and by the best fit, with standard errors.
"""

import asrpy_scalars  # Before numpy.

import csv
import os
import subprocess
import sys
import tempfile

import asrpy
import asrpy.asr
import numpy as np
import scipy.signal as ss

fitted, fit_once = {}, asrpy.asr.fit_eeg_distribution


def fit(values, *args, **kwargs):
    """The fit does not hang on the cutoff."""
    key = np.asarray(values).tobytes(), repr(args), repr(kwargs)
    if key not in fitted:
        fitted[key] = fit_once(values, *args, **kwargs)
    return fitted[key]


asrpy.asr.fit_eeg_distribution = fit
# How strongly blinks and muscles of the left and right temple reach a channel.
CHANNELS = {"insight": ["AF3", "T7", "Pz", "T8", "AF4"], "muse": ["TP9", "AF7", "AF8", "TP10"]}
BLINK = {"AF3": 1, "AF4": 1, "AF7": 1, "AF8": 1, "T7": .25, "T8": .25, "TP9": .15, "TP10": .15, "Pz": .1, "Fp1": 1, "FPz": 1,
         "Fp2": 1, "F7": .55, "F8": .55, "F3": .5, "F4": .5, "Fz": .5, "C4": .2}
LEFT = {"AF3": .4, "T7": 1, "Pz": .1, "T8": .05, "AF4": .1, "TP9": 1, "AF7": .7, "AF8": .1, "TP10": .05, "Fp1": .4, "FPz": .2,
        "Fp2": .1, "F7": 1, "F3": .5, "Fz": .15, "F4": .1, "F8": .05, "C4": .05}
RIGHT = {"AF4": .4, "T8": 1, "Pz": .1, "T7": .05, "AF3": .1, "TP10": 1, "AF8": .7, "AF7": .1, "TP9": .05, "Fp2": .4, "FPz": .2,
         "Fp1": .1, "F8": 1, "F4": .5, "Fz": .15, "F3": .1, "F7": .05, "C4": .3}


def filtered(x, rate):
    x = ss.sosfiltfilt(ss.butter(4, [0.5, 45], "bandpass", fs=rate, output="sos"), x - x.mean(1, keepdims=True))
    return ss.filtfilt(*ss.iirnotch(50, 30, rate), x, axis=1)


def joined(parts, rate):
    n = rate // 4
    ramp = np.linspace(0, 1, n + 2)[1:-1]
    out = parts[0]
    for part in parts[1:]:
        middle = out[:, -n:] * np.sqrt(1 - ramp) + part[:, :n] * np.sqrt(ramp)
        out = np.concatenate([out[:, :-n], middle, part[:, n:]], axis=1)
    return out


def is_clean(x):
    return (np.ptp(x, axis=-1) < 150) & (np.abs(np.diff(x, axis=-1)).max(-1) < 50) & (x.std(-1) > 1)


def cut(x, rate, target):
    if x.shape[1] < 28 * rate:
        return []
    n = max(1, round(x.shape[1] / rate / target))
    return [x[:, i * (x.shape[1] // n):(i + 1) * (x.shape[1] // n)] for i in range(n)]


def pieces(data):
    """(name of the recording, rate, channels, clean samples)"""
    for device, folder, file, scale in (("insight", "insight_relax_horror", "signals_int16.npz", 0.25),
                                        ("muse", "muse_mental_state", "signals.npz", 1.0)):
        arrays = np.load(os.path.join(data, folder, file))
        for row in csv.DictReader(open(os.path.join(data, folder, "manifest.csv"))):
            x, rate = arrays[row["key"]].astype(float) * scale, int(float(row["fs_hz"]))
            if not np.isfinite(x).all() or x.shape[1] < 28 * rate or int(row.get("gaps_over_50ms") or 0):
                continue
            windows = filtered(x, rate)[:, :x.shape[1] // (2 * rate) * 2 * rate].reshape(len(x), -1, 2 * rate)
            good = is_clean(windows).all(0)
            edges = np.flatnonzero(np.diff(np.concatenate([[0], good, [0]])))
            runs = [windows[:, a:b].reshape(len(x), -1) for a, b in zip(edges[::2], edges[1::2])]
            for piece in cut(joined(runs, rate), rate, 75) if runs else []:
                yield f"{device} {row['key']}", rate, CHANNELS[device], piece
    arrays, trials = np.load(os.path.join(data, "twente_music", "epochs.npz")), {}
    for row in csv.DictReader(open(os.path.join(data, "twente_music", "manifest.csv"))):
        trials.setdefault((row["subject"], row["trial"]), []).append((int(row["fragment"]), int(row["index"])))
    for subject in ("S1", "S2"):
        runs = []
        for (of, _), fragments in trials.items():
            # Fragments of a trial overlap by a second.
            order = [arrays["epochs_uV"][i].astype(float) for _, i in sorted(fragments)]
            run = np.concatenate([order[0][:, :256]] + [x[:, 128:256] for x in order[1:]], axis=1)
            run -= run.mean(1, keepdims=True)
            if of == subject and is_clean(run).all():
                runs.append(run)
        for i, piece in enumerate(cut(joined(runs, 128), 128, 60) if runs else []):
            yield f"twente {subject}_{i}", 128, [str(c) for c in arrays["channels"]], piece


def artefacts(kind, rng, rate, names, n):
    time = np.arange(n) / rate
    added, begin = np.zeros((len(names), n)), 0.25 * time[-1]
    at = lambda weights: np.array([weights[c] for c in names])
    while begin < time[-1] - 2:
        if kind == "blink":
            bell = np.exp(-0.5 * ((time - begin) / rng.uniform(0.06, 0.1)) ** 2)
            added += np.outer(at(BLINK), bell) * rng.uniform(150, 300)
        elif kind == "muscle":
            length = rng.uniform(0.5, 1.5)
            envelope = ((time > begin) & (time < begin + length)) * np.sin(np.pi * np.clip((time - begin) / length, 0, 1))
            noise = ss.sosfilt(ss.butter(4, [20, 45], "bandpass", fs=rate, output="sos"), rng.standard_normal(n))
            side = LEFT if rng.random() < 0.5 else RIGHT
            added += np.outer(at(side), envelope * noise / noise.std()) * rng.uniform(40, 100)
        else:
            step = (time >= begin) * np.exp(-np.maximum(time - begin, 0) / rng.uniform(0.1, 0.4))
            added[rng.integers(len(names))] += step * rng.choice([-1, 1]) * rng.uniform(200, 500)
        begin += rng.uniform(3, 6)
    added = ss.sosfiltfilt(ss.butter(2, 0.5, "highpass", fs=rate, output="sos"), added)
    return added, np.abs(added) > 5


def theirs(x, rate, cutoffs):
    clean, _ = asrpy.clean_windows(x.copy(), rate, max_bad_chans=0.1)
    if (clean.shape[1] - 2) % 100 == 0:  # asrpy cannot cut such a length into blocks
        clean = clean[:, :-1]
    ahead, out = int(0.25 * rate), {}
    for cutoff in cutoffs:
        matrices = asrpy.asr_calibrate(clean.copy(), rate, cutoff=cutoff)
        padded = np.concatenate([x, np.zeros((len(x), ahead))], axis=1)
        out[cutoff] = asrpy.asr_process(padded, rate, *matrices)[:, ahead:]
    return out


def measures(clean, x, where, far):
    ratio = 10 * np.log10((clean[where] ** 2).mean() / ((x - clean)[where] ** 2).mean())
    return ratio, np.corrcoef(clean[:, far].ravel(), x[:, far].ravel())[0, 1]


program, data = sys.argv[1:3]
n_draws, first_draw = (int(sys.argv[k]) if len(sys.argv) > k else default for k, default in ((3, 3), (4, 0)))
cutoffs = [int(c) for c in (sys.argv[5] if len(sys.argv) > 5 else "10,20").split(",")]
cases, n_left_out, n_of = {}, 0, {}
with tempfile.TemporaryDirectory() as folder:
    source, target = os.path.join(folder, "in.npy"), os.path.join(folder, "out.npy")
    for recording, rate, names, clean in pieces(data):
        n_of[recording] = n_of.get(recording, -1) + 1
        for kind in ("blink", "muscle", "pop"):
            for draw in range(first_draw, first_draw + n_draws):
                rng = np.random.default_rng([draw, sum(map(ord, recording.replace(" ", ""))), n_of[recording]])
                added, where = artefacts(kind, rng, rate, names, clean.shape[1])
                x = (clean + added).astype(np.float32)
                far = ~(ss.fftconvolve(where.any(0).astype(float), np.ones(2 * rate + 1), "same") > 0.5)
                fitted.clear()
                np.save(source, np.ascontiguousarray(x))
                x, peers = x.astype(float), None
                for cutoff in cutoffs:
                    row = [measures(clean, x, where, far)]
                    try:
                        peers = peers or theirs(x, rate, cutoffs)
                        row.append(measures(clean, peers[cutoff], where, far))
                        for rule in ([], ["--median", "0"]):
                            subprocess.run([program, source, target, str(rate), str(cutoff), "1", *rule], check=True,
                                           capture_output=True)
                            row.append(measures(clean, np.load(target).astype(float), where, far))
                        cases.setdefault((kind, cutoff), {}).setdefault(recording, []).append(row)
                    except subprocess.CalledProcessError:
                        n_left_out += 1
print("| artefact | cutoff | recordings, draws | SNR before | after: asrpy | emo-eeg | difference | correlation: asrpy | emo-eeg "
      "| difference | best fit: SNR | correlation |")
print("|" + "---|" * 12)
for (kind, cutoff), of in cases.items():
    rows = np.array([np.mean(draws, axis=0) for draws in of.values()])
    before, peer, own, best = rows.mean(0)

    def difference(k):
        d = rows[:, k] - rows[:, 1]
        return list(zip(d.mean(0), d.std(0, ddof=1) / len(d) ** 0.5))

    (snr, snr_error), (corr, corr_error) = difference(2)
    (best_snr, best_snr_error), (best_corr, best_corr_error) = difference(3)
    print(f"| {kind} | {cutoff} | {len(rows)}, {sum(map(len, of.values()))} | {before[0]:.2f} dB | {peer[0]:.2f} dB | {own[0]:.2f} dB "
          f"| {snr:+.2f} ± {snr_error:.2f} dB | {peer[1]:.4f} | {own[1]:.4f} | {corr:+.4f} ± {corr_error:.4f} "
          f"| {best_snr:+.2f} ± {best_snr_error:.2f} dB | {best_corr:+.4f} ± {best_corr_error:.4f} |")
print(f"\n{n_left_out} cases left out.")
