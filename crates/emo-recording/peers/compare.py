"""What other readers make of the same files, and how long they take.

    pip install pyedflib==0.1.42 edfio==0.4.18 mne==1.13.2 wfdb==4.3.1 pyxdf==1.17.5
    cargo build --release -p emo-recording --example dump
    python crates/emo-recording/peers/compare.py [NPZ | EDF | BDF | VHDR]… [ROUNDS]

Run in the repository's root. The files are those that pyedflib brings for its own tests, and, for the times, made ones: one
minute of 64 channels at 160 Hz with annotations (EDF+ and BDF+ by edfio, the same samples as
BrainVision) and 32 channels at 500 Hz (XDF). An NPZ with an array `adc` of int16 `[samples, signals]`, here of MIT-BIH
record 100, is written by the wfdb package in format 212; one of other arrays `[channels, samples]` in uV at 256 Hz, here of
Muse headsets, by pyEDFlib as EDF+ and BDF+ with an annotation every seven seconds. Other files are read as they are. Each file is read ROUNDS times (default 15) by `dump` and by the
peers, without the start of either process; printed are the largest difference as a share of the largest value, and the
ratio of the shortest times. One thread.
"""

import os
import struct
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
import edfio
import mne
import numpy as np
import pyedflib
import pyxdf
import wfdb

warnings.simplefilter("ignore")
mne.set_log_level("ERROR")
DUMP = Path("target/release/examples/dump")
numbers = [a for a in sys.argv[1:] if a.isdigit()]
files = [a for a in sys.argv[1:] if not a.isdigit()]
ROUNDS = int(numbers[0]) if numbers else 15


