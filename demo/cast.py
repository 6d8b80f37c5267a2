"""Whom one can be in a demonstration, and who has something to do at which of its cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cast:
    """The people of a demonstration of one workflow.

    `people` are the word for each in an address and in the words of the pages, and what the story calls them. `at` is who has
    something to do at a case to try, by the code of what waits there, in the order in which they are offered. Who `orders` has
    a status of a case and no case, and who `takes_in` inquiries has those that wait. One `begins` with a case where this waits,
    as this person.
    """

    workflow: str
    people: Mapping[str, str]
    at: Mapping[str, Sequence[str]]
    orders: Collection[str]
    begins: tuple[str, str]
    leads: str
    takes_in: str = ""

    def page(self, who: str, number: str) -> str:
        """The page on which somebody sees a case."""
        if who == self.takes_in:
            return "/inquiries"
        return f"/statuses/{number}" if who in self.orders else f"/cases/{number}"


MEDIATION = Cast(
    workflow="mediation",
    people={
        "meri": "sovittelija",
        "aino": "A",
        "pekka": "B",
        "tuula": "tukihenkilö",
        "raija": "kotihoidon esihenkilö",
        "vilho": "henkilöstöasiantuntija",
    },
    at={
        "begin": ("meri",),
        "room": ("meri", "aino", "pekka", "tuula"),
        "hear": ("meri", "aino", "pekka"),
        "accept": ("aino", "pekka", "meri"),
        "talk": ("meri", "aino", "pekka"),
        "sign": ("aino", "meri", "vilho"),
        "check-in": ("aino", "pekka", "raija", "meri"),
        "closed": ("aino", "meri", "vilho"),
    },
    orders={"vilho"},
    begins=("sign", "aino"),
    leads="meri",
)

SUPERVISION = Cast(
    workflow="supervision",
    people={"raili": "työnohjaaja", "sanna": "Sanna", "olli": "Olli", "marko": "Marko", "leena": "tilaaja"},
    at={
        "go-on": ("sanna", "raili"),
        "contract": ("sanna", "marko", "raili", "leena"),
        "sessions": ("raili", "sanna", "marko", "leena"),
        "supervised": ("raili", "sanna", "leena"),
    },
    orders={"leena"},
    begins=("contract", "sanna"),
    leads="raili",
)

PARENTS = Cast(
    workflow="supervision",
    people={"raili": "työnohjaaja", "anu": "toimisto", "riikka": "Riikka", "samu": "Samu"},
    at={
        "inquiry": ("anu", "riikka"),
        "contract": ("samu", "riikka", "raili"),
        "sessions": ("raili", "riikka", "samu"),
        "guided": ("riikka", "samu", "raili"),
    },
    orders=(),
    begins=("contract", "samu"),
    leads="raili",
    takes_in="anu",
)

MIXED_GROUP = Cast(
    workflow="supervision",
    people={"raili": "työnohjaaja", "kaisa": "Kaisa", "elina": "Elina", "leena": "tilaaja", "kirsti": "toinen tilaaja"},
    at={
        "contract": ("kaisa", "raili", "leena", "kirsti"),
        "waiting": ("raili", "kaisa", "leena", "kirsti"),
        "shared": ("raili", "kaisa", "leena", "kirsti"),
    },
    orders={"leena", "kirsti"},
    begins=("contract", "kaisa"),
    leads="raili",
)
