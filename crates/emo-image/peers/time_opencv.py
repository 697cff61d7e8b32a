"""Times of `benches/pictures.rs` and of OpenCV and scikit-image, one after the other for each, single thread.

    cargo bench -p emo-image --bench pictures --no-run
    OMP_NUM_THREADS=1 python time_opencv.py TARGET [ROUNDS [FILTER]]

TARGET is the workspace's target folder, from which the newest build of the bench is taken. Both sides are timed several
times in turn and the fastest run of each counts, because another program on the machine only ever makes a run slower: ours
by the clock, the peers', whose runs are longer, by the time of their thread alone, which is in their favour. Both write into
memory that is there already where the peer can. Needs opencv-python-headless 4.14 and scikit-image 0.26.
"""
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from skimage import exposure, feature, transform

cv2.setNumThreads(1)
target = Path(sys.argv[1])
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
chosen = sys.argv[3] if len(sys.argv) > 3 else ""
built = [p for p in (target / "release/deps").glob("pictures-*") if not p.suffix]
executable = max(built, key=lambda p: p.stat().st_mtime).resolve()
portrait = cv2.imread(str(Path(__file__).resolve().parents[3] / "fixtures/recordings/portrait.jpg"), cv2.IMREAD_GRAYSCALE)


def peers(width, height, sizes):
    picture = cv2.resize(portrait, (width, height), interpolation=cv2.INTER_AREA)
    out = np.empty_like(picture)
    clahe = cv2.createCLAHE(2.0, (8, 8))
    hog = cv2.HOGDescriptor((width, height), (16, 16), (8, 8), (8, 8), 9)
    table = {
        "canny": ("OpenCV", lambda: cv2.Canny(picture, 100, 200, out)),
        "canny scikit-image": ("scikit-image", lambda: feature.canny(picture / 255.0, 1.0)),
        "clahe": ("OpenCV", lambda: clahe.apply(picture, out)),
        "clahe scikit-image": ("scikit-image", lambda: exposure.equalize_adapthist(picture)),
        "lbp": ("scikit-image", lambda: feature.local_binary_pattern(picture, 8, 1, "uniform")),
        "hog": ("OpenCV", lambda: hog.compute(picture)),
        "hog scikit-image": ("scikit-image", lambda: feature.hog(picture, 9, (8, 8), (2, 2), "L2-Hys")),
    }
    for name, size in sizes:
        if name == "scikit-image":
            table[f"resize {name} to {size[0]}x{size[1]}"] = (
                "scikit-image", lambda size=size: transform.resize(picture, size[::-1], order=1, anti_aliasing=True))
        else:
            resized = np.empty(size[::-1], np.uint8)
            method = getattr(cv2, f"INTER_{name.upper()}")
            table[f"resize {name} to {size[0]}x{size[1]}"] = (
                "OpenCV", lambda size=size, method=method, resized=resized: cv2.resize(picture, size, resized, interpolation=method))
    return {f"{width}x{height}/{name}": peer for name, peer in table.items()}


PEERS = peers(48, 48, [(n, (112, 112)) for n in ("linear", "cubic", "lanczos4", "scikit-image")])
PEERS |= peers(640, 480, [("linear", (48, 48)), ("linear", (224, 224)), ("linear", (320, 240)), ("area", (48, 48)),
                          ("area", (224, 224)), ("cubic", (224, 224)), ("scikit-image", (48, 48))])


def theirs(run, budget=0.6):
    """The fastest run, in microseconds of the thread's own time."""
    run()
    begin = time.thread_time()
    run()
    repeats = max(1, int(1e-3 / (time.thread_time() - begin + 1e-9)))
    best, end = float("inf"), time.perf_counter() + budget
    while time.perf_counter() < end:
        begin = time.thread_time()
        for _ in range(repeats):
            run()
        best = min(best, (time.thread_time() - begin) / repeats)
    return best * 1e6


def ours(name, folder):
    """The fastest sample, in microseconds."""
    options = ["--bench", "--exact", name, "--warm-up-time", "0.1", "--measurement-time", "0.3", "--sample-size", "30", "--noplot"]
    environment = {"CRITERION_HOME": folder}
    subprocess.run([executable, *options], check=True, capture_output=True, cwd=Path(__file__).parents[1], env=environment)
    path = next(p for p in Path(folder).rglob("new/sample.json") if json.loads(p.with_name("benchmark.json").read_text())["full_id"] == name)
    sample = json.loads(path.read_text())
    return min(t / n for t, n in zip(sample["times"], sample["iters"])) / 1e3


best = {}
with tempfile.TemporaryDirectory() as folder:
    for _ in range(rounds):
        for name, (_, run) in PEERS.items():
            if chosen in name:
                mine, peer = best.get(name, (float("inf"), float("inf")))
                best[name] = min(mine, ours(name, folder)), min(peer, theirs(run))
print("| picture | task | ours, µs | peer | µs | ratio |\n|---|---|---:|---|---:|---:|")
for name, (mine, peer) in best.items():
    picture, task = name.split("/")
    print(f"| {picture} | {task} | {mine:,.1f} | {PEERS[name][0]} | {peer:,.1f} | {peer / mine:.2f} |")
