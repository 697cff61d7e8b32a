"""Sets this crate's prosody beside Praat and librosa.

    pip install praat-parselmouth==0.4.7 librosa==0.11.0
    cargo build --release -p emo-speech --example prosody
    OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 python praat.py PROGRAM FOLDER [N]

FOLDER holds recordings with names as in RAVDESS, in which the last field is the speaker, of 24. Of the sorted files,
number 24 k + (k mod 24) is taken for k = 0 … N - 1 (default 60): with the 1440 of RAVDESS every emotion, and 2 or 3
clips of each speaker. Prints Markdown tables: Pearson's correlation of each measure over the recordings and of the
tracks over their frames, and the times of both sides, run one after the other.

    python praat.py --fixture FILE.wav OUT.npy

writes the values that Praat has for one recording, in the order of PROSODY_NAMES, NaN where it has none.
"""

import json
import pathlib
import subprocess
import sys
import time

import numpy as np
import parselmouth
import soundfile
from parselmouth.praat import call

SECONDS = {}


def timed(part, run):
    """The fastest of three, as on the other side: the machine may have other work."""
    seconds = []
    for _ in range(3):
        start = time.process_time()
        result = run()
        seconds.append(time.process_time() - start)
    SECONDS[part] = SECONDS.get(part, 0.0) + min(seconds)
    return result


def statistics(x):
    return (np.mean(x), np.std(x, ddof=1)) if len(x) > 1 else (np.mean(x) if len(x) else 0.0, 0.0)


def praat(samples, rate):
    sound = parselmouth.Sound(samples, rate)
    duration = sound.get_total_duration()
    pitch = timed("pitch", lambda: call(sound, "To Pitch (ac)", 0.01, 75, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, 500))
    points = timed("pulses", lambda: call([sound, pitch], "To PointProcess (cc)"))
    limits = (0, 0, 0.0001, 0.02, 1.3)

    def perturbations():
        return [call(points, f"Get jitter ({k})", *limits) for k in ("local", "rap", "ppq5")] + [
            call([sound, points], f"Get shimmer ({k})", *limits, 1.6) for k in ("local", "local_dB", "apq3", "apq5")
        ]

    perturbation = timed("jitter and shimmer", perturbations)
    harmonicity = timed("harmonicity", lambda: call(sound, "To Harmonicity (cc)", 0.01, 75, 0.1, 1.0))
    formants = timed("formants", lambda: call(sound, "To Formant (burg)", 0.01, 5, 5500, 0.025, 50))
    intensity = timed("intensity", lambda: call(sound, "To Intensity", 75, 0.01, "yes"))

    f0 = pitch.selected_array["frequency"]
    voiced = f0[f0 > 0]
    values = dict(zip(["jitter_local", "jitter_rap", "jitter_ppq5", "shimmer_local", "shimmer_local_db", "shimmer_apq3", "shimmer_apq5"], perturbation))
    values["f0_mean_hz"] = call(pitch, "Get mean", 0, 0, "Hertz")
    values["f0_std_hz"] = call(pitch, "Get standard deviation", 0, 0, "Hertz")
    for name, share in (("p20", 0.2), ("median", 0.5), ("p80", 0.8)):
        values[f"f0_{name}_hz"] = call(pitch, "Get quantile", 0, 0, share, "Hertz")
    values["f0_std_semitones"] = call(pitch, "Get standard deviation", 0, 0, "semitones")
    pairs = (f0[1:] > 0) & (f0[:-1] > 0)
    steps = 12 * np.abs(np.log2(f0[1:][pairs] / f0[:-1][pairs]))
    values["f0_slope_semitones_per_s"] = statistics(steps)[0] / 0.01
    values["voicing_strength_mean"] = np.mean(pitch.selected_array["strength"][f0 > 0]) if len(voiced) else 0.0
    values["hnr_mean_db"] = call(harmonicity, "Get mean", 0, 0)
    values["hnr_std_db"] = call(harmonicity, "Get standard deviation", 0, 0)
    times = formants.xs()
    tracks = {}
    in_voice = [not np.isnan(pitch.get_value_at_time(t + 1e-6)) for t in times]
    for k in (1, 2, 3):
        track = np.array([formants.get_value_at_time(k, t) for t in times])
        width = np.array([formants.get_bandwidth_at_time(k, t) for t in times])
        tracks[f"f{k}"] = track
        inside = np.array(in_voice) & ~np.isnan(track)
        values[f"f{k}_mean_hz"], values[f"f{k}_std_hz"] = statistics(track[inside])
        values[f"f{k}_median_hz"] = np.median(track[inside]) if inside.any() else 0.0
        values[f"f{k}_bandwidth_median_hz"] = np.median(width[inside]) if inside.any() else 0.0
    levels = intensity.values[0]
    values["intensity_mean_db"], values["intensity_std_db"] = statistics(levels)
    values["intensity_range_db"] = np.subtract(*np.quantile(levels, [0.95, 0.05], method="hazen"))
    values["voiced_share"] = call(pitch, "Count voiced frames") / len(f0)
    starts = np.diff(np.concatenate([[0], f0 > 0, [0]]).astype(int))
    values["voiced_segments_per_s"] = np.sum(starts == 1) / duration
    tracks.update(f0=np.where(f0 > 0, f0, np.nan), intensity=levels)
    tracks["hnr"] = np.where(harmonicity.values[0] > -200, harmonicity.values[0], np.nan)
    return {k: 0.0 if v is None or np.isnan(v) else float(v) for k, v in values.items()}, tracks


