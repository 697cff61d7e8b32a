"""Runs models on an NPU for the process that started it: requests come on the standard input, answers go to what was
the standard output. Each is a frame: magic, operation, sequence number, length of what follows; all little-endian.

The arguments are the parent's process id and, if it is not `auto`, the module that is to be used."""
import os
import struct
import sys

# The vendor's library writes its log to the standard output as it likes; the answers have a pipe of their own.
requests = os.dup(0)
answers = os.dup(1)
os.dup2(2, 1)
nothing = os.open(os.devnull, os.O_RDONLY)
os.dup2(nothing, 0)
os.close(nothing)
# A module of the current folder must not stand in for an installed one.
sys.path[:] = [folder for folder in sys.path if folder != ""]

MAGIC = 0x4E4F4D45
HEADER = struct.Struct("<IIII")
HELLO, OPEN, INFER, CLOSE, ERR = 1, 2, 3, 4, 5
DTYPES = ["float32", "uint8", "int8"]


class Refusal(Exception):
    """What the other side has a name for: (kind, text)."""


def end_with_parent(parent):
    try:
        import ctypes
        import signal

        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL, 0, 0, 0)
    except (ImportError, AttributeError, OSError):
        # Without it the worker still ends when its requests end.
        pass
    if os.getppid() != parent:
        os._exit(0)


def read_into(view):
    while len(view):
        n = os.readv(requests, [view])
        if n == 0:
            return False
        view = view[n:]
    return True


def write(parts):
    parts = [memoryview(part).cast("B") for part in parts if len(part)]
    while parts:
        n = os.writev(answers, parts)
        while parts and n >= len(parts[0]):
            n -= len(parts[0])
            parts.pop(0)
        if parts and n:
            parts[0] = parts[0][n:]


def text(value):
    data = str(value).encode("utf-8", "replace")
    return struct.pack("<I", len(data)) + data


