"""Compares the face detector of emo-image with OpenCV's frontal Haar cascades on frames with faces at known places.

    pip install opencv-python-headless==4.14.0.94
    cargo run --release -p emo-train --example face_detector -- frames --split test … --out FRAMES
    python compare_haar.py PROGRAM FRAMES [--tune FRAMES_OF_THE_VALIDATION_SPLIT] [--model MODEL]

PROGRAM is the example's executable. A detection counts where it shares half of its union with a face that has no better
one. OpenCV's boxes are drawn about a face by a convention of their own: they are scaled about their middle and moved
down by the factors that give it most recall on the frames of --tune. Both search from 24 pixels upward by steps of 1.1.
OpenCV's faces are scored by their number of windows and kept in the folder of the frames, so that they are found once.

    python compare_haar.py PROGRAM FRAMES --times 9

times instead: the median frame of 40, one thread each, in turns, the searches alone.
"""
import argparse
import csv
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import time

import cv2
import numpy as np

BANDS = ((24, 32), (32, 48), (48, 80), (80, 140), (140, 301))
IOU = 0.5
CASCADES = ("haarcascade_frontalface_default.xml", "haarcascade_frontalface_alt2.xml")


def read_truth(folder):
    truth = {}
    with open(folder / "truth.csv", newline="") as file:
        for row in csv.DictReader(file):
            side = float(row["side"])
            truth.setdefault(row["frame"], []).append((float(row["x"]), float(row["y"]), side, side))
    return truth


def ours(program, folder, model=None, options=()):
    """The faces of each frame, and what the program says of its time."""
    with tempfile.TemporaryDirectory() as out:
        command = [program, "detect", "--frames", folder, "--out", f"{out}/faces.csv", *options]
        if model:
            command += ["--model", model]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        found = {}
        with open(f"{out}/faces.csv", newline="") as file:
            for row in csv.DictReader(file):
                box = [float(row[key]) for key in ("x", "y", "width", "height", "score")]
                found.setdefault(row["frame"], []).append(box)
    return found, said


def haar(name, folder, frames):
    """All groups of one window and more, scored by their number of windows."""
    kept = folder / f"{name}.json"
    if kept.exists():
        found, millis = json.loads(kept.read_text())
    else:
        cv2.setNumThreads(1)
        cascade = cv2.CascadeClassifier(cv2.data.haarcascades + name)
        found, millis = {}, 0
        for frame in frames:
            grey = cv2.imread(str(folder / frame), cv2.IMREAD_GRAYSCALE)
            start = time.thread_time()
            boxes, counts = cascade.detectMultiScale2(grey, 1.1, 1, 0, (24, 24))
            millis += 1e3 * (time.thread_time() - start) / len(frames)
            found[frame] = [(*map(int, box), int(count)) for box, count in zip(boxes, counts)]
        kept.write_text(json.dumps([found, millis]))
    return found


def times(program, folder, rounds, model):
    """Milliseconds of the median frame of each, in turns."""
    cv2.setNumThreads(1)
    names = sorted(path for path in os.listdir(folder) if path.endswith(".pgm"))[:40]
    frames = [cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE) for name in names]
    cascades = {name: cv2.CascadeClassifier(cv2.data.haarcascades + name) for name in CASCADES}
    taken = {name: [] for name in ("emo-image", *CASCADES)}
    with tempfile.TemporaryDirectory() as few:
        for name in names:
            shutil.copy(folder / name, few)
        for _ in range(rounds):
            _, said = ours(program, few, model)
            taken["emo-image"].append(float(re.search(r"([0-9.]+) ms", said)[1]))
            for name, cascade in cascades.items():
                millis = []
                for frame in frames:
                    start = time.perf_counter()
                    cascade.detectMultiScale(frame, 1.1, 3, 0, (24, 24))
                    millis.append(1e3 * (time.perf_counter() - start))
                taken[name].append(statistics.median(millis))
    print("| | ms per frame | share of ours |\n|---|---|---|")
    for name, millis in taken.items():
        share = statistics.median(a / b for a, b in zip(taken["emo-image"], millis))
        print(f"| {name.removesuffix('.xml')} | {statistics.median(millis):.2f} | {share:.3f} |")


