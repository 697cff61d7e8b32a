"""NeuroKit2's R-peak detectors on the reference recordings: sensitivity and positive predictivity within 75 ms.

    python beats_neurokit.py <folder of reference recordings> <figures.csv>

Each detector gets the cleaning that `ecg_clean` has for it (the default one where it has none). A detector may mark
another point of the beat than the annotation does, so there are two rows each: positions as they are, and less their
median offset from the nearest annotation ("aligned"). Matching is one to one, in order. Needs neurokit2 0.2.13.
"""

import csv
import signal
import sys
import warnings
from pathlib import Path

import neurokit2 as nk
import numpy as np

METHODS = {
    "neurokit": "neurokit",
    "pantompkins1985": "pantompkins1985",
    "hamilton2002": "hamilton2002",
    "elgendi2010": "elgendi2010",
    "zong2003": "neurokit",
    "martinez2004": "neurokit",
    "christov2004": "neurokit",
    "gamboa2008": "biosppy",
    "engzeemod2012": "engzeemod2012",
    "manikandan2012": "neurokit",
    "khamis2016": "neurokit",
    "kalidas2017": "neurokit",
    "nabian2018": "neurokit",
    "rodrigues2021": "neurokit",
    "emrich2023": "vg",
    "promac": "neurokit",
}
LIMIT_SECONDS = 240


def records(folder):
    """Name, samples, rate and annotated beats of each recording."""
    whole = np.load(folder / "ecg_mitdb100/mitdb100.npz")
    key = "adc" if "adc" in whole else list(whole)[0]
    adc = whole[key]
    lead = adc[:, 0] if adc.ndim == 2 and adc.shape[1] == 2 else adc[0] if adc.ndim == 2 else adc
    with open(folder / "ecg_mitdb100/beats.csv", newline="") as lines:
        rows = [row for row in csv.DictReader(lines)]
    beats = [int(row["sample"]) for row in rows if row["symbol"] != "+"]
    yield "100", (lead.astype(float) - 1024) / 200, 360, np.array(beats)
    for level in ("12", "06", "00"):
        at = folder / "ecg_noise_stress_118"
        lead = numbers(at / f"118e{level}.csv")
        yield f"118 at {int(level)} dB", lead, 360, numbers(at / f"118e{level}_ann.csv").astype(int)


def numbers(path):
    """The first column of a file, its heading left out."""
    found = []
    for line in path.read_text().splitlines():
        try:
            found.append(float(line.split(",")[0]))
        except ValueError:
            continue
    return np.array(found)


def matches(beats, found, tolerance):
    """Pairs one to one, in order, that are at most `tolerance` apart."""
    i = j = n = 0
    while i < len(beats) and j < len(found):
        if abs(beats[i] - found[j]) <= tolerance:
            n, i, j = n + 1, i + 1, j + 1
        elif found[j] < beats[i]:
            j += 1
        else:
            i += 1
    return n


def offset(beats, found):
    """The median distance of what was found from the nearest annotation."""
    nearest = beats[np.abs(found[:, None] - beats[None, :]).argmin(axis=1)]
    return np.median(found - nearest)


def too_slow(*_):
    raise TimeoutError(f"more than {LIMIT_SECONDS} s")


def main():
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, too_slow)
    folder, out = Path(sys.argv[1]), sys.argv[2]
    rows = []
    for name, lead, rate, beats in records(folder):
        for method, cleaning in METHODS.items():
            signal.alarm(LIMIT_SECONDS)
            try:
                clean = nk.ecg_clean(lead, sampling_rate=rate, method=cleaning)
                found = nk.ecg_findpeaks(clean, sampling_rate=rate, method=method)["ECG_R_Peaks"]
            except Exception as error:  # A detector that fails is a figure too.
                print(f"{name} {method}: {type(error).__name__}: {error}", file=sys.stderr)
                continue
            finally:
                signal.alarm(0)
            found = np.sort(np.asarray(found, dtype=float))
            if not len(found):
                continue
            for aligned, at in (("no", found), ("yes", found - offset(beats, found))):
                n = matches(beats, at, 0.075 * rate)
                rows.append([name, method, aligned, len(beats), len(found), n])
                print(name, method, aligned, f"{n / len(beats):.4f} {n / len(found):.4f}", flush=True)
    with open(out, "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["record", "method", "aligned", "beats", "found", "matched"])
        table.writerows(rows)


if __name__ == "__main__":
    main()