class Fields:
    """The fields of a request, in order."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def u32(self):
        (value,) = struct.unpack_from("<I", self.data, self.at)
        self.at += 4
        return value

    def text(self):
        n = self.u32()
        self.at += n
        return bytes(self.data[self.at - n : self.at]).decode("utf-8", "surrogateescape")


class Runtime:
    """The vendor's module, of either name, and the devices that were opened with it."""

    def __init__(self, asked):
        failures = []
        for name in ["qbruntime", "maccel"] if asked == "auto" else [asked]:
            try:
                self.module = __import__(name)
                self.name = name
                break
            except Exception as error:
                failures.append("%s: %s" % (type(error).__name__, error))
        else:
            raise Refusal("no-runtime", "; ".join(failures))
        self.accelerators = {}

    def version(self):
        version = getattr(self.module, "__version__", None)
        if version is None:
            try:
                from importlib.metadata import version as find

                version = find("mobilint-qb-runtime" if self.name == "qbruntime" else "maccel")
            except Exception:
                version = "of unknown version"
        return str(version).lstrip("v")

    def devices(self):
        """Their names, as far as the module tells them."""
        for place in (self.module, getattr(self.module, "type", None)):
            find = getattr(place, "get_available_devices", None)
            if find is not None:
                return [str(name) for name in find()]
        return []

    def accelerator(self, target, number):
        opened = self.accelerators.get((target, number))
        if opened is None:
            if target == "auto" and number == 0:
                opened = self.module.Accelerator()
            elif target == "auto":
                opened = self.module.Accelerator(number)
            else:
                opened = self.named(target, number)
            self.accelerators[target, number] = opened
        return opened

    def named(self, target, number):
        try:
            return self.module.Accelerator(target, number)
        except TypeError:
            if target not in ("aries", "aries-rb"):
                raise Refusal("too-old", "opens no device by name, such as %s" % target) from None
            return self.module.Accelerator(number)

    def release(self):
        self.accelerators.clear()

    def config(self, mode, numbers):
        module = self.module
        config = module.ModelConfig()
        clusters = [module.Cluster.Cluster0, module.Cluster.Cluster1]
        cores = [module.Core.Core0, module.Core.Core1, module.Core.Core2, module.Core.Core3]
        if mode == "auto":
            # The default since 1.1; older ones do not know the word, and have another default.
            setter = getattr(config, "set_auto_core_mode", None)
            done = setter() if setter is not None else True
        else:
            setter = getattr(config, "set_%s_core_mode" % mode, None)
            if setter is None:
                raise Refusal("too-old", "does not know the core mode %s" % mode)
            if mode == "single":
                ids = [module.CoreId(clusters[n // 4], cores[n % 4]) for n in numbers]
                done = setter(core_ids=ids)
            elif mode == "global8":
                done = setter()
            else:
                done = setter([clusters[n] for n in numbers])
        if done is False:
            raise Refusal("config", "the runtime refuses the core mode %s %s" % (mode, numbers))
        return config


class Loaded:
    """A model on a device, and the memory for its inputs."""

    def __init__(self, runtime, request):
        import numpy

        self.numpy = numpy
        target, number = request.text(), request.u32()
        mode = request.text()
        numbers = [request.u32() for _ in range(request.u32())]
        dtype, chw, to_float, self.batch = (request.u32() for _ in range(4))
        path = request.text()
        self.dtype = numpy.dtype(DTYPES[dtype])
        self.out_dtype = numpy.dtype("int8" if dtype == 2 and not to_float else "float32")
        # Parsing needs no device, so that a bad file is called bad on a machine without one.
        model = runtime.module.Model(path, runtime.config(mode, numbers))
        model.launch(runtime.accelerator(target, number))
        self.model = model
        orders = "chw" if chw else "hwc"
        as_float = "_to_float" if dtype == 2 and to_float else ""
        name = "infer_%s%s" % (orders, as_float)
        # Older modules have no name for this order, and take it to be meant wherever it fits.
        older = None if chw else getattr(model, "infer%s" % as_float, None)
        self.infer = getattr(model, name, older)
        if self.infer is None:
            raise Refusal("too-old", "has no Model.%s" % name)
        self.chw = bool(chw)
        self.in_shapes = [self.ordered(shape) for shape in model.get_model_input_shape()]
        self.refuse_guesses(name)
        self.out_shapes = [self.ordered(shape) for shape in model.get_model_output_shape()]
        self.in_sizes = [self.size(shape) for shape in self.in_shapes]
        self.out_sizes = [self.size(shape) for shape in self.out_shapes]

    def refuse_guesses(self, name):
        """Older modules have the name of this order for a method that guesses, and guesses wrong where both fit."""
        kind = type(self.model)
        guesses = self.chw and getattr(kind, name) is getattr(kind, name.replace("_chw", ""), None)
        if guesses and all(shape[0] == shape[1] == shape[2] for shape in self.in_shapes):
            raise Refusal("too-old", "takes channels, height, width for height, width, channels")

    def ordered(self, shape):
        """A shape as the layout has it: the runtime tells height, width, channels."""
        shape = [abs(int(n)) for n in shape][-3:]
        if self.chw and len(shape) == 3:
            shape = [shape[2], shape[0], shape[1]]
        return tuple(shape)

    def size(self, shape):
        count = max(self.batch, 1)
        for n in shape:
            count *= n
        return count

    def batched(self, shape):
        return (self.batch,) + shape if self.batch else shape

    def describe(self):
        answer = []
        for shapes, dtype in ((self.in_shapes, self.dtype), (self.out_shapes, self.out_dtype)):
            answer.append(struct.pack("<I", len(shapes)))
            for shape in shapes:
                shape = self.batched(shape)
                answer.append(struct.pack("<II", DTYPES.index(dtype.name), len(shape)))
                answer.append(struct.pack("<%dI" % len(shape), *shape))
        return answer

    def run(self, view):
        numpy = self.numpy
        arrays, at = [], 0
        for shape, count in zip(self.in_shapes, self.in_sizes):
            array = numpy.frombuffer(view, self.dtype, count, at)
            arrays.append(array.reshape(self.batched(shape)))
            at += array.nbytes
        if at != len(view):
            raise Refusal("protocol", "%d bytes of inputs, expected %d" % (len(view), at))
        outputs = self.infer(arrays)
        if len(outputs) != len(self.out_shapes):
            raise Refusal(
                "protocol", "%d outputs, expected %d" % (len(outputs), len(self.out_shapes))
            )
        parts = []
        for output, shape, count in zip(outputs, self.out_shapes, self.out_sizes):
            output = numpy.ascontiguousarray(output)
            if output.dtype != self.out_dtype or output.size != count:
                raise Refusal(
                    "protocol",
                    "an output is %s%s, expected %s%s"
                    % (output.dtype, list(output.shape), self.out_dtype, list(self.batched(shape))),
                )
            parts.append(output.reshape(-1).view("uint8"))
        return parts


def answer(runtime, models, op, request, view):
    if op == INFER:
        number = request.u32()
        if number not in models:
            raise Refusal("protocol", "model %d is not open" % number)
        return models[number].run(view[4:])
    if op == OPEN:
        number = request.u32()
        loaded = Loaded(runtime, request)
        models[number] = loaded
        return loaded.describe()
    if op == HELLO:
        target, number, probe = request.text(), request.u32(), request.u32()
        answer = [text(runtime.name), text(runtime.version()), text(sys.version.split()[0])]
        devices = runtime.devices()
        answer.append(struct.pack("<I", len(devices)))
        answer.extend(text(name) for name in devices)
        if probe:
            runtime.accelerator(target, number)
        return answer
    raise Refusal("protocol", "operation %d" % op)


def refusal(error, runtime):
    if isinstance(error, Refusal):
        kind, reason = error.args
    elif type(error).__name__ in ("QbRuntimeError", "MaccelError", "MAccelError"):
        kind, reason = "status", error
    else:
        kind, reason = "python", "%s: %s" % (type(error).__name__, error)
    devices = []
    if runtime is not None:
        try:
            devices = runtime.devices()
        except Exception:
            pass
    module, version = (runtime.name, runtime.version()) if runtime is not None else ("", "")
    fields = [text(kind), text(reason), text(module), text(version)]
    fields.append(struct.pack("<I", len(devices)))
    fields.extend(text(name) for name in devices)
    return fields


def close(models, number):
    loaded = models.pop(number, None)
    if loaded is not None:
        try:
            loaded.model.dispose()
        except Exception as error:
            print("close: %s" % error, file=sys.stderr, flush=True)


def serve(asked):
    runtime, models = None, {}
    header = bytearray(HEADER.size)
    memory = bytearray(1 << 16)
    while read_into(memoryview(header)):
        magic, op, sequence, length = HEADER.unpack(header)
        if magic != MAGIC:
            break
        if length > len(memory):
            memory = bytearray(length)
        view = memoryview(memory)[:length]
        if not read_into(view):
            break
        try:
            if op == CLOSE:
                close(models, Fields(view).u32())
                continue
            if runtime is None:
                runtime = Runtime(asked)
            parts = answer(runtime, models, op, Fields(view), view)
        except BaseException as error:
            op, parts = ERR, refusal(error, runtime)
        total = sum(len(part) for part in parts)
        write([HEADER.pack(MAGIC, op, sequence, total), *parts])
    for number in list(models):
        close(models, number)
    if runtime is not None:
        runtime.release()


end_with_parent(int(sys.argv[1]))
try:
    serve(sys.argv[2])
except (BrokenPipeError, KeyboardInterrupt):
    pass