def rescale(found, scale, down):
    out = {}
    for frame, boxes in found.items():
        out[frame] = [
            (x + w / 2 - scale * w / 2, y + h / 2 - scale * h / 2 + down * h, scale * w, scale * h, s)
            for x, y, w, h, s in boxes
        ]
    return out


def shared(a, b):
    across = max(0, min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]))
    along = max(0, min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]))
    return across * along / (a[2] * a[3] + b[2] * b[3] - across * along)


def judge(found, truth):
    """(score, side of the face found or 0) of each detection, by falling score."""
    rows = []
    for frame, faces in truth.items():
        free = list(faces)
        for box in sorted(found.get(frame, []), key=lambda box: -box[4]):
            best = max(free, key=lambda face: shared(box, face), default=None)
            if best is not None and shared(box, best) >= IOU:
                free.remove(best)
                rows.append((box[4], best[2]))
            else:
                rows.append((box[4], 0))
    return sorted(rows, key=lambda row: -row[0])


def at_rate(rows, truth, per_frame):
    """The sides of the faces found with at most so many false positives per frame, and the score there."""
    allowed, sides, score = per_frame * len(truth), [], np.inf
    index = 0
    while index < len(rows):
        # Detections of equal score come together.
        end = index
        while end < len(rows) and rows[end][0] == rows[index][0]:
            end += 1
        wrong = sum(side == 0 for _, side in rows[index:end])
        if wrong > allowed:
            break
        allowed -= wrong
        sides += [side for _, side in rows[index:end] if side]
        score = rows[index][0]
        index = end
    return sides, score


def table(results, truth):
    sides = [face[2] for faces in truth.values() for face in faces]
    rates = (0.01, 0.03, 0.1, 0.3, 1.0)
    print("\n| recall at false positives per frame | " + " | ".join(map(str, rates)) + " |")
    print("|---" * (len(rates) + 1) + "|")
    for name, rows in results.items():
        print(f"| {name} | " + " | ".join(f"{len(at_rate(rows, truth, r)[0]) / len(sides):.3f}" for r in rates) + " |")
    print("\n| recall at 0.1, by size in pixels | " + " | ".join(f"{a}–{b - (b > 300)}" for a, b in BANDS) + " | score |")
    print("|---" * (len(BANDS) + 2) + "|")
    for name, rows in results.items():
        got, score = at_rate(rows, truth, 0.1)
        count = lambda values, band: sum(band[0] <= v < band[1] for v in values)
        cells = [f"{count(got, band) / max(1, count(sides, band)):.3f}" for band in BANDS]
        print(f"| {name} | " + " | ".join(cells) + f" | {score:.4g} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("frames", type=pathlib.Path)
    parser.add_argument("--tune", type=pathlib.Path)
    parser.add_argument("--model", action="append")
    parser.add_argument("--no-haar", action="store_true")
    parser.add_argument("--times", type=int, help="so many rounds of timing, and nothing else")
    parser.add_argument("options", nargs="*")
    options = parser.parse_args()
    if options.times:
        times(options.program, options.frames, options.times, (options.model or [None])[0])
        return
    truth = read_truth(options.frames)
    results = {}
    for model in options.model or [None]:
        found, said = ours(options.program, options.frames, model, options.options)
        print(said)
        results[f"emo-image {pathlib.Path(model).stem if model else ''}".strip()] = judge(found, truth)
    if not options.no_haar:
        for name in CASCADES:
            scale, down = 1.0, 0.0
            if options.tune:
                tuning = read_truth(options.tune)
                raw = haar(name, options.tune, tuning)
                best = -1
                for s in np.arange(0.8, 1.21, 0.05):
                    for d in np.arange(-0.1, 0.11, 0.05):
                        got = len(at_rate(judge(rescale(raw, s, d), tuning), tuning, 0.1)[0])
                        if got > best:
                            best, scale, down = got, s, d
                print(f"{name}: scaled by {scale:.2f}, moved down by {down:.2f}")
            raw = haar(name, options.frames, truth)
            results[name.removesuffix(".xml")] = judge(rescale(raw, scale, down), truth)
    table(results, truth)


if __name__ == "__main__":
    main()
