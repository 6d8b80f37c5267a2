"""Taps: forms of one button that record what somebody said or did in the room, and take it back."""

from collections.abc import Sequence
from dataclasses import dataclass

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Tap:
    """A button: the address of its act below the case, what it sends, and its words.

    `whose` names who it is for, where the words alone do not say it; `pressed` tells whether it is so now, of a switch.
    `once` is the key under which it has one effect, `anchor` where the page goes on.
    """

    path: str
    act: str
    fields: Fields
    words: str
    once: str
    whose: str = ""
    pressed: bool | None = None
    anchor: str = ""


def said_by(*participants: str) -> Fields:
    """The fields of an act that was said in the room, by these."""
    return [("way", "said"), *(("for", one) for one in participants)]


def taken_back(mark: str, participant: str, words: str, once: str, *, whose: str = "", anchor: str = "") -> Tap:
    """What takes a mark back, by a word in the room: the switch of what is so now."""
    fields = [("mark", mark), *said_by(participant)]
    return Tap("corrections", "correct-what-was-recorded", fields, words, once, whose, True, anchor)
