"""Holds a report of onnx_conformance against what docs/onnx.md says: enough passes, no failure but the known ones."""
import re
import sys

# The expected output holds rounding noise larger than the tolerance; docs/onnx.md explains it.
KNOWN = {"test_dft_inverse", "test_dft_inverse_opset19"}
PASSED = 1315

report = sys.stdin.read()
failed = set(re.findall(r"^FAILED (\S+):", report, re.MULTILINE))
passed, n_failed, _ = map(int, re.findall(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", report, re.MULTILINE)[-1])
problems = [f"{name} fails" for name in sorted(failed - KNOWN)]
problems += [f"{name} passes: take it from the list and from docs/onnx.md" for name in sorted(KNOWN - failed)]
if n_failed != len(failed):
    problems.append(f"{n_failed} failures, {len(failed)} named")
if passed < PASSED:
    problems.append(f"{passed} passed, expected {PASSED}")
if problems:
    sys.exit("\n".join(problems))
print(f"{passed} node tests passed; the {n_failed} failures are those that docs/onnx.md explains")