def ours(path, rounds=ROUNDS):
    with tempfile.TemporaryDirectory() as out:
        text = subprocess.run(
            [DUMP, path, "--out", out, "--rounds", str(rounds)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        rows = [line.split("\t") for line in text.splitlines()]
        n = sum(row[0] == "channel" for row in rows)
        data = [np.fromfile(f"{out}/{k}.f32", "<f4") for k in range(n)]
    notes = [(float(r[1]), float(r[2]), r[4]) for r in rows if r[0] == "annotation"]
    seconds = next(float(row[1]) for row in rows if row[0] == "seconds")
    return data, notes, seconds


def best(read):
    shortest = np.inf
    for _ in range(ROUNDS):
        start = time.perf_counter()
        result = read()
        shortest = min(shortest, time.perf_counter() - start)
    return result, shortest


def report(what, path, peers):
    try:
        data, notes, seconds = ours(path)
    except subprocess.CalledProcessError as error:
        print(f"| {what} | | we refuse it: {error.stderr.strip()[-200:]} | | | | |")
        data = None
    for name, read in peers.items():
        try:
            (their_data, their_notes), their_seconds = best(read)
        except Exception as error:
            print(f"| {what} | {name} | refuses it: {str(error)[:80]} | | | | |")
            continue
        if data is None:
            print(f"| {what} | {name} | reads it | | | | |")
            continue
        assert len(data) == len(their_data), (len(data), len(their_data))
        worst = 0.0
        for a, b in zip(data, their_data):
            assert len(a) == len(b)
            b = np.asarray(b, float)
            assert np.array_equal(np.isnan(a), np.isnan(b))
            scale = np.nanmax(np.abs(b)) or 1.0
            worst = max(worst, float(np.nanmax(np.abs(a - b)) / scale))
        same = "-"
        if their_notes is not None:
            mine = [n for n in notes if n[2] != "New Segment/"]
            onsets = np.allclose([n[0] for n in mine], [n[0] for n in their_notes], rtol=0, atol=1e-7)
            texts = [n[2] for n in mine] == [n[1] for n in their_notes]
            same = "equal" if onsets and texts else "DIFFERENT"
        print(
            f"| {what} | {name} | {worst:.1e} | {same} | {seconds * 1e3:.2f} ms | {their_seconds * 1e3:.2f} ms |"
            f" {their_seconds / seconds:.1f} |"
        )


def by_pyedflib(path):
    with pyedflib.EdfReader(str(path)) as file:
        data = [file.readSignal(k) for k in range(file.signals_in_file)]
        onsets, _, texts = file.readAnnotations()
    return data, [(float(o), str(t)) for o, t in zip(onsets, texts)]


def by_edfio(read, path):
    file = read(path)
    return [s.data for s in file.signals], [(a.onset, a.text) for a in file.annotations]


def by_mne(read, path):
    raw = read(path, preload=True)
    notes = [(float(a["onset"]), str(a["description"])) for a in raw.annotations]
    return raw.get_data() * 1e6, notes


def edf_peers(path):
    """All readers of an EDF or BDF file; MNE resamples where rates differ, and is left out there."""
    is_bdf = str(path).lower().endswith(".bdf")
    try:
        with pyedflib.EdfReader(str(path)) as file:
            rates = {file.getSampleFrequency(k) for k in range(file.signals_in_file)}
    except OSError:
        # It is refused once more, and said so, where it is to be read.
        rates = {0}
    peers = {
        "pyedflib": lambda: by_pyedflib(path),
        "edfio": lambda: by_edfio(edfio.read_bdf if is_bdf else edfio.read_edf, path),
    }
    if len(rates) == 1:
        peers["MNE"] = lambda: by_mne(mne.io.read_raw_bdf if is_bdf else mne.io.read_raw_edf, path)
    return peers


def write_with_pyedflib(path, data, rate, kind):
    """Channels in uV, with an annotation every seven seconds."""
    with pyedflib.EdfWriter(path, len(data), file_type=kind) as file:
        for k, row in enumerate(data):
            limit = float(np.ceil(np.abs(row).max()) + 1)
            steps = 2**23 if kind == pyedflib.FILETYPE_BDFPLUS else 2**15
            file.setSignalHeader(k, {
                "label": f"EEG {k}", "dimension": "uV", "sample_frequency": rate, "physical_min": -limit,
                "physical_max": limit, "digital_min": -steps, "digital_max": steps - 1, "transducer": "", "prefilter": ""})
        file.writeSamples([np.ascontiguousarray(row) for row in data])
        for k in range(int(data.shape[1] / rate) // 7):
            file.writeAnnotation(7 * k + 0.25, 1.5, f"mark {k} äµ")


print("| file | peer | largest difference / largest value | annotations | ours | theirs | ratio |\n|---|---|---|---|---|---|---|")
own = Path(pyedflib.__file__).parent / "tests" / "data"
for path in sorted([*own.glob("*.edf"), *own.glob("*.bdf")]):
    if path.stem == "test_legacy":
        # Plain EDF with a signal of annotations, which pyedflib reads as samples, MNE as annotations.
        continue
    report(path.name, path, {"pyedflib": lambda: by_pyedflib(path)})
with tempfile.TemporaryDirectory() as folder:
    rng = np.random.default_rng(0)
    notes = [edfio.EdfAnnotation(2.0 * k, 1.0, f"T{k % 3}") for k in range(30)]
    for kind, signal, write, read, by in [
        ("edf", edfio.EdfSignal, edfio.Edf, edfio.read_edf, mne.io.read_raw_edf),
        ("bdf", edfio.BdfSignal, edfio.Bdf, edfio.read_bdf, mne.io.read_raw_bdf),
    ]:
        signals = [
            signal(rng.normal(0, 40, 9760), 160, label=f"E{k}", physical_dimension="uV") for k in range(64)
        ]
        edf = f"{folder}/x.{kind}"
        write(signals, annotations=notes).write(edf)
        peers = {
            "pyedflib": lambda: by_pyedflib(edf),
            "edfio": lambda: by_edfio(read, edf),
            "MNE": lambda: by_mne(by, edf),
        }
        report(f"{kind.upper()}+, 64 x 160 Hz x 61 s", edf, peers)
    edf = f"{folder}/x.edf"
    # BrainVision from the same samples.
    raw = mne.io.read_raw_edf(edf, preload=True)
    data = np.round(raw.get_data() * 1e7).astype("<i2")
    channels = "".join(f"Ch{k + 1}={name},,0.1,µV\n" for k, name in enumerate(raw.ch_names))
    Path(folder, "x.eeg").write_bytes(data.T.tobytes())
    Path(folder, "x.vhdr").write_text(
        "Brain Vision Data Exchange Header File Version 1.0\n\n[Common Infos]\nCodepage=UTF-8\nDataFile=x.eeg\n"
        "MarkerFile=x.vmrk\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\n"
        f"NumberOfChannels={len(data)}\nSamplingInterval={1e6 / raw.info['sfreq']:g}\n\n[Binary Infos]\n"
        f"BinaryFormat=INT_16\n\n[Channel Infos]\n{channels}",
        encoding="utf-8",
    )
    Path(folder, "x.vmrk").write_text(
        "Brain Vision Data Exchange Marker File, Version 1.0\n\n[Common Infos]\nDataFile=x.eeg\n\n[Marker Infos]\n"
        "Mk1=New Segment,,1,1,0,20260302102030000000\nMk2=Stimulus,S  1,17,1,0\nMk3=Comment,eyes open,33,0,0\n",
        encoding="utf-8",
    )
    header = f"{folder}/x.vhdr"
    report("BrainVision", header, {"MNE": lambda: by_mne(mne.io.read_raw_brainvision, header)})

    for file in files:
        if file.endswith((".edf", ".bdf")):
            report(Path(file).name, file, edf_peers(file))
        elif file.endswith(".vhdr"):
            report(Path(file).name, file, {"MNE": lambda: by_mne(mne.io.read_raw_brainvision, file)})
        if not file.endswith(".npz"):
            continue
        archive = np.load(file)
        if "adc" not in archive.files:
            for key in archive.files:
                for kind, of in (("edf", pyedflib.FILETYPE_EDFPLUS), ("bdf", pyedflib.FILETYPE_BDFPLUS)):
                    path = f"{folder}/{key}.{kind}"
                    write_with_pyedflib(path, archive[key].astype(float), 256, of)
                    report(f"{key}, {kind.upper()}+", path, edf_peers(path))
            continue
        adc = archive["adc"]
        adc = adc if adc.shape[0] > adc.shape[1] else adc.T
        wfdb.wrsamp(
            "r100",
            fs=360,
            units=["uV"] * adc.shape[1],
            sig_name=[f"lead{k}" for k in range(adc.shape[1])],
            d_signal=adc.astype(int),
            fmt=["212"] * adc.shape[1],
            adc_gain=[0.2] * adc.shape[1],
            baseline=[1024] * adc.shape[1],
            write_dir=folder,
        )
        beats = np.cumsum(np.random.default_rng(0).integers(200, 1500, 1000))
        wfdb.wrann("r100", "atr", beats, ["N"] * 1000, fs=360, write_dir=folder)

        def by_wfdb():
            record = wfdb.rdrecord(f"{folder}/r100")
            marks = wfdb.rdann(f"{folder}/r100", "atr")
            return record.p_signal.T, [(s / 360, t) for s, t in zip(marks.sample, marks.symbol)]

        report("WFDB 212", f"{folder}/r100.hea", {"wfdb": by_wfdb})

    # XDF: 32 channels at 500 Hz for 60 s, with stamps and clock offsets.
    rng = np.random.default_rng(0)
    values = rng.normal(0, 30, (30_000, 32)).astype("<f4")
    stamps = 5000 + np.arange(30_000) / 500 + rng.normal(0, 1e-3, 30_000)
    chunk = lambda tag, content: b"\x04" + struct.pack("<IH", len(content) + 2, tag) + content
    head = (
        "<?xml version='1.0'?><info><name>EEG</name><type>EEG</type><channel_count>32</channel_count>"
        "<nominal_srate>500</nominal_srate><channel_format>float32</channel_format></info>"
    )
    parts = [b"XDF:", chunk(1, b"<info><version>1.0</version></info>"), chunk(2, struct.pack("<I", 1) + head.encode())]
    for start in range(0, 30_000, 50):
        content = struct.pack("<IBB", 1, 1, 50)
        for k in range(start, start + 50):
            content += struct.pack("<Bd", 8, stamps[k]) + values[k].tobytes()
        parts.append(chunk(3, content))
        if start % 2500 == 0:
            parts.append(chunk(4, struct.pack("<Idd", 1, 5000 + start / 500, 100 + rng.normal(0, 1e-4))))
    Path(folder, "x.xdf").write_bytes(b"".join(parts))

    def by_pyxdf():
        (stream,), _ = pyxdf.load_xdf(f"{folder}/x.xdf")
        return stream["time_series"].T, None

    report("XDF", f"{folder}/x.xdf", {"pyxdf": by_pyxdf})
