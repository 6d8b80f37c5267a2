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
_VOWELS = "aeiouyåäö"
_LEAVING = re.compile(
    r"""(?<!\w)(?:
        vetäy[td]y\w* | jättäy[td]y\w* | jäi\ pois | jät(?:ti|tänyt)\ sovittelun | (?:lähti|poistui|luopui)\ sovittelusta
        | (?:drog|drar|dragit|dra)\ sig\ ur | hoppa(?:t|de)\ av | lämna(?:t|de)\ medlingen
        | withdr(?:ew|awn) | (?:has\ |have\ )?left\ the\ mediation | dropped\ out | pulled\ out
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def mentions_of_leavers(db: Db, seat: Seat, texts: Iterable[str]) -> list[str]:
    """Which of MENTIONS the texts of a draft contain, where a party has left this case. Nothing is refused for it."""
    names = _names_of_leavers(db, seat)
    if not names:
        return []
    written = "\n".join(texts)
    stems = "|".join(re.escape(stem) for name in names for stem in _stems(name))
    named = stems and re.search(rf"(?<!\w)(?:{stems})", written)
    return [code for code, found in zip(MENTIONS, (named, _LEAVING.search(written)), strict=True) if found]


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
