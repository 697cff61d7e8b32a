"""How well `EyeFinder` finds the eyes and the roll of faces of FER+'s test split, turned by known angles.

    cargo build --release -p emo-image --example eye_centres
    pip install numpy==2.4.6 opencv-python-headless==4.14.0.94
    python eye_centres.py FERPLUS PROGRAM

FERPLUS holds `images.npz` and `manifest.csv`. First the faces below, whose eyes were marked by eye to about a pixel, each
turned by -20 to 20 degrees about its centre: the error of the roll and of the eyes themselves, beside no estimate. Then 1000
faces, not looked at, each as it is and turned: how far the difference of both estimates is from the angle.
"""

import csv
import io
import pathlib
import subprocess
import sys
import tempfile

import cv2
import numpy as np

# Of the first 64 of 1000 faces drawn with the seed below: x and y of both eyes in 48ths of 196. Faces not named show one
# eye or none.
SCALE = 48 / 196
MARKED = {
    0: (62, 75, 133, 72), 1: (57, 70, 141, 73), 2: (63, 83, 120, 84), 3: (60, 80, 120, 80), 5: (67, 79, 138, 79),
    6: (67, 105, 109, 101), 7: (74, 90, 127, 92), 9: (62, 69, 132, 69), 10: (58, 77, 145, 77), 11: (62, 80, 109, 60),
    12: (73, 56, 116, 42), 13: (45, 85, 120, 51), 14: (59, 47, 149, 44), 15: (61, 66, 133, 76), 16: (93, 74, 165, 74),
    17: (62, 75, 129, 74), 18: (58, 73, 148, 68), 19: (52, 70, 124, 71), 20: (66, 74, 146, 85), 21: (68, 74, 138, 74),
    22: (61, 73, 124, 73), 24: (42, 47, 103, 44), 25: (66, 84, 139, 92), 26: (71, 55, 173, 48), 27: (67, 79, 145, 72),
    28: (54, 67, 129, 63), 29: (57, 77, 135, 72), 30: (67, 89, 116, 89), 31: (68, 69, 133, 79), 32: (55, 78, 133, 76),
    34: (61, 75, 133, 74), 35: (75, 84, 129, 106), 36: (41, 42, 134, 43), 37: (85, 52, 162, 78), 39: (68, 80, 131, 78),
    40: (30, 59, 137, 62), 41: (62, 72, 122, 67), 42: (48, 86, 93, 84), 43: (67, 74, 132, 74), 44: (66, 72, 136, 71),
    45: (50, 66, 95, 46), 46: (64, 77, 136, 75), 47: (56, 104, 146, 54), 48: (37, 59, 137, 68), 49: (68, 73, 136, 73),
    50: (38, 108, 98, 68), 51: (52, 80, 145, 78), 53: (67, 73, 138, 75), 54: (52, 46, 149, 40), 55: (38, 103, 103, 73),
    56: (43, 52, 153, 64), 57: (69, 67, 139, 64), 58: (66, 80, 136, 72), 59: (62, 90, 129, 67), 60: (69, 62, 146, 60),
    61: (63, 69, 132, 69), 63: (40, 79, 111, 47),
}


def turn(face, degrees):
    """Clockwise on the screen, and the map."""
    matrix = cv2.getRotationMatrix2D((23.5, 23.5), -degrees, 1)
    return cv2.warpAffine(face, matrix, (48, 48), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), matrix


def find(program, faces):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "faces.npy"
        np.save(path, np.array(faces))
        run = subprocess.run([program, path], capture_output=True, text=True, check=True)
    print(run.stderr.strip())
    rows = np.loadtxt(io.StringIO(run.stdout))
    return rows[:, :4].reshape(-1, 2, 2), rows[:, 4]


def roll(eyes):
    """0 where there are no eyes."""
    x, y = (eyes[:, 1] - eyes[:, 0]).T
    return np.nan_to_num(np.degrees(np.arctan2(y, x)))


def row(name, error):
    error = np.abs(error)
    shares = [f"{100 * np.mean(error <= bound):5.1f} %" for bound in (5, 10)]
    print(f"{name:44} n {len(error):4}  mean {error.mean():5.2f}°  median {np.median(error):5.2f}°  "
          f"within 5° {shares[0]}  within 10° {shares[1]}")


def main(folder, program):
    faces = np.load(folder / "images.npz")["images"]
    rows = list(csv.DictReader(open(folder / "manifest.csv", newline="")))
    test = [index for index, line in enumerate(rows) if line["split"] == "test"]
    rng = np.random.default_rng(3)
    drawn = rng.choice(test, 1000, replace=False)
    angles = rng.uniform(-20, 20, len(drawn))

    pictures, truth = [], []
    for number, marks in MARKED.items():
        eyes = np.array(marks).reshape(2, 2) * SCALE - 0.5
        for degrees in (-20, -10, 0, 10, 20):
            picture, matrix = turn(faces[drawn[number]], degrees)
            pictures.append(picture)
            truth.append(eyes @ matrix[:, :2].T + matrix[:, 2])
    truth = np.array(truth)
    found, confidence = find(program, pictures)
    true_roll, error = roll(truth), roll(found) - roll(truth)
    sure = confidence >= 0.5
    off = np.linalg.norm(found - truth, axis=2).max(1) / np.linalg.norm(truth[:, 1] - truth[:, 0], axis=1)
    for name, chosen in (("all", true_roll == true_roll), ("turned by up to 25°", np.abs(true_roll) <= 25)):
        row(f"{name}: no estimate", true_roll[chosen])
        row(f"{name}: eyes", error[chosen])
        row(f"{name}: eyes if confidence is 0.2, else none", np.where(confidence >= 0.2, error, true_roll)[chosen])
        row(f"{name}: eyes of confidence 0.5", error[chosen & sure])
        for bound in (0.1, 0.25):
            share = np.mean(off[chosen] <= bound)
            print(f"{name}: worse eye within {bound} of their distance: {100 * share:.1f} %")

    pictures = [picture for number, degrees in zip(drawn, angles) for picture in (faces[number], turn(faces[number], degrees)[0])]
    found, confidence = find(program, pictures)
    change = roll(found[1::2]) - roll(found[::2]) - angles
    sure = confidence.reshape(-1, 2).min(1) >= 0.5
    row("difference of estimates: none", angles)
    row("difference of estimates: eyes", change)
    row("difference of estimates: both of confidence 0.5", change[sure])


main(pathlib.Path(sys.argv[1]), sys.argv[2])