def librosa_tracks(samples, rate):
    import librosa

    limits = dict(fmin=65, fmax=500, sr=rate)
    yin = timed("yin", lambda: librosa.yin(samples.astype(np.float32), **limits))
    f0, _, probability = timed("pyin", lambda: librosa.pyin(samples.astype(np.float32), **limits))
    return {"yin": yin, "pyin": f0, "pyin_probability": probability}


def floats(values):
    return np.array([np.nan if v is None else v for v in values], float)


def main(program, folder, n="60"):
    files = sorted(pathlib.Path(folder).iterdir())
    chosen = [str(files[24 * k + k % 24]) for k in range(int(n))]
    librosa_tracks(np.sin(np.arange(8000) * 0.05), 16000)  # compiles
    SECONDS.clear()
    output = subprocess.run([program, *chosen], check=True, capture_output=True).stdout
    ours = json.loads(output)
    rows, tracks = {}, {}
    for path in chosen:
        samples, rate = soundfile.read(path)
        values, theirs = praat(samples, rate)
        theirs.update(librosa_tracks(samples, rate))
        mine = ours["files"][path]
        for name, value in values.items():
            rows.setdefault(name, []).append((mine["values"][name], value))
        for name, track in theirs.items():
            own = floats(mine[name])
            assert len(own) == len(track), (path, name, len(own), len(track))
            tracks.setdefault(name, []).append(np.stack([own, track]))

    print(f"{len(chosen)} recordings, {ours['seconds']['audio']:.0f} s\n")
    print("| measure | Pearson | median difference | mean of the peer |\n|---|---|---|---|")
    for name in ours["files"][chosen[0]]["values"]:
        if name in rows:
            a, b = np.array(rows[name]).T
            print(f"| `{name}` | {np.corrcoef(a, b)[0, 1]:.5f} | {np.median(np.abs(a - b)):.2g} | {b.mean():.4g} |")
    print("\n| track | frames | both have a value | one has | Pearson | within 1 % |\n|---|---|---|---|---|---|")
    for name, parts in tracks.items():
        a, b = np.concatenate(parts, axis=1)
        both = ~np.isnan(a) & ~np.isnan(b)
        one = np.isnan(a) != np.isnan(b)
        near = np.abs(a[both] - b[both]) <= 0.01 * np.abs(b[both]) + 1e-9
        r = np.corrcoef(a[both], b[both])[0, 1]
        print(f"| `{name}` | {len(a)} | {both.sum()} | {one.sum()} | {r:.5f} | {100 * near.mean():.2f} % |")
    print("\n| part | here, ms per s | peer, ms per s | ratio |\n|---|---|---|---|")
    audio = ours["seconds"]["audio"]
    for part, seconds in SECONDS.items():
        own = ours["seconds"][part]
        print(f"| {part} | {1e3 * own / audio:.2f} | {1e3 * seconds / audio:.2f} | {seconds / own:.1f} |")
    total = ours["seconds"]["prosody"]
    print(f"\n`Prosody` as a whole: {1e3 * total / audio:.2f} ms per second, {audio / total:.0f} times real time.")


def fixture(path, output):
    samples, rate = soundfile.read(path)
    values, _ = praat(samples, rate)
    source = pathlib.Path(__file__).parent / "../src/prosody/summary.rs"
    text = source.read_text().split("PROSODY_NAMES: [&str;")[1].split("];")[0]
    names = [line.strip(' ",') for line in text.splitlines() if '"' in line]
    np.save(output, np.array([values.get(name, np.nan) for name in names]))


if __name__ == "__main__":
    if sys.argv[1] == "--fixture":
        fixture(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
