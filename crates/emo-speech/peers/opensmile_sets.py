"""openSMILE's eGeMAPSv02 functionals of WAV or FLAC files as a table like that of `extract speech --set egemaps`.

    python opensmile_sets.py FILE... > theirs.csv

Needs opensmile 2.6 and soundfile.
"""
import csv
import sys
import warnings

import opensmile
import soundfile

warnings.filterwarnings("ignore")
smile = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["file", "start_s", *smile.feature_names])
for path in sys.argv[1:]:
    samples, rate = soundfile.read(path, dtype="float32")
    out.writerow([path, 0, *(repr(float(x)) for x in smile.process_signal(samples, rate).to_numpy()[0])])
