#!/usr/bin/env python3
"""engine_worker beside tract and rten: latencies, or start and memory.

  compare.py MODELS [--engine NAME=COMMAND ...] [--models a,b,...] [--rounds 8] [--block-ms 25] [--start]

MODELS is the folder of the models: NAME.onnx, NAME.minmax.onnx and NAME.in.npy. Without --engine, the three programs
are taken from where these commands put them:
  cargo build --release --example engine_worker      (in the project's root)
  cargo build --release                              (in this folder)
The engines take turns on each model, in random order, so that a machine whose speed drifts still gives fair ratios.
Printed are medians in microseconds, and ours divided by the best of the others; an engine whose scores are others than
ours by more than a tenth is timed all the same, and named. With --start, each program is started
anew for each round: milliseconds from then to the answer of the first run (and, as `empty`, to any answer at all), and
the peak of its resident memory. Needs Python 3 alone."""
import argparse
import json
import os
import random
import shlex
import statistics
import subprocess
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.join(here, "..", "..", "..")
ours = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(root, "target")), "release/examples/engine_worker")
theirs = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(here, "target")), "release")
parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("dir")
parser.add_argument("--engine", action="append", default=[])
parser.add_argument("--models", default="hr_cnn,eeg_de,eegnet,image_mbv1,image_cnn,speech_simple,speech_deep")
parser.add_argument("--rounds", type=int, default=8)
parser.add_argument("--block-ms", type=float, default=25)
parser.add_argument("--start", action="store_true")
args = parser.parse_args()
commands = dict(text.split("=", 1) for text in args.engine) or {
    "ours": ours, "tract": f"{theirs}/tract_worker", "rten": f"{theirs}/rten_worker"}


class Engine:
    def __init__(self, command):
        threads = {name: "1" for name in ("RTEN_NUM_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS")}
        self.process = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env=os.environ | threads)

    def ask(self, line):
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
            return json.loads(answer) if answer.endswith("\n") else {"err": "the process ended"}
        except BrokenPipeError:
            return {"err": "the process ended"}

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)


def rows():
    for name in args.models.split(","):
        for precision, form in (("f32", ""), ("int8", ".minmax")):
            model = os.path.join(args.dir, f"{name}{form}.onnx")
            inputs = os.path.join(args.dir, f"{name}.in.npy")
            if os.path.exists(model) and os.path.exists(inputs):
                yield f"{name} {precision}", model, inputs
            else:
                print(f"{name} {precision}: no model in {args.dir}", file=sys.stderr)


def starts():
    for row, model, inputs in rows():
        times, peaks = {}, {}
        for _ in range(args.rounds):
            for name in random.sample(list(commands), len(commands)):
                for key, line in ((name, f"prep m {model} {inputs}"), (f"{name} empty", "rss")):
                    begin = time.perf_counter()
                    engine = Engine(commands[name])
                    answer = engine.ask(line)
                    spent = time.perf_counter() - begin
                    if "err" not in answer:
                        times.setdefault(key, []).append(spent * 1e3)
                        peaks.setdefault(key, []).append(engine.ask("rss")["hwm"])
                    engine.close()
        cells = (f"{key} {min(times[key]):.1f} ms {statistics.median(peaks[key]) / 1024:.1f} MiB" for key in times)
        print(f"{row:20} " + " | ".join(cells), flush=True)


def differ(some, others):
    pairs = [pair for row in zip(some, others) for pair in zip(*row)]
    return any(not abs(a - b) <= 0.1 for a, b in pairs)


def latencies():
    engines = {name: Engine(command) for name, command in commands.items()}
    times, counts, scores = {}, {}, {}
    for row, model, inputs in rows():
        for name, engine in engines.items():
            answer = engine.ask(f"prep {row.replace(' ', '.')} {model} {inputs}")
            if "err" in answer:
                print(f"{row} {name}: {answer['err'][:120]}", file=sys.stderr)
                continue
            scores[row, name] = engine.ask(f"out {row.replace(' ', '.')}").get("out", [])
            first = sorted(engine.ask(f"run {row.replace(' ', '.')} 5")["ns"])[1]
            counts[row, name] = int(min(2000, max(2, args.block_ms * 1e6 / first)))
            times[row, name] = []
    for _ in range(args.rounds):
        for row in dict.fromkeys(row for row, _ in times):
            turn = [name for of, name in times if of == row]
            for name in random.sample(turn, len(turn)):
                answer = engines[name].ask(f"run {row.replace(' ', '.')} {counts[row, name]}")
                times[row, name] += answer.get("ns", [])
    for row in dict.fromkeys(row for row, _ in times):
        medians = {name: statistics.median(ns) / 1e3 for (of, name), ns in times.items() if of == row and ns}
        line = f"{row:20} " + "  ".join(f"{name} {us:.1f}" for name, us in medians.items())
        others = {name: us for name, us in medians.items() if name != "ours"}
        if "ours" in medians and others:
            best = min(others, key=others.get)
            line += f"  ratio {medians['ours'] / others[best]:.2f} of {best}"
        wrong = [name for name in others if differ(scores[row, name], scores.get((row, "ours"), []))]
        line += f"  (other scores: {', '.join(wrong)})" if wrong else ""
        print(line)
    for engine in engines.values():
        engine.close()


starts() if args.start else latencies()
