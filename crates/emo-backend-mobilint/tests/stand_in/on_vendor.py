"""Runs the shim, compiled against the stand-in's declarations, on the vendor's own library, which the wheel's module has
within it: python on_vendor.py SHIM FILE. Prints what each function answers, a line each."""
import ctypes
import os
import sys

# The shim finds the vendor's functions among those that the process has loaded for all to see.
sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)
import qbruntime  # noqa: E402,F401

shim = ctypes.CDLL(sys.argv[1])


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int32), ("text", ctypes.c_char * 508)]


class Config(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_uint32),
        ("mode", ctypes.c_uint32),
        ("model", ctypes.c_char_p),
        ("target", ctypes.c_char_p),
        ("cores", ctypes.POINTER(ctypes.c_uint32)),
        ("n_cores", ctypes.c_uint32),
        ("number", ctypes.c_int32),
        ("kind", ctypes.c_uint32),
        ("layout", ctypes.c_uint32),
        ("batch", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]


def say(name, error):
    print("%s: %d %s" % (name, error.code, error.text.decode()), flush=True)


error = Error()
version = ctypes.create_string_buffer(64)
shim.emo_qb_runtime_version(version, ctypes.c_uint64(64), ctypes.byref(error))
print("version: %s" % version.value.decode(), flush=True)
for target, number in ((None, 0), (None, 1), (b"aries-rb", 0), (b"bogus", 0)):
    shim.emo_qb_probe(target, number, ctypes.byref(error))
    say("probe %s %d" % (target, number), error)
numbers = (ctypes.c_uint32 * 2)(0, 1)
for mode, n in ((0, 0), (1, 2), (2, 2), (3, 1), (4, 0), (1, 0)):
    config = Config(ctypes.sizeof(Config), mode, os.fsencode(sys.argv[2]), None, numbers, n)
    session = ctypes.c_void_p(1)
    shim.emo_qb_open(ctypes.byref(config), ctypes.byref(session), ctypes.byref(error))
    say("open %d %d" % (mode, n), error)
    assert not session.value
