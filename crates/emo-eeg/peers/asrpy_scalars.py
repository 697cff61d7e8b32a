"""asrpy 0.0.8 on one thread and with numpy from 2.4 on, which refuses to turn arrays of one element into whole numbers.

Import it before numpy: it sets how many threads there are, and hands asrpy scalars.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import asrpy.asr_utils
import numpy as np


class Scalars:
    def __getattr__(self, name):
        return getattr(np, name)

    @staticmethod
    def diff(x, *args, **kwargs):
        difference = np.diff(x, *args, **kwargs)
        return difference.item() if np.shape(difference) == (1,) else difference


asrpy.asr_utils.np = Scalars()
