"""First letters of Chinese words as people type them: 制冷效果差 is zlxgc.

GB 2312 lists its 3,755 common characters in the order of their pinyin, so that a character's code tells its first
letter. Rarer ones stand by radical and give nothing; letters and digits stay as they are, in lower case.
"""

from __future__ import annotations

from bisect import bisect_right

_FIRST = (
    (0xB0A1, "a"), (0xB0C5, "b"), (0xB2C1, "c"), (0xB4EE, "d"), (0xB6EA, "e"), (0xB7A2, "f"), (0xB8C1, "g"),
    (0xB9FE, "h"), (0xBBF7, "j"), (0xBFA6, "k"), (0xC0AC, "l"), (0xC2E8, "m"), (0xC4C3, "n"), (0xC5B6, "o"),
    (0xC5BE, "p"), (0xC6DA, "q"), (0xC8BB, "r"), (0xC8F6, "s"), (0xCBFA, "t"), (0xCDDA, "w"), (0xCEF4, "x"),
    (0xD1B9, "y"), (0xD4D1, "z"), (0xD7FA, ""),
)  # fmt: skip
_CODES = [code for code, _letter in _FIRST]


def initials(text: str) -> str:
    """The first letters of a text's characters, letters and digits; everything else is left out."""
    return "".join(_letter(character) for character in text.lower())


def _letter(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else ""
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return ""
    if len(code) != 2 or (value := int.from_bytes(code, "big")) < _CODES[0]:
        return ""
    return _FIRST[bisect_right(_CODES, value) - 1][1]
