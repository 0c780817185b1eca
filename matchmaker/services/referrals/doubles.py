"""Find doubles among an incubator's referrals: the same firm by its code, nearly the same words by their signature.

The signature of a text is its MinHash (Broder, 1997) over runs of four characters: the share of equal entries of two
signatures estimates the share of runs that the texts have in common. Four bands of three entries each are indexed, so
that candidates are found without comparing all.
"""

import zlib
from dataclasses import dataclass

import numpy as np

from matchmaker.domain.referrals import BANDS
from matchmaker.ranking.text.words import normalise

RUN = 4
ENTRIES, ENTRIES_PER_BAND = 48, 3
ALIKE = 0.8
"""Texts that share so much are nearly the same."""
_PRIME = np.uint64((1 << 31) - 1)
_factors = np.random.default_rng(20261121).integers(1, (1 << 31) - 1, size=(2, ENTRIES, 1), dtype=np.uint64)


@dataclass(frozen=True)
class Signature:
    """What is kept of a text to find it again, from which it cannot be read."""

    entries: bytes
    bands: tuple[int, ...]


def signature(text: str) -> Signature:
    """Return the signature of a text; blanks, case and width of its characters do not count.

    >>> signature("A  vibration test") == signature("a VIBRATION test"), len(signature("").entries)
    (True, 192)
    """
    plain = "".join(normalise(text).split())
    runs = {zlib.crc32(plain[place:place + RUN].encode()) for place in range(max(1, len(plain) - RUN + 1))}
    hashes = np.fromiter(runs, dtype=np.uint64, count=len(runs)) % _PRIME
    lowest = ((_factors[0] * hashes + _factors[1]) % _PRIME).min(axis=1).astype("<u4")
    banded = lowest[:BANDS * ENTRIES_PER_BAND].reshape(BANDS, ENTRIES_PER_BAND)
    return Signature(lowest.tobytes(), tuple(zlib.crc32(band.tobytes(), number) for number, band in enumerate(banded)))


def alikeness(one: bytes, other: bytes) -> float:
    """Return the estimated share of runs that two texts have in common, from 0 to 1.

    >>> a = signature("We look for a random vibration test of a battery bracket near Nantong, four pieces, 38 kg each.")
    >>> b = signature("We look for a random vibration test of a battery bracket near Nantong, five pieces, 38 kg each.")
    >>> alikeness(a.entries, b.entries) > 0.7, alikeness(a.entries, signature("GPU hours").entries) < 0.2
    (True, True)
    """
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))
