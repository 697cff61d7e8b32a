"""The feature sets `mfcc` and `spectral` of `extract speech`, computed by librosa: mean and standard deviation of each
row, side by side, in the order of `extract`'s columns."""
import librosa
import numpy as np

f = librosa.feature


def statistics(rows):
    rows = np.vstack(rows)
    return np.stack([rows.mean(axis=1), rows.std(axis=1)], axis=1).ravel()


def flux(magnitude):
    """Root mean square of the change of spectra of length 1."""
    unit = librosa.util.normalize(magnitude, norm=2, axis=0)
    return np.sqrt(np.mean(np.diff(unit, axis=1, prepend=unit[:, :1]) ** 2, axis=0))


def slope(magnitude, hz, low, high):
    """dB per kHz."""
    inside = (hz >= low) & (hz <= high)
    decibels = 10 * np.log10(np.maximum(magnitude**2, 1e-10))
    return np.polyfit(hz[inside] / 1000, decibels[inside], 1)[0]


def mfcc_set(y, sr):
    m = f.mfcc(y=y, sr=sr, n_mfcc=13, n_mels=40, n_fft=512, hop_length=160)
    return statistics([m, f.delta(m), f.delta(m, order=2)])


def spectral_set(y, sr):
    stft = dict(n_fft=1024, hop_length=160)
    magnitude = np.abs(librosa.stft(y, **stft))
    hz = librosa.fft_frequencies(sr=sr, n_fft=1024)
    return statistics([
        f.spectral_centroid(y=y, sr=sr, **stft),
        f.spectral_bandwidth(y=y, sr=sr, **stft),
        f.spectral_rolloff(y=y, sr=sr, roll_percent=0.85, **stft),
        f.spectral_flatness(y=y, **stft),
        f.spectral_contrast(y=y, sr=sr, n_bands=5, **stft),
        flux(magnitude)[None],
        slope(magnitude, hz, 50, 5000)[None],
        f.chroma_stft(y=y, sr=sr, tuning=0.0, **stft),
        f.zero_crossing_rate(y, frame_length=1024, hop_length=160),
        f.rms(y=y, frame_length=1024, hop_length=160),
    ])


SETS = {"mfcc": mfcc_set, "spectral": spectral_set}
