"""Pearson correlation over clips of two tables of eGeMAPSv02 functionals.

    python compare_egemaps.py OURS.csv THEIRS.csv [N]

OURS is the output of `extract speech --set egemaps`, THEIRS that of opensmile_sets.py, of the same files. Of the files,
sorted by name, N (default 60) are taken: with n files the i-th is number k * i + i % k, where k = n // N, so that every
speaker and every emotion of a corpus with k speakers in its file names' last part has its turn.
"""
import csv
import sys
from pathlib import Path

import numpy as np


def read(path):
    header, *rows = csv.reader(open(path))
    return header[2:], {Path(row[0]).stem: np.array(row[2:], dtype=float) for row in rows}


(names, ours), (their_names, theirs) = read(sys.argv[1]), read(sys.argv[2])
assert names == their_names
n = int(sys.argv[3]) if len(sys.argv) > 3 else 60
files = sorted(theirs)
k = len(files) // n
files = [files[k * i + i % k] for i in range(n)]
a, b = (np.array([table[f] for f in files]) for table in (ours, theirs))
r = np.array([np.corrcoef(x, y)[0, 1] for x, y in zip(a.T, b.T)])
error = np.median(np.abs(a - b) / (np.abs(b) + 1e-9), axis=0)
print(f"{n} of {len(theirs)} clips; at least 0.95: {(r >= 0.95).sum()} of {len(r)}, at least 0.999: {(r >= 0.999).sum()}\n")
print("| functional | correlation | median relative difference |\n|---|---|---|")
for i in np.argsort(r):
    print(f"| `{names[i]}` | {r[i]:.4f} | {error[i]:.1e} |")
