"""Pearson correlation, over clips, of every value of `extract speech --set mfcc|spectral` with librosa's.

    python compare_sets.py EXTRACT FOLDER [N]

EXTRACT is the built example, FOLDER holds WAV or FLAC files at 16 kHz, of which N (default 60) are taken: steps through
the sorted names that have no divisor in common with their number, so that fields that recur in the names all change. Prints a table of the features with the smallest correlation and the largest difference of each.
"""
import csv
import io
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

from librosa_sets import SETS

extract, folder, n = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 60
files = sorted(p for p in folder.iterdir() if p.suffix in (".flac", ".wav"))
step = len(files) // n
while math.gcd(step, len(files)) > 1:
    step += 1
files = sorted(files[i * step % len(files)] for i in range(n))
signals = [soundfile.read(p, dtype="float64") for p in files]
assert all(rate == 16000 and y.ndim == 1 for y, rate in signals)

worst = 1.0
for name, compute in SETS.items():
    text = subprocess.run([extract, "speech", "--set", name, *map(str, files)], check=True, capture_output=True, text=True)
    header, *rows = csv.reader(io.StringIO(text.stdout))
    columns = header[2:]
    ours = np.array([row[2:] for row in rows], dtype=float)
    theirs = np.array([compute(y, rate) for y, rate in signals])
    groups = {}
    for i, column in enumerate(columns):
        a, b = ours[:, i], theirs[:, i]
        r = 1.0 if np.array_equal(a, b) else np.corrcoef(a, b)[0, 1]
        spread = np.abs(a - b).max() / (b.std() or 1.0)
        groups.setdefault(re.sub(r"_\d\d(?=_)", "", column), []).append((r, spread))
    print(f"\n{name}: {len(columns)} values, {len(files)} clips\n")
    print("| feature | values | smallest correlation | largest difference, in standard deviations over the clips |")
    print("|---|---|---|---|")
    for group, values in groups.items():
        r, spread = min(v[0] for v in values), max(v[1] for v in values)
        worst = min(worst, r)
        print(f"| `{group}` | {len(values)} | {r:.9f} | {spread:.1e} |")
print(f"\nsmallest correlation of all: {worst:.9f}")
sys.exit(int(worst < 0.99))
