"""Mentions of who has left: a draft that names them, or says that somebody left, warns who writes it (workflow.md rule 2)."""

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.store.models import Participant, RoleHeld, remaining
from mediation.workflow.declaration import Trait

MENTIONS = ("former-party-named", "leaving-mentioned")
# How consonants change when a Finnish name is inflected: Pekka → Pekan, Aalto → Aallon, Mäki → Mäen.
_WEAKER = (
    *(("kk", "k"), ("pp", "p"), ("tt", "t"), ("nk", "ng"), ("nt", "nn"), ("lt", "ll"), ("rt", "rr"), ("mp", "mm")),
    *(("ht", "hd"), ("k", ""), ("p", "v"), ("t", "d")),
)
# Names, and forms of names, that in small letters are words of their own: "toivo" is hope, and "ainoa" the only one.
_ALSO_WORDS = re.compile(
    r"""
        aalto|ainoa|aina|anna|armas|arvo|harju|helmi|hymy|ilma|ilo|impi|into|järvi|kai|kaino|kangas|kari|kauko|kielo|koski|kukka
        |laakso|lahja|lahti|laine|lehto|lumi|marja|meri|mäki|niemi|oiva|onni|pilvi|päivi|ranta|rauha|ruusu|saari|salo|satu|sini
        |sulo|suvi|tahto|taimi|toivo|tuomas|tuuli|urho|usko|valo|veli|vesa|virta|vuokko
        |berg|björn|dag|ek|lind|liv|sten|frank|grace|hope|mark|will
    """,
    re.VERBOSE,
)
_ENDINGS = "n|t|a|ä|ta|tä|lla|llä|lle|lta|ltä|ssa|ssä|sta|stä|na|nä|ksi"
_VOWELS = "aeiouyåäö"
_LEAVING = re.compile(
    r"""(?<!\w)(?:
        vetäy[td]y\w* | jättäy[td]y\w* | jäi\ pois | jät(?:ti|tänyt)\ sovittelun | (?:lähti|poistui|luopui)\ sovittelusta
        | keskeyt(?:ti|tänyt)\ sovittelun
        | (?:osapuoli|joku|yksi|hän|toinen)\ (?:meistä\ )?(?:on\ |oli\ )?(?:läh(?:ti|tenyt)|poistu(?:i|nut)|luopu(?:i|nut))
        | (?:osapuolen|jonkun|yhden|hänen|toisen)\ (?:meistä\ )?(?:lähdettyä|poistuttua|luovuttua|lähdön\ jälkeen)
        | (?:drog|drar|dragit|dra)\ sig\ (?:ur|tillbaka) | hoppa(?:t|de)\ av | (?:lämna(?:t|de)|avbr(?:öt|utit))\ medlingen
        | deltar\ inte\ (?:längre|mer) | inte\ längre\ (?:med|deltar)(?!\w)
        | withdr(?:ew|awn) | (?:has\ |have\ )?(?:left|quit|broke(?:n)?\ off)\ the\ mediation | dropped\ out | pulled\ out
        | no\ longer\ (?:takes?|taking|took)\ part | no\ longer\ participat\w+
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def mentions_of_leavers(db: Db, seat: Seat, texts: Iterable[str]) -> list[str]:
    """Which of MENTIONS the texts of a draft contain, where a party has left this case. Nothing is refused for it."""
    names = _names_of_leavers(db, seat)
    if not names:
        return []
    written = "\n".join(texts)
    named = any(_names(name, written) for name in names)
    return [code for code, found in zip(MENTIONS, (named, _LEAVING.search(written)), strict=True) if found]


def _names(name: str, written: str) -> bool:
    """Whether a text contains a name: with a capital letter however it goes on, in small letters as a whole word."""
    stems = "|".join(re.escape(stem) for stem in _stems(name))
    if re.search(rf"(?<!\w)(?:{stems})", written):
        return True
    if _ALSO_WORDS.fullmatch(name.lower()):
        return False
    small = "|".join(
        _inflected(stem.lower()) for stem in _stems(name) if not (name.endswith("i") and stem.endswith("e"))
    )
    return any(not _ALSO_WORDS.fullmatch(word) for word in re.findall(rf"(?<!\w)(?:{small})(?!\w)", written))


def _inflected(stem: str) -> str:
    """The pattern of a stem with the endings that a name has: aino, ainon, ainoon; daavid, daavidin, daavids."""
    last = stem[-1]
    more = f"{last}n|{_ENDINGS}" if last in _VOWELS else f"[ie]?(?:{_ENDINGS})|iin"
    return rf"{re.escape(stem)}(?:{more}|:?s)?"


def _names_of_leavers(db: Db, seat: Seat) -> list[str]:
    """The names of former parties, but for those that somebody who takes part bears, too."""
    roles = select(Participant, RoleHeld.role).join(RoleHeld, RoleHeld.participant_id == Participant.id)
    held = db.execute(roles.where(Participant.case_id == seat.case.id, RoleHeld.until.is_(None))).all()
    former = {one.leaves_as for one in seat.workflow.held(seat.workflow.who(Trait.CONSENTS))}
    left = {part for one, role in held if role in former for part in _parts(db, one)}
    here = {part for one, role in held if role not in former and one.left_at is None for part in _parts(db, one)}
    return sorted(left - here)


def _parts(db: Db, one: Participant) -> list[str]:
    return [part for part in re.split(r"[\s-]+", remaining(db, one, "name") or "") if len(part) > 2]


def _stems(name: str) -> Iterator[str]:
    """How a name begins in the forms that Finnish and Swedish give it: Virtanen, Virtasen; Mäki, Mäen; Markus, Markuksen."""
    yield name
    if name.endswith("nen"):
        yield name[:-3] + "se"
    if name.endswith("s"):
        yield from (name[:-1] + "ks", name[:-1] + name[-2])
    if name[-1] not in _VOWELS:
        return
    ends = ("e", "i") if name[-1] == "i" else (name[-1],)
    body = name[:-1]
    weaker = next((body.removesuffix(strong) + weak for strong, weak in _WEAKER if body.endswith(strong)), body)
    yield from (one + end for one in {body, weaker} for end in ends if len(one) > 1)
