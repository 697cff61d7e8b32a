"""Compares the face detector of emo-image with OpenCV's frontal Haar cascades on photographs that training did not see.

    apt-get download opencv-doc=4.6.0+dfsg-12; dpkg-deb -x opencv-doc_*.deb packages
    pip download --no-deps insightface==2.1; python -m zipfile -e insightface-*.whl packages
    pip install scikit-image==0.26.0 opencv-python-headless==4.14.0.94
    python compare_photographs.py PROGRAM packages [--model MODEL]

PROGRAM is the executable of the example face_detector. Three sets: photographs of one to six people, whose faces are
marked by eye as FER+ crops them; a portrait and two sheets of portraits side by side; and the small faces and other
patches of scikit-image's lfw_subset, enlarged four times, their borders continued. A face is found where the box's middle lies within a third of the mark's side from the mark's middle
and its side is 0.6 to 1.67 times the mark's, since each detector draws boxes by a convention of its own.
"""
import argparse
import pathlib
import tempfile

import cv2
import numpy as np
import skimage

from compare_haar import CASCADES, ours

# The middle and the side of each face in pixels.
PHOTOGRAPHS = {
    "skimage/astronaut.png": [(225, 125, 120)],
    "opencv-doc/opencv4/html/227943776_1.jpg": [(204, 201, 164)],
    "opencv-doc/opencv4/html/230501201_1.jpg": [(304, 425, 318)],
    "insightface/data/images/Tom_Hanks_54745.png": [(56, 67, 83)],
    "insightface/data/images/t1.jpg": [
        (107, 345, 125), (328, 216, 118), (512, 342, 130), (794, 415, 128), (951, 137, 140), (1175, 346, 125),
    ],
}
PORTRAIT = "opencv-doc/opencv4/html/faceDetection.png", [(306, 300, 150)]
# How many portraits a sheet has across and down.
SHEETS = {"opencv-doc/opencv4/html/2.jpg": (8, 3), "opencv-doc/opencv4/html/3.jpg": (6, 2)}
SCORES = (0.3, 0.5, 0.7, 1, 1.5, 2)
COUNTS = (1, 2, 3, 5, 9)


def photographs(packages):
    for file, faces in PHOTOGRAPHS.items():
        if file.startswith("skimage/"):
            path = pathlib.Path(skimage.__file__).parent / "data" / file.removeprefix("skimage/")
        else:
            (path,) = packages.rglob(file)
        yield path.stem, cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), faces


def sheets(packages):
    file, faces = PORTRAIT
    (path,) = packages.rglob(file)
    yield path.stem, cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), faces
    for file, (across, down) in SHEETS.items():
        (path,) = packages.rglob(file)
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        height, width = grey.shape[0] / down, grey.shape[1] / across
        middles = [((column + 0.5) * width, (row + 0.5) * height) for row in range(down) for column in range(across)]
        yield path.stem, grey, [(x, y, 0.8 * width) for x, y in middles]


def patches():
    """100 faces and 100 patches without one."""
    levels = np.load(pathlib.Path(skimage.__file__).parent / "data" / "lfw_subset.npy")
    for index, patch in enumerate((255 * levels).round().astype(np.uint8)):
        large = cv2.resize(patch, (100, 100), interpolation=cv2.INTER_CUBIC)
        large = cv2.copyMakeBorder(large, 50, 50, 50, 50, cv2.BORDER_REPLICATE)
        yield f"{index:04}", large, [(100, 100, 100)] if index < 100 else []


def is_at(box, face):
    x, y, width, height = box[:4]
    side = (width * height) ** 0.5
    off = max(abs(x + width / 2 - face[0]), abs(y + height / 2 - face[1]))
    return off <= face[2] / 3 and 0.6 <= side / face[2] <= 1 / 0.6


def row(name, found, truth, least):
    """How many faces are found, and how many finds are none."""
    got = wrong = 0
    for key, faces in truth.items():
        boxes = [box for box in found.get(key, []) if box[4] >= least]
        got += sum(any(is_at(box, face) for box in boxes) for face in faces)
        wrong += sum(not any(is_at(box, face) for face in faces) for box in boxes)
    total = sum(map(len, truth.values()))
    print(f"| {name} | {least} | {got} of {total} | {wrong} |")


def compare(title, pictures, program, models):
    print(f"\n{title}\n\n| | score, windows | found | false |\n|---|---|---|---|")
    truth = {f"{name}.pgm": faces for name, _, faces in pictures}
    with tempfile.TemporaryDirectory() as folder:
        for name, grey, _ in pictures:
            header = f"P5\n{grey.shape[1]} {grey.shape[0]}\n255\n".encode()
            (pathlib.Path(folder) / f"{name}.pgm").write_bytes(header + grey.tobytes())
        for model in models:
            found, _ = ours(program, folder, model)
            for least in SCORES:
                row(f"emo-image {pathlib.Path(model).stem}" if model else "emo-image", found, truth, least)
    for name in CASCADES:
        cascade = cv2.CascadeClassifier(cv2.data.haarcascades + name)
        found = {}
        for key, grey, _ in pictures:
            boxes, counts = cascade.detectMultiScale2(grey, 1.1, 1, 0, (24, 24))
            found[f"{key}.pgm"] = [(*map(int, box), int(count)) for box, count in zip(boxes, counts)]
        for least in COUNTS:
            row(name.removesuffix(".xml"), found, truth, least)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("packages", type=pathlib.Path)
    parser.add_argument("--model", action="append")
    options = parser.parse_args()
    models = options.model or [None]
    compare("Photographs", list(photographs(options.packages)), options.program, models)
    compare("Portraits", list(sheets(options.packages)), options.program, models)
    compare("Patches of lfw_subset", list(patches()), options.program, models)


main()
