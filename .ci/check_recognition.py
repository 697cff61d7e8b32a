"""Checks the JSON object that `recognize --json` prints on the fixture recordings."""
import json
import math
import sys

LABELS = ["happy", "calm", "sad", "angry"]
MODALITIES = ["hr", "eeg", "speech", "image"]


def check_scores(scores, where):
    assert list(scores) == LABELS, f"{where}: {list(scores)}"
    assert all(math.isfinite(s) and 0 <= s <= 1 for s in scores.values()), f"{where}: {scores}"
    assert abs(sum(scores.values()) - 1) < 1e-4, f"{where}: sum {sum(scores.values())}"


lines = sys.stdin.read().splitlines()
assert len(lines) == 1, f"{len(lines)} lines, expected one JSON object on one line"
result = json.loads(lines[0])
check_scores(result["scores"], "scores")
assert result["label"] == max(result["scores"], key=result["scores"].get), "label is not the best score"
assert list(result["modalities"]) == MODALITIES, list(result["modalities"])
assert list(result["contributions"]) == MODALITIES, list(result["contributions"])
total = sum(result["contributions"].values())
assert abs(total - result["scores"][result["label"]]) < 1e-4, "contributions do not sum to the decision's score"
spent = 0
for name, report in result["modalities"].items():
    check_scores(report["scores"], name)
    assert 0 <= report["quality"] <= 1, f"{name}: quality {report['quality']}"
    for key in ("decode_us", "features_us", "inference_us"):
        assert isinstance(report[key], int) and report[key] >= 0, f"{name}: {key}"
        spent += report[key]
    assert report["source"], f"{name}: no source"
assert result["backend"] == "cpu", result["backend"]
assert result["total_us"] >= spent - 12, "the total is less than its parts"
print(f"recognize --json: {result['label']}, {result['total_us']} µs in all, as it must be")
