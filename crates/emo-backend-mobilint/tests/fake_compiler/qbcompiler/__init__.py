"""A FAKE of the vendor's compiler, for tests alone: it compiles nothing. `FAKE_COMPILER` says how it behaves."""

import json
import os

__version__ = os.environ.get("FAKE_COMPILER_VERSION", "1.3.0")


class CalibrationConfig:
    def __init__(self, method, output, mode, max_percentile=None):
        self.method, self.output, self.mode, self.max_percentile = method, output, mode, max_percentile
        if os.environ.get("FAKE_COMPILER_HISTOGRAM"):
            self.hist_search_type, self.hist_percentile = 0, 0.99


class CompileConfig:
    calibration = None
    inference_scheme = None

    def model_dump_json(self, by_alias):
        assert by_alias
        return json.dumps({"calibration": vars(self.calibration), "inferenceScheme": self.inference_scheme})


def mxq_compile(model, save_path, calib_data_path, backend, device, inference_scheme, target_device=None,
                cpu_offload=False, calibration_config=None):
    with open(save_path, "wb") as file:
        file.write(b".MXQ" + bytes([0, 0, 7, 0]) + bytes(64))
