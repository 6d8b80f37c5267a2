"""Makes the golden installation: run once, with the code of the release whose histories it is to keep.

    git worktree add /tmp/old 3d9dcf8 && cp -r tests/golden /tmp/old/tests/
    cd /tmp/old && python -m tests.golden.make tests/golden/installation.tar.xz

It is kept as it was made. Never make it again with newer code: what old code wrote is what it is there for.
"""

import json
import os
import sys
import tarfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mediation.__main__ import main
from mediation.installation.installation import open_installation
from mediation.settings import Settings
from tests.acts.test_exceptions import NEUTRAL
from tests.houses import House, SettableClock
from tests.rooms import Room, referred, room_in
from tests.signing_in import post_of

BEGINNING = datetime(2027, 1, 11, 7, 0, tzinfo=UTC)
PURPOSE = {
    "fi": {"purpose": "Tieto ei siirry meiltä toisillemme.", "goals": ["Kumpikin tietää, mikä on kesken."]},
    "en": {"purpose": "Information does not pass between us.", "goals": ["Each of us knows what is unfinished."]},
}
PROMISES = {
    "Pekka": {
        "fi": {"action": "Kirjaan keskeneräiset käynnit.", "measure": "Näkyy listassa."},
        "en": {"action": "I write down unfinished visits.", "measure": "It is on the list."},
    },
    "Kaarina": {
        "fi": {"action": "Järjestän yhteisen ajan.", "measure": "Vuorolistassa."},
        "en": {"action": "I arrange time in common.", "measure": "In the rota."},
    },
}


def make(archive: Path) -> None:
    """Write the installation, and what a test must know of it (`cases.json`), into an archive."""
    with TemporaryDirectory() as folder:
        home = Path(folder, "var")
        kit(home)
        clock = SettableClock(BEGINNING)
        settings = Settings.under(home)
        installation = open_installation(settings, clock=clock)
        house = House(installation, clock)
        house.person("Ulla", office="admin")
        cases = {}
        for name, play in CASES.items():
            cases[name] = told(play(house))
            if name == "suspended":
                post_of(house)  # the letters so far go out; the later ones wait
        known = {
            "clock": clock.at.isoformat(),
            "people": house.people,
            "tokens": house.tokens,
            "organisations": house.organisations,
            "cases": cases,
        }
        installation.close()
        Path(folder, "var", "cases.json").write_text(json.dumps(known, ensure_ascii=False, indent=1), "utf-8")
        with tarfile.open(archive, "w:xz") as packed:
            packed.add(home, "var")


def kit(home: Path) -> None:
    """The master key with its recovery kit, confirmed by all holders, as an operator makes them."""
    os.environ["MEDIATION_HOME"] = str(home)
    assert main(["keys", "init"]) == 0
    assert main(["keys", "confirm", *map(str, sorted((home / "recovery-kit").iterdir()))]) == 0


def told(room: Room) -> Mapping[str, Any]:
    """What a test must know of a case."""
    return {"number": room.table.number, "ids": room.ids}


def talked_privately(room: Room) -> Room:
    """Private words of each party, in two languages, and a note."""
    room.does("Aino", "statements", {"audience": "mediator", "words": "En nuku öisin.", "language": "fi"})
    room.does("Pekka", "statements", {"audience": "mediator", "words": "I dread the shifts.", "language": "en"})
    room.does("Meri", "notes", {"words": "Kysy unesta.", "language": "fi"})
    return room


def with_companions(room: Room) -> Room:
    """A co-mediator whom both accept, and an interpreter."""
    assigned = {"person": room.house.person("Ilmari"), "role": "co-mediator"}
    room.ids["Ilmari"] = room.does("Vilho", "mediators", assigned)["id"]
    room.does("Ilmari", "declarations", {"has_ties": False, "words": "Ei sidonnaisuuksia."})
    room.accepts_ties("Aino", "Pekka")
    room.comes("Irina", "interpreter")
    room.does("Irina", "undertakings", {})
    room.does("Ilmari", "notes", {"words": "Tulkki on tilattu.", "language": "fi"})
    return room


def agreed(room: Room, *signers: str) -> Room:
    """An agreement in two languages, sent, and signed by these."""
    for person, words in (("Aino", "Vuoronvaihto klo 14.50"), ("Pekka", "A list in common")):
        option = room.does(person, "options", {"words": words, "language": "fi" if person == "Aino" else "en"})["id"]
        for name in ("Aino", "Pekka"):
            room.does(name, f"options/{option}/responses", {"response": "yes"})
        room.does("Meri", f"options/{option}/state", {"state": "adopted"}, method="put")
    room.plans("follow-up", days=30)
    drafted(room)
    room.sends()
    room.sign(*signers)
    return room


