"""Writes the face-free pictures of the face detector's training and judgement as grey PNG files.

    apt-get download desktop-base gnome-backgrounds lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 mate-backgrounds \\
        mypaint-data-extras opencv-doc plasma-workspace-wallpapers sway-backgrounds \\
        tuxpaint-stamps-default ukui-wallpapers
    for package in *.deb; do dpkg-deb -x "$package" packages; done
    pip download --no-deps ultralytics==8.4.190; python -m zipfile -e ultralytics-*.whl packages
    pip install scikit-image==0.26.0 opencv-python-headless==4.14.0.94
    python face_pictures.py packages OUT

Pictures keep their aspect ratio and are at most 1600 pixels long, shrunk by area. The first byte of the MD5 of a
picture's name says where it goes: OUT/train below 140, OUT/valid below 180, OUT/test from there on. So a picture is on
one side whole, and with it all its sizes and its dark variant. Pictures of people, whose heads are painted over, and
Tux Paint's stamps of single things are all in OUT/train: they show the training what clothes, hands, hair and round
things look like.
"""
import hashlib
import pathlib
import sys

import cv2
import numpy as np
import skimage

MAX_SIDE, MIN_SIDE = 1600, 160
# Of grey levels; a picture that varies less is empty.
MIN_DEVIATION = 6
# Looked through by eye: pictures that show faces, people, animals' faces or drawn characters, and scikit-image's
# portraits, which are part of the judgement.
WITH_FACES = {
    "skimage-astronaut", "skimage-camera", "skimage-chelsea", "skimage-clock_motion", "skimage-phantom",
    "skimage-multipage", "skimage-multipage_rgb", "skimage-no_time_for_that_tiny", "skimage-logo", "skimage-coins",
    "backgrounds-the-mouse", "backgrounds-free_by_Peter_Nerlich", "backgrounds-friends_by_Aitzol_Berasategi",
    "backgrounds-Wine_by_Jakkub_Mede", "backgrounds-firstgeneration", "plasma-FlyingKonqui", "plasma-SafeLanding",
}
# Samples of OpenCV without people.
SAMPLES = (
    "aero1", "aloeL", "apple", "board", "box", "box_in_scene", "building", "butterfly", "cards", "fruits",
    "home", "leuvenA", "licenseplate_motion", "orange", "rubberwhale1", "smarties", "squirrel_cls", "stuff",
    "sudoku", "text_defocus", "imageTextN",
)
# Pictures and a film of people: where the heads are, as left, top, width and height in pixels.
PEOPLE = {
    "opencv-doc/examples/data/basketball1.png": [(48, 65, 70, 90), (500, 10, 120, 130)],
    "opencv-doc/examples/data/left01.jpg": [],
    "opencv-doc/examples/data/left13.jpg": [],
    "opencv-doc/examples/data/right03.jpg": [],
    "opencv-doc/examples/data/right13.jpg": [],
    "ultralytics/assets/bus.jpg": [(95, 390, 72, 92), (250, 396, 70, 88), (778, 392, 32, 84)],
    "ultralytics/assets/zidane.jpg": [(460, 185, 225, 285), (880, 30, 210, 280)],
}
FILM, FILM_FRAMES = "opencv-doc/examples/data/vtest.avi", (0, 200, 400, 600)
# Parts of the paths of stamps that are left out: drawings, and what shows a face.
NO_STAMPS = (
    "cartoon", "mirror", "people", "symbols", "seasonal", "cats", "apes", "chimp", "ferret", "lion-2", "european-bear",
    "cow_white", "pizza", "button", "grave-d", "lightningbolt", "paratrooper", "bradley", "pig_golden2",
)
MIN_STAMP_BYTES = 45_000
SKIP = ("screenshot", "preview", "thumbnail", "logo", "glow", "_dark", "Portrait")


def name(path):
    """One name for all sizes and shades of a picture."""
    parts = path.parts
    if "contents" in parts:
        return "plasma-" + parts[parts.index("contents") - 1]
    stem = path.stem
    for suffix in ("-l", "-d"):
        if "gnome" in parts and stem.endswith(suffix):
            stem = stem[: -len(suffix)]
    if stem.startswith("Sway_Wallpaper"):
        stem = "Sway_Wallpaper"
    if stem.startswith("Elephants"):
        stem = "Elephants"
    theme = [part for part in parts if part.endswith("-theme")] or [p for p in parts[:-1] if parts[-3] == "themes"][-1:]
    if theme:
        return "theme-" + theme[0].removesuffix("-theme")
    folder = parts[-2]
    return f"{folder}-{stem}".replace(" ", "_")


def main(packages, out):
    pictures = {}
    for path in sorted(packages.rglob("*")):
        if {"opencv-doc", "tuxpaint", "ultralytics"} & set(path.parts):
            continue
        if path.suffix not in (".jpg", ".jpeg", ".png", ".webp") or any(s in str(path) for s in SKIP):
            continue
        if path.stat().st_size < 60_000:
            continue
        # The largest file of each name.
        if name(path) not in pictures or path.stat().st_size > pictures[name(path)].stat().st_size:
            pictures[name(path)] = path
    data = pathlib.Path(skimage.__file__).parent / "data"
    for path in sorted(data.glob("*.png")) + sorted(data.glob("*.jpg")):
        pictures["skimage-" + path.stem] = path
    for stem in SAMPLES:
        (pictures["opencv-" + stem],) = packages.rglob(f"opencv-doc/examples/data/{stem}.*")
    for split in ("train", "valid", "test"):
        (out / split).mkdir(parents=True, exist_ok=True)
    for key, path in sorted(pictures.items()):
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if key in WITH_FACES or grey is None or min(grey.shape) < MIN_SIDE or grey.std() < MIN_DEVIATION:
            print("left out:", key)
            continue
        scale = MAX_SIDE / max(grey.shape)
        if scale < 1:
            size = (round(grey.shape[1] * scale), round(grey.shape[0] * scale))
            grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        byte = hashlib.md5(key.encode()).digest()[0]
        split = "train" if byte < 140 else "valid" if byte < 180 else "test"
        cv2.imwrite(str(out / split / f"{key}.png"), grey)
        print(split, key, grey.shape[1], grey.shape[0])
    for key, grey in [*people(packages), *stamps(packages)]:
        cv2.imwrite(str(out / "train" / f"{key}.png"), grey)
        print("train", key, grey.shape[1], grey.shape[0])


def people(packages):
    """Pictures of people without their heads, by name."""
    for file, heads in PEOPLE.items():
        (path,) = packages.rglob(file)
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        mask = np.zeros_like(grey)
        for left, top, width, height in heads:
            mask[top : top + height, left : left + width] = 255
        yield "people-" + path.stem, cv2.inpaint(grey, mask, 5, cv2.INPAINT_TELEA)
    (path,) = packages.rglob(FILM)
    film = cv2.VideoCapture(str(path))
    for index in FILM_FRAMES:
        film.set(cv2.CAP_PROP_POS_FRAMES, index)
        good, frame = film.read()
        assert good, f"{path} has no frame {index}"
        yield f"people-film-{index}", cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)


def stamps(packages):
    """Pictures of single things, by name."""
    (folder,) = packages.rglob("tuxpaint/stamps")
    for path in sorted(folder.rglob("*.png")):
        if path.stat().st_size > MIN_STAMP_BYTES and not any(part in str(path) for part in NO_STAMPS):
            grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            if min(grey.shape) >= MIN_SIDE and grey.std() >= MIN_DEVIATION:
                yield "stamp-" + path.stem, grey


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
