"""Mentions of who has left: a draft that names them, or says that somebody left, warns who writes it (workflow.md rule 2)."""

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.store.models import Participant, RoleHeld, remaining
from mediation.words.names import composed
from mediation.workflow.declaration import Trait

MENTIONS = ("former-party-named", "leaving-mentioned")
# How consonants change when a Finnish name is inflected: Pekka → Pekan, Aalto → Aallon, Satu → Sadun. A single k goes in few
# (Mäki → Mäen), and never in those that most people have: Mika → Mikan.
_WEAKER = (
    *(("kk", "k"), ("pp", "p"), ("tt", "t"), ("nk", "ng"), ("nt", "nn"), ("lt", "ll"), ("rt", "rr"), ("mp", "mm")),
    *(("ht", "hd"), ("p", "v"), ("t", "d")),
)
# Names, and forms of names, that in small letters are words of their own: "toivo" is hope, and "ainoa" the only one.
_ALSO_WORDS = re.compile(
    r"""
        aalto|ainoa|aina|anna|armas|arvo|harju|helmi|hymy|ilma|ilo|impi|into|järvi|kai|kaino|kangas|kari|kauko|kielo|koski|kukka
        |laakso|lahja|lahti|laine|lehto|lumi|marja|meri|mäki|niemi|oiva|onni|pilvi|päivi|ranta|rauha|ruusu|saari|salo|satu|sini
        |sulo|suvi|tahto|taimi|toivo|tuomas|tuuli|urho|usko|valo|veli|vesa|virta|vuokko
        |alin|arit|aura|hiljaa|kuisma|lilja|pelto|pian|samoin|sanaa?n?|sisko|tapio|terttu|tyynen?|vilja|vuori
        |berg|björn|dag|ek|jan|lind|liv|maj|max|per|rosa|rut|sten|stig|tom|van
        |an|de|do|en|in|le|li|me|my|no|on|or|se|so|ta|te|to|vi
        |art|bill|frank|grace|guy|hope|joy|june|mark|may|rich|will
    """,
    re.VERBOSE,
)
_LOSES_K = re.compile("(?:mä|jo|sel)k$", re.IGNORECASE)
_WEAK_ENDINGS = "n|t|lla|llä|lle|lta|ltä|ssa|ssä|sta|stä|ksi"
_ENDINGS = f"{_WEAK_ENDINGS}|a|ä|tta|ttä|na|nä"
_CLITICS = "kin|kaan|kään|ko|kö|han|hän|pa|pä"
_VOWELS = "aeiouyåäö"
_SHORT = 3  # letters: a shorter name is looked for with a capital letter only
_LATIN = re.compile("[a-z\u00c0-\u024f]", re.IGNORECASE)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")  # Thai to Chinese
_LEAVING = re.compile(
    r"""(?<!\w)(?:
        vetäy[td]y\w* | jättäy[td]y\w* | jäi\ pois | jät(?:ti|tänyt)\ sovittelun | (?:lähti|poistui|luopui)\ sovittelusta
        | (?:keskeyt(?:ti|tänyt)|lopet(?:ti|tanut))\ sovittelun
        | (?:osapuoli|joku|yksi|hän|toinen)\ (?:meistä\ )?(?:on\ |oli\ )?(?:läh(?:ti|tenyt)|poistu(?:i|nut)|luopu(?:i|nut))
            (?=\ *(?:$|[.,;:!?)\n]) | \ (?:kesken|pois|sovittelu|ja(?!\w)|eikä|ennen))
        | (?:osapuolen|jonkun|yhden|hänen|toisen)\ (?:meistä\ )?(?:lähdettyä|poistuttua|luovuttua|lähdön\ jälkeen)
        | (?:drog|drar|dragit|dra)\ sig\ (?:ur|tillbaka) | hoppa(?:t|de)\ av | (?:lämna(?:t|de)|avbr(?:öt|utit))\ medlingen
        | deltar\ inte\ (?:längre|mer) | (?:är|var)\ inte\ längre\ med(?=\ *(?:$|[.,;:!?)\n])|\ i\ medlingen)
        | inte\ längre\ deltar(?!\w) | slutat?(?:de)?\ i\ medlingen
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
    written = composed("\n".join(texts))
    named = any(_names(name, written) for name in names)
    return [code for code, found in zip(MENTIONS, (named, _LEAVING.search(written)), strict=True) if found]


def _names(name: str, written: str) -> bool:
    """Whether a text contains a name in one of its forms: with a capital letter, or where no word is written so, in small ones.

    Names in scripts that put no spaces between words are looked for wherever they stand.
    """
    if _UNSPACED.search(name):
        return len(name) > 1 and name in written
    is_word = _ALSO_WORDS.fullmatch(name.lower()) is not None
    if len(name) < _SHORT and is_word:
        return False
    if re.search(_words("|".join(_capital_forms(name))), written):
        return True
    found = re.findall(_words("|".join(_forms(name))), written, re.IGNORECASE)
    small = not is_word and len(name) >= _SHORT
    return any(word[0].isupper() or (small and not _ALSO_WORDS.fullmatch(word)) for word in found)


def _words(forms: str) -> str:
    return rf"(?<!\w)(?:{forms})(?:{_CLITICS})?(?!\w)" if forms else "(?!)"


def _forms(name: str) -> Iterator[str]:
    """Patterns of the forms that Finnish and Swedish give a name: Virtanen, Virtasen, Virtasta; Markus, Markuksen; Ainos."""
    known, last = re.escape(name), name[-1].lower()
    if not _LATIN.search(name):
        yield rf"{re.escape(name[: max(len(name) - 1, 3)])}\w{{0,3}}"
    elif last not in _VOWELS:
        yield rf"{known}(?:[:'’]?s|:?[ie]?(?:{_ENDINGS}|ta|tä)|:?iin)?"
    else:
        partitive = "|ta|tä" if name[-2].lower() in _VOWELS else ""
        yield rf"{known}(?:[:'’]?s|:?(?:{_ENDINGS}|{last}n{partitive}))?"
        yield rf"{re.escape(_weaker(name[:-1]))}{last}(?:{_WEAK_ENDINGS})"
    if last == "s":
        yield rf"{known[:-1]}(?:kse|{re.escape(name[-2])})(?:{_ENDINGS}|en|seen)"
    if name.endswith("nen"):
        yield rf"{known[:-3]}s(?:e(?:{_ENDINGS}|en)|ta|tä|ten|ia|iä)"


def _capital_forms(name: str) -> Iterator[str]:
    """Patterns of forms that in small letters are other words too often: Lahti, Lahden; Saari, Saaren."""
    if name.endswith("i") and len(name) >= _SHORT:
        yield rf"{re.escape(name[:-1])}e(?:{_ENDINGS}|en)"
        yield rf"{re.escape(_weaker(name[:-1]))}e(?:{_WEAK_ENDINGS})"


def _weaker(body: str) -> str:
    if _LOSES_K.search(body):
        return body[:-1]
    return next((body.removesuffix(strong) + weak for strong, weak in _WEAKER if body.endswith(strong)), body)


def _names_of_leavers(db: Db, seat: Seat) -> list[str]:
    """The names of former parties, but for those that somebody who takes part bears, too."""
    roles = select(Participant, RoleHeld.role).join(RoleHeld, RoleHeld.participant_id == Participant.id)
    held = db.execute(roles.where(Participant.case_id == seat.case.id, RoleHeld.until.is_(None))).all()
    former = {one.leaves_as for one in seat.workflow.roles_of(seat.workflow.who(Trait.CONSENTS))}
    left = {part for one, role in held if role in former for part in _parts(db, one)}
    here = {part for one, role in held if role not in former and one.left_at is None for part in _parts(db, one)}
    return sorted(left - here)


def _parts(db: Db, one: Participant) -> list[str]:
    # Neither an initial nor the small words of a family's name: af, von, de.
    parts = re.split(r"[\s-]+", remaining(db, one, "name") or "")
    return [part for part in parts if len(part.strip(".")) > 1 and not part.islower()]
