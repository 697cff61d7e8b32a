import argparse
import importlib
import importlib.metadata
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SAYS_JSON = os.environ.get("QBCOMPILER_JSONL", "").lower() in ("1", "true", "yes", "on")
NO_COMPILER, WRONG_VERSION, UNKNOWN_ARGUMENT, NO_MODEL, WRONG_SHAPE = 3, 4, 5, 6, 7


def say(kind, message, **more):
    if SAYS_JSON:
        print(json.dumps({"type": kind, "message": message, **more}), flush=True)
    else:
        print(f"{kind}: {message}", file=sys.stderr, flush=True)


def stop(code, message):
    say("error", message)
    sys.exit(code)


def find_compiler(any_version):
    """The compiler's module, in the version that this kit was written for."""
    reasons = []
    for name in MODULES:
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            reasons.append(str(error))
            continue
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = str(getattr(module, "__version__", "unknown"))
        if not (found + ".").startswith(VERSION + ".") and not found.startswith(VERSION + "+"):
            text = f"{name} {found} is installed, this kit is for {VERSION}: their settings differ"
            if not any_version:
                stop(WRONG_VERSION, text + "; write a kit for it, or give --any-version")
            say("log", text)
        return module
    stop(NO_COMPILER, "; ".join(reasons) + f" (interpreter {sys.executable})")


def check_arguments(function, names):
    """A compiler may swallow a setting that it does not know, and compile with another."""
    parameters = inspect.signature(function).parameters
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
        return
    unknown = [name for name in names if name not in parameters]
    if unknown:
        stop(UNKNOWN_ARGUMENT, f"{function.__name__} does not know {', '.join(unknown)}")


def fields_of(config):
    fields = getattr(type(config), "model_fields", None)
    return list(fields if fields is not None else vars(config))


def set_histogram(config):
    """Finds the histogram's settings, whose names are not published, in the installed compiler."""
    places = [config]
    for name in fields_of(config):
        part = getattr(config, name, None)
        if "hist" in name and part is not None and not isinstance(part, (bool, int, float, str)):
            places.insert(0, part)
    for setting, value in HISTOGRAM.items():
        for place in places:
            names = [name for name in fields_of(place) if name in (setting, "hist_" + setting)]
            if names:
                setattr(place, names[0], value)
                break
        else:
            known = sorted({name for place in places for name in fields_of(place)})
            stop(UNKNOWN_ARGUMENT, f"no setting {setting} among {', '.join(known)}: set it by hand")


def compile_by_api(module, output):
    arguments = dict(ARGUMENTS, save_path=output)
    check_arguments(module.mxq_compile, [*arguments, *(["calibration_config"] if CALIBRATION else [])])
    if CALIBRATION is not None:
        arguments["calibration_config"] = calibration_config(module)
    module.mxq_compile(**arguments)


def calibration_config(module):
    config = module.CalibrationConfig(**CALIBRATION)
    if HISTOGRAM is not None:
        set_histogram(config)
    return config


def compile_by_command(module, output):
    """The command line tells its progress as JSON lines, which the function does not."""
    config = module.CompileConfig()
    config.calibration = calibration_config(module)
    config.inference_scheme = ARGUMENTS["inference_scheme"]
    path = FOLDER / "compile_config.json"
    path.write_text(config.model_dump_json(by_alias=True))
    command = [sys.executable, "-m", module.__name__, "compile", "--compile-config", path.name, "--output", output]
    for option in ("model", "backend", "device", "target_device", "calib_data_path"):
        command += ["--" + option.replace("_", "-"), ARGUMENTS[option]]
    if ARGUMENTS.get("cpu_offload"):
        command.append("--cpu-offload")
    code = subprocess.call(command)
    if code:
        stop(code if 0 < code < 256 else 1, f"{' '.join(command[1:4])} ended with {code}")


def check_output(path):
    """What was compiled must be an MXQ file, and have the model's shapes where the runtime is there to tell them."""
    try:
        data = path.read_bytes()[:8]
    except OSError as error:
        stop(NO_MODEL, str(error))
    if data[:4] != b".MXQ":
        stop(NO_MODEL, f"{path.name} begins with {data[:4]!r}, not with .MXQ")
    try:
        import qbruntime
    except ImportError:
        say("result", "the shapes were not checked: qbruntime is not installed here", output=str(path))
        return
    try:
        model = qbruntime.Model(str(path))
        shapes = [
            [[int(extent) for extent in shape] for shape in found]
            for found in (model.get_model_input_shape(), model.get_model_output_shape())
        ]
    except Exception as error:  # The runtime's own exception is in another module of each version.
        stop(NO_MODEL, f"{path.name} is not loaded by the runtime: {error}")
    expected = json.loads((FOLDER / "runtime.json").read_text())
    expected = [[value["shape"] for value in expected[side]] for side in ("inputs", "outputs")]
    for side, found, wanted in zip(("input", "output"), shapes, expected):
        long = [[[extent for extent in shape if extent != 1] for shape in part] for part in (found, wanted)]
        if long[0] != long[1]:
            stop(WRONG_SHAPE, f"{path.name} has {side}s of shape {found}, expected {wanted}")
    say("result", "compiled", output=str(path), input_shapes=shapes[0], output_shapes=shapes[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="model.mxq", help="the MXQ file [default: model.mxq in this folder]")
    parser.add_argument("--any-version", action="store_true", help="compile with another version of the compiler")
    options = parser.parse_args()
    output = (FOLDER / options.output).resolve()
    os.chdir(FOLDER)
    module = find_compiler(options.any_version)
    say("status", f"compiling {ARGUMENTS['model']} with {module.__name__}")
    output.unlink(missing_ok=True)
    if SAYS_JSON and HAS_COMMAND:
        compile_by_command(module, str(output))
    else:
        compile_by_api(module, str(output))
    check_output(output)


if __name__ == "__main__":
    main()
