"""Counts how many decisions of `GmmVad` on recordings are those of webrtcvad.

    pip install "setuptools<81" webrtcvad==2.0.10 soundfile
    cargo build --release -p emo-speech --example voice_activity
    python compare_vad.py PROGRAM FOLDER

FOLDER holds 16-bit recordings of one channel at 8, 16, 32 or 48 kHz; all modes and frame lengths are compared.
"""
import pathlib
import subprocess
import sys

import soundfile
import webrtcvad


def peer(samples, rate, mode, millis):
    vad, n = webrtcvad.Vad(mode), rate * millis // 1000
    frames = range(0, len(samples) - n + 1, n)
    return "".join("01"[vad.is_speech(samples[k : k + n].tobytes(), rate)] for k in frames)


files = sorted(map(str, pathlib.Path(sys.argv[2]).iterdir()))
output = subprocess.run([sys.argv[1], *files], check=True, capture_output=True, text=True).stdout
n_frames = n_equal = 0
for path, line in zip(files, output.splitlines(), strict=True):
    samples, rate = soundfile.read(path, dtype="int16")
    settings = [(mode, millis) for mode in range(4) for millis in (10, 20, 30)]
    for ours, (mode, millis) in zip(line.split(" "), settings, strict=True):
        theirs = peer(samples, rate, mode, millis)
        assert len(ours) == len(theirs), (path, mode, millis)
        n_frames += len(ours)
        n_equal += sum(a == b for a, b in zip(ours, theirs))
print(f"{len(files)} recordings, {n_frames} decisions, {n_equal} equal ({100 * n_equal / n_frames:.4f} %)")
