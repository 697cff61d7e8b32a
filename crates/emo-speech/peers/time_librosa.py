"""Times of `benches/frames.rs` and of librosa, one after the other for each feature, single thread.

    cargo bench -p emo-speech --bench frames --no-run
    OMP_NUM_THREADS=1 python time_librosa.py TARGET [ROUNDS]

TARGET is the workspace's target folder, from which the newest build of the bench is taken. Both are timed several times in turn and the fastest run of each counts, because
another program on the machine only ever makes a run slower. Needs librosa 0.11.
"""
import json
import subprocess
import sys
import time
from pathlib import Path

import librosa
import numpy as np

target = Path(sys.argv[1])
built = [p for p in (target / "release/deps").glob("frames-*") if not p.suffix]
executable = max(built, key=lambda p: p.stat().st_mtime).resolve()
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
f, sr = librosa.feature, 22050
t = np.arange(55125, dtype=np.float32)
y = (0.3 * np.sin(t * 0.03) + 0.1 * np.sin(t * 0.31) * np.cos(t * 0.001)).astype(np.float32)
mfcc = f.mfcc(y=y, sr=sr)
PEERS = {
    "seed vector": lambda: np.hstack([f.zero_crossing_rate(y)[0], f.rms(y=y)[0], f.mfcc(y=y, sr=sr).T.ravel()]),
    "mfcc": lambda: f.mfcc(y=y, sr=sr),
    "power_to_db of melspectrogram": lambda: librosa.power_to_db(f.melspectrogram(y=y, sr=sr)),
    "zero_crossing_rate": lambda: f.zero_crossing_rate(y),
    "rms": lambda: f.rms(y=y),
    "stft magnitude": lambda: np.abs(librosa.stft(y)),
    "chroma_stft, tuning 0": lambda: f.chroma_stft(y=y, sr=sr, tuning=0.0),
    "chroma_stft": lambda: f.chroma_stft(y=y, sr=sr),
    "spectral_centroid": lambda: f.spectral_centroid(y=y, sr=sr),
    "spectral_bandwidth": lambda: f.spectral_bandwidth(y=y, sr=sr),
    "spectral_rolloff": lambda: f.spectral_rolloff(y=y, sr=sr),
    "spectral_contrast": lambda: f.spectral_contrast(y=y, sr=sr),
    "spectral_flatness": lambda: f.spectral_flatness(y=y),
    "onset_strength": lambda: librosa.onset.onset_strength(y=y, sr=sr),
    "delta": lambda: f.delta(mfcc),
}
ALONE = {"flux": 2.5, "slope": 2.5, "stream of the set mfcc, 10 ms": 0.01, "stream of the set spectral, 10 ms": 0.01}


def fastest(run, budget=0.5):
    run()
    best, end = float("inf"), time.perf_counter() + budget
    while time.perf_counter() < end:
        begin = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - begin)
    return best


def bench(name):
    """The fastest sample, in seconds."""
    subprocess.run([executable, "--bench", "--exact", name], check=True, capture_output=True, cwd=target.parent)
    sample = json.loads((target / "criterion" / name / "new" / "sample.json").read_text())
    return min(t / n for t, n in zip(sample["times"], sample["iters"])) * 1e-9


print("| feature | µs | × real time | librosa, µs | ratio |\n|---|---|---|---|---|")
for name, peer in PEERS.items():
    runs = [(bench(name), fastest(peer)) for _ in range(rounds)]
    ours, theirs = (min(column) for column in zip(*runs))
    print(f"| `{name}` | {ours * 1e6:.0f} | {2.5 / ours:.0f} | {theirs * 1e6:.0f} | {theirs / ours:.1f} |", flush=True)
for name, seconds in ALONE.items():
    ours = min(bench(name) for _ in range(rounds))
    print(f"| `{name}` | {ours * 1e6:.2f} | {seconds / ours:.0f} | | |", flush=True)
