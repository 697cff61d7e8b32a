"""A fake of the vendor's module, for tests of the worker and of what happens when it fails. It computes on the CPU,
with the program that FAKE_NPU names; no figure comes from it.

If FAKE_NPU is `nothing`, 48x48 numbers go in, four zeros come out, and nothing is computed: what is left is the way
there and back. FAKE_DEVICES lists the devices that there are (default: aries-rb). FAKE_ON_INFER says what an inference does beside
its work: `kill:N`, `stop:N`, `hang:N`, `flood`, `raise:TEXT`, where N counts the inferences of a process from 1."""
import os
import signal
import struct
import subprocess
import sys
import time
from enum import Enum

import numpy as np

__version__ = "v1.5.0"


class QbRuntimeError(RuntimeError):
    pass


def fail(name):
    raise QbRuntimeError("%s occurred.\nPlease visit https://fake.invalid for more details." % name)


class Cluster(Enum):
    Cluster0 = 0
    Cluster1 = 1


class Core(Enum):
    Core0 = 0
    Core1 = 1
    Core2 = 2
    Core3 = 3


class CoreId:
    def __init__(self, cluster, core):
        self.cluster, self.core = cluster, core


def get_available_devices():
    return [name for name in os.environ.get("FAKE_DEVICES", "aries-rb").split(",") if name]


class Accelerator:
    def __init__(self, device_name="auto", dev_no=0):
        if isinstance(device_name, int):
            device_name, dev_no = "auto", device_name
        found = [n for n in get_available_devices() if device_name == "auto" or n.startswith(device_name)]
        if device_name not in ("auto",) and device_name.split("-")[0] not in ("aries", "regulus"):
            fail("Acc_UnknownDevice")
        if len(found) > 1:
            fail("Acc_AmbiguousDevice")
        if not found or dev_no > 0:
            fail("Acc_DeviceNotFound")


class ModelConfig:
    def __init__(self):
        self.mode = "auto"

    def set_auto_core_mode(self):
        self.mode = "auto"
        return True

    def set_single_core_mode(self, num_cores=None, core_ids=None):
        self.mode = "single:" + ",".join("%d.%d" % (c.cluster.value, c.core.value) for c in core_ids)
        return True

    def set_multi_core_mode(self, clusters):
        self.mode = "multi:" + ",".join(str(c.value) for c in clusters)
        return True

    def set_global4_core_mode(self, clusters):
        self.mode = "global4:" + ",".join(str(c.value) for c in clusters)
        return True

    def set_global8_core_mode(self):
        self.mode = "global8"
        return True


class FakeComputer:
    """The program that computes."""

    def __init__(self, path):
        self.process = subprocess.Popen(
            [os.environ["FAKE_NPU"], path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            self.inputs, self.outputs = self.shapes(), self.shapes()
        except struct.error:
            self.end()
            fail("Model_FailedToLoadMXQ")

    def u32(self):
        return struct.unpack("<I", self.process.stdout.read(4))[0]

    def shapes(self):
        return [tuple(self.u32() for _ in range(self.u32())) for _ in range(self.u32())]

    def run(self, arrays):
        for array in arrays:
            self.process.stdin.write(array.astype("<f4").tobytes())
        self.process.stdin.flush()
        outputs = []
        for shape in self.outputs:
            data = self.process.stdout.read(4 * int(np.prod(shape)))
            outputs.append(np.frombuffer(data, "<f4"))
        return outputs

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class FakeNothing:
    inputs, outputs = [(48, 48, 1)], [(1, 1, 4)]
    zeros = np.zeros((1, 1, 4), "float32")

    def end(self):
        pass


def hwc(shape):
    """The last three extents, as the vendor's shapes have three."""
    return ((1, 1, 1) + tuple(shape))[-3:]


class Model:
    n_inferences = 0

    def __init__(self, path, config=None):
        print("fake: loading", path)
        self.computer = FakeNothing() if os.environ["FAKE_NPU"] == "nothing" else FakeComputer(path)
        print("fake: core mode", config.mode, flush=True)
        if isinstance(self.computer, FakeNothing):
            self.infer_hwc = lambda inputs: [FakeNothing.zeros]

    def launch(self, accelerator):
        self.accelerator = accelerator

    def dispose(self):
        self.computer.end()

    def get_model_input_shape(self):
        return [hwc(shape) for shape in self.computer.inputs]

    def get_model_output_shape(self):
        return [hwc(shape) for shape in self.computer.outputs]

    def infer_hwc(self, inputs):
        return self.outputs(inputs, chw=False, dtype="int8" if inputs[0].dtype == "int8" else "float32")

    def infer_chw(self, inputs):
        return self.outputs(inputs, chw=True, dtype="int8" if inputs[0].dtype == "int8" else "float32")

    def infer_hwc_to_float(self, inputs):
        return self.outputs(inputs, chw=False, dtype="float32")

    def infer_chw_to_float(self, inputs):
        return self.outputs(inputs, chw=True, dtype="float32")

    def outputs(self, inputs, chw, dtype):
        Model.n_inferences += 1
        misbehave(Model.n_inferences)
        batched = inputs[0].ndim == 4
        examples = zip(*(x if batched else x[None] for x in inputs))
        results = [self.example(example, chw) for example in examples]
        stacked = [np.stack(parts) for parts in zip(*results)]
        if dtype == "int8":
            stacked = [np.clip(np.rint(x), -128, 127) for x in stacked]
        return [(x if batched else x[0]).astype(dtype) for x in stacked]

    def example(self, arrays, chw):
        for array, shape in zip(arrays, self.get_model_input_shape()):
            height, width, channels = shape
            if array.shape != ((channels, height, width) if chw else shape):
                fail("Model_ShapeMismatched")
        if chw:
            arrays = [array.transpose(1, 2, 0) for array in arrays]
        outputs = self.computer.run(arrays)
        outputs = [x.reshape(shape) for x, shape in zip(outputs, self.get_model_output_shape())]
        return [x.transpose(2, 0, 1) for x in outputs] if chw else outputs


def misbehave(n):
    what, _, detail = os.environ.get("FAKE_ON_INFER", "").partition(":")
    if what == "raise":
        fail(detail)
    if what == "flood":
        line = "flood " * 100
        end = time.monotonic() + 600
        while time.monotonic() < end:
            os.write(1, line.encode() + b"\n")
    if what in ("kill", "stop") and n == int(detail):
        os.kill(os.getpid(), signal.SIGKILL if what == "kill" else signal.SIGSTOP)
    if what == "hang" and n == int(detail):
        time.sleep(600)
