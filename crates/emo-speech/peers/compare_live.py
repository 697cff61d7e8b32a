"""Voice detection, resampling and edits beside webrtcvad, soxr and librosa: time ratios, measured in one go.

    pip install "setuptools<81" webrtcvad==2.0.10 soxr==1.1.0 librosa==0.11.0
    cargo bench -p emo-speech --bench live --no-run
    OMP_NUM_THREADS=1 python crates/emo-speech/peers/compare_live.py [ROUNDS]

Run in the repository's root. Runs the bench `live` and the peers in turn, ROUNDS times (default 3), and prints the ratio of
the best of each: how many times as long the peer takes. All on one thread.
"""
import json
import os
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
import librosa
import numpy as np
import soxr
import webrtcvad

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3


def voice(rate):
    """As in the bench."""
    n = 10 * rate
    values, x = np.empty(n, np.uint32), 1
    for i in range(n):
        x = (1664525 * x + 1013904223) % 2**32
        values[i] = x >> 8
    noise = values / 8388608 - 1
    t = np.arange(n) / rate
    return (0.02 * noise + 0.2 * np.sin(t * 900) * np.maximum(np.sin(t * 3), 0)).astype(np.float32)


signals = {rate: voice(rate) for rate in (16000, 22050, 44100, 48000)}
pcm = np.round(signals[16000] * 32768).astype("<i2").tobytes()
short = signals[22050][:55125]


def detect():
    vad = webrtcvad.Vad(2)
    return [vad.is_speech(pcm[i : i + 960], 16000) for i in range(0, len(pcm) - 959, 960)]


def chunked(source, target):
    stream = soxr.ResampleStream(source, target, 1, dtype="float32", quality="HQ")
    signal, size = signals[source], source // 100
    for i in range(0, len(signal), size):
        stream.resample_chunk(signal[i : i + size], last=i + size >= len(signal))


peers = {
    "GmmVad, 10 s at 16 kHz in frames of 30 ms": ("webrtcvad", detect),
    "time_stretch by 1.25, 2.5 s at 22.05 kHz": ("librosa", lambda: librosa.effects.time_stretch(short, rate=1.25)),
    "pitch_shift by 2 semitones, 2.5 s at 22.05 kHz": ("librosa", lambda: librosa.effects.pitch_shift(short, sr=22050, n_steps=2)),
}
for source, target in ((48000, 16000), (44100, 16000), (16000, 22050)):
    whole = lambda a=source, b=target: soxr.resample(signals[a], a, b, quality="HQ")
    peers[f"Resampler, 10 s from {source} to {target} Hz"] = ("soxr", whole)
    peers[f"the same in chunks of 10 ms, {source} to {target} Hz"] = ("soxr", lambda a=source, b=target: chunked(a, b))


def ours():
    """The best of criterion's samples in seconds, as for the peers: others may use the machine."""
    options = ["--noplot", "--measurement-time", "0.4", "--warm-up-time", "0.1", "--sample-size", "40"]
    command = ["cargo", "bench", "-q", "-p", "emo-speech", "--bench", "live", "--", *options]
    began = time.time()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    times = {}
    for path in Path("target/criterion").glob("**/new/sample.json"):
        if path.stat().st_mtime < began:
            continue
        sample = json.loads(path.read_text())
        name = json.loads(path.with_name("benchmark.json").read_text())["title"]
        times[name] = min(t / n for t, n in zip(sample["times"], sample["iters"])) * 1e-9
    return times


def best_of(call):
    call()
    times = []
    for _ in range(15):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


best_ours, best_peers = {}, {}
for _ in range(ROUNDS):
    for name, seconds in ours().items():
        best_ours[name] = min(seconds, best_ours.get(name, seconds))
    for name, (_, call) in peers.items():
        seconds = best_of(call)
        best_peers[name] = min(seconds, best_peers.get(name, seconds))

print(f"{'':55} {'ours':>9} {'peer':>9} {'ratio':>7} {'times real time':>16}")
for name, seconds in best_ours.items():
    length = 2.5 if "2.5 s" in name else 10.0
    row = f"{name:55} {seconds * 1e3:6.2f} ms"
    if name in peers:
        peer = best_peers[name]
        row += f" {peer * 1e3:6.2f} ms {peer / seconds:6.2f}x"
    else:
        row += f" {'':9} {'':7}"
    print(f"{row} {length / seconds:16.0f}  {peers.get(name, ('',))[0]}")
