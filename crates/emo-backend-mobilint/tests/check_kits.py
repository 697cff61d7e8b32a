"""Reads compile kits as their receivers do: Python, numpy and ONNX's own checker. Prints how many passed."""

import ast
import json
import sys
from pathlib import Path

import numpy as np
import onnx


def settings(text):
    """The constants that the script assigns, evaluated as literals."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                pass
    return found


def shape_of(value):
    return [dim.dim_value for dim in value.type.tensor_type.shape.dim]


def check(folder):
    text = (folder / "compile.py").read_text()
    compile(text, "compile.py", "exec")
    script = settings(text)
    runtime = json.loads((folder / "runtime.json").read_text())
    assert script["VERSION"] == runtime["compiler"], script
    assert script["ARGUMENTS"]["inference_scheme"] == runtime["inference_scheme"]
    offload = runtime["calibration_layout"] == "model"
    assert script["ARGUMENTS"].get("cpu_offload", False) == offload
    flat = "quantization_mode" in script["ARGUMENTS"]
    assert flat == (script["VERSION"] in ("0.12", "1.0"))
    assert flat == (script["CALIBRATION"] is None)
    mode = script["ARGUMENTS"]["quantization_mode"] if flat else script["CALIBRATION"]["mode"]
    assert mode == (2 if script["VERSION"] == "0.12" else 1), "MaxPercentile"

    model = onnx.load(folder / script["ARGUMENTS"]["model"])
    onnx.checker.check_model(model, full_check=True)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 13)]
    for side, values in (("inputs", model.graph.input), ("outputs", model.graph.output)):
        assert [value.name for value in values] == [value["name"] for value in runtime[side]]
        for value, declared in zip(values, runtime[side]):
            assert shape_of(value) == declared["model_shape"], side
            assert declared["model_shape"][0] == 1

    (declared,) = runtime["inputs"]
    lines = (folder / script["ARGUMENTS"]["calib_data_path"]).read_text().splitlines()
    assert lines and sorted(lines) == sorted(
        str(path.relative_to(folder)) for path in (folder / "calibration").iterdir()
    )
    # The samples of the test in the model's own layout, against what was written.
    originals = np.load(folder.parent / f"{folder.name.split('-')[0]}.npy")
    for line, original in zip(lines, originals):
        sample = np.load(folder / line)
        assert sample.dtype == np.float32 and sample.flags["C_CONTIGUOUS"]
        if offload:
            assert np.array_equal(sample, original)
        else:
            assert list(sample.shape) == declared["shape"] and sample.ndim == 3
            turned = original.transpose(declared["axes_of_the_model"])
            assert np.array_equal(sample, turned.reshape(declared["shape"]))
            if original.ndim == 4:
                assert np.array_equal(sample, np.moveaxis(original[0], 0, -1))


folders = sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_dir())
for folder in folders:
    try:
        check(folder)
    except Exception as error:
        sys.exit(f"{folder.name}: {type(error).__name__} {error}")
print(len(folders))
