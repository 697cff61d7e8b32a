"""The command line of the FAKE compiler."""

import json
import os
import subprocess
import sys
import time

behaviour = os.environ["FAKE_COMPILER"]
options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
assert sys.argv[1] == "compile", sys.argv
for option in ("--model", "--calib-data-path", "--compile-config"):
    assert os.path.exists(options[option]), option


def tell(**message):
    print(json.dumps(message), flush=True)


tell(type="status", message="parsing")
if behaviour == "hang":
    # A process of its own, as the real one's parser forks them.
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with open("child.pid", "w") as file:
        file.write(str(child.pid))
    tell(type="progress", message="calibrating", current=1, total=4)
    time.sleep(600)
for step in range(4):
    tell(type="progress", message="calibrating", current=step + 1, total=4)
if behaviour == "flood":
    for line in range(20_000):
        print("x" * 200 + str(line), file=sys.stderr)
if behaviour == "fail":
    tell(type="error", message="E1234: no such layer")
    sys.exit(9)
content = {"garbage": b"not a model at all", "old": b".MXQ" + bytes([0, 0, 9, 0]) + bytes(64)}
if behaviour != "nothing":
    with open(options["--output"], "wb") as file:
        file.write(content.get(behaviour, b".MXQ" + bytes([0, 0, 7, 0]) + bytes(64)))
tell(type="result", message="done")