def drafted(room: Room, **changes: Any) -> None:
    """A draft in two languages, with a promise of Pekka's and one of the manager's."""
    lines = [
        {"owners": [room.ids[name]], "starts_on": room.today(7), "texts": texts, **changes}
        for name, texts in PROMISES.items()
    ]
    room.drafts(["Pekka"], texts=PURPOSE, commitments=lines)


def referral(house: House) -> Room:
    """A case that was referred and for which a mediator was chosen."""
    room = referred(house)
    room.does("Meri", "declarations", {"has_ties": False, "words": "Ei sidonnaisuuksia."})
    room.accepts_ties("Aino")
    room.does("Meri", "screenings")
    room.does("Aino", "screenings/answers", {"answers": {"S1": "no", "S2": "no"}})
    return talked_privately(room)


def opening(house: House) -> Room:
    """The joint session is planned."""
    return talked_privately(room_in(house, "opening", ready=False))


def defining(house: House) -> Room:
    """Views are said, and a first version is drafted in two languages."""
    room = room_in(house, "problem-definition", ready=False)
    room.does("Aino", "views", {"words": "Tieto ei siirry.", "language": "fi"})
    room.does("Pekka", "views", {"words": "Nobody tells me anything.", "language": "en"})
    texts = {
        code: {"words": words, "goals": goals}
        for code, words, goals in (
            ("fi", "Tieto ei siirry.", ["Tieto siirtyy."]),
            ("en", "Information does not pass.", ["It passes."]),
        )
    }
    issues = [{"fi": "Vuoronvaihto", "en": "Handover"}, {"fi": "Lomat", "en": "Holidays"}]
    version = room.does("Meri", "problem-statements", {"texts": texts, "issues": issues})["version"]
    room.does("Aino", f"problem-statements/{version}/acceptances")
    return talked_privately(room)


def dialogue(house: House) -> Room:
    """Something was said at the table, a caucus was held, and there are a co-mediator and an interpreter."""
    room = with_companions(talked_privately(room_in(house, "dialogue")))
    room.does("Aino", "statements", {"audience": "table", "words": "Haluan, että tästä puhutaan.", "language": "fi"})
    caucus = room.does("Meri", "caucuses", {"participant": room.ids["Pekka"]})["id"]
    room.does("Meri", f"caucuses/{caucus}/ending")
    return room


def solutions(house: House) -> Room:
    """The agreement is out, and one has signed."""
    return agreed(talked_privately(room_in(house, "solutions", ready=False)), "Aino")


def following(house: House) -> Room:
    """The agreement is sealed with an annex, the notice given, and one has reported."""
    room = agreed(talked_privately(room_in(house, "solutions", ready=False)), "Aino", "Pekka", "Kaarina")
    room.moves("begin-follow-up")
    room.does("Meri", "notices")
    room.later(days=31)
    room.checks_in("Aino", words="Sujuu jo paremmin.", language="fi")
    return room


def kept(house: House) -> Room:
    """Closed: all was carried out."""
    room = room_in(house, "follow-up")
    room.moves("close")
    return room


def otherwise(house: House) -> Room:
    """Closed without an agreement, for a party withdrew."""
    room = talked_privately(room_in(house, "solutions"))
    room.does("Pekka", "withdrawals", {"confirmed": True})
    assert room.line()["notice"]["fi"] == NEUTRAL
    return room


def suspended(house: House) -> Room:
    """Suspended in dialogue."""
    room = talked_privately(room_in(house, "dialogue"))
    review = {"cause": "other", "review_on": room.today(300), "words": "Selvitetään.", "language": "fi"}
    room.does("Meri", "suspensions", review)
    return room


def amended(house: House) -> Room:
    """Version 1 is in force, and version 2 is out, signed by one."""
    room = agreed(talked_privately(room_in(house, "solutions", ready=False)), "Aino", "Pekka", "Kaarina")
    room.moves("begin-follow-up")
    room.does("Meri", "notices")
    room.later(days=31)
    room.checks_in("Aino", "not-kept", words="Ei ole pidetty.", language="fi")
    room.moves("amend")
    drafted(room)
    room.sends()
    room.sign("Aino")
    return room


# The first are the oldest; the letters of the beginning go out in between.
CASES: Mapping[str, Callable[[House], Room]] = {
    "closed-kept": kept,
    "closed-otherwise": otherwise,
    "amended": amended,
    "follow-up": following,
    "suspended": suspended,
    "solutions": solutions,
    "dialogue": dialogue,
    "problem-definition": defining,
    "opening": opening,
    "preparation": referral,
}


if __name__ == "__main__":
    make(Path(sys.argv[1]))
