"""The language that a text is written in."""

import re
from typing import Literal

_HAN = re.compile("[㐀-䶿一-鿿豈-﫿\U00020000-\U0003134f]+")
_LATIN = re.compile("[A-Za-zÀ-ɏ][A-Za-z0-9À-ɏ'’_.+/-]*")
_ENOUGH = 0.3


def han_share(text: str) -> float:
    """Return the share of Han characters among the Han characters and the Latin *words* of `text`, 0 to 1.

    Words and not letters: a Chinese sentence that names a model or a program is still a Chinese sentence.

    >>> han_share("想租 RTX4090 显卡"), han_share("Looking for a lab in 苏州"), han_share("12.5")
    (0.8, 0.2857142857142857, 0.0)
    """
    han = sum(len(run) for run in _HAN.findall(text))
    total = han + len(_LATIN.findall(text))
    return han / total if total else 0.0


def detect(text: str) -> Literal["zh", "en"]:
    """Return the language of `text`: Chinese as soon as Han characters carry it, else English.

    >>> detect("STM32F103C8T6 开发板 EMC 测试"), detect("EMC test of a board, near 苏州 if possible")
    ('zh', 'en')
    """
    return "zh" if han_share(text) >= _ENOUGH else "en"
