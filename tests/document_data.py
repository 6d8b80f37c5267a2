"""What the documents of the tests say: an agreement of home-care workers in three languages, its annex and the rest."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import workflows  # noqa: F401 - their texts are among those printed
from mediation.documents.papers import Quoted, paper_in
from mediation.documents.texts import text_in_every_language
from mediation.settings import HELSINKI
from mediation.words.catalogue import say

LANGUAGES = ("fi", "sv", "en")
DATED = datetime(2027, 2, 1, 5, 30, tzinfo=UTC)
SEALED_AT = datetime(2027, 2, 2, 22, 5, 2, tzinfo=UTC)  # by the local clock on the third

WORDS: Mapping[str, Mapping[str, Any]] = {
    "fi": {
        "capacities": ["lähihoitaja", "sairaanhoitaja", "kotihoidon esihenkilö"],
        "purpose": "Tieto keskeneräisistä käynneistä ja muutoksista ei siirry meiltä toisillemme yhdellä sovitulla "
        "tavalla. Siksi käyntejä on jäänyt kesken, viestimme ovat kiristyneet ja olemme alkaneet välttää toisiamme.",
        "goals": [
            "Kumpikin tietää vuoron alussa, mikä on kesken.",
            "Puhumme ongelmista ensin toisillemme, asiallisesti.",
        ],
        "commitments": [
            (
                "Pidämme yhteisinä arkipäivinä kymmenen minuutin vuoronvaihdon klo 14.50.",
                "Vähintään 9 kymmenestä pidetty",
            ),
            ("Kirjaan keskeneräiset käynnit tehtävälistaan ennen vuoron päättymistä.", "Enintään 1 puuttuva kirjaus"),
            ("Varaan vuorolistaan klo 14.50–15.00 vuoronvaihdolle.", "Näkyy vuorolistassa"),
        ],
        "form": "Tapaaminen, jossa sovittelija on mukana",
        "notice": "Sovittelu on käyty ja siinä on tehty sopimus. Sisältö on luottamuksellinen.",
    },
    "sv": {
        "capacities": ["närvårdare", "sjukskötare", "chef för hemvården"],
        "purpose": "Information om oavslutade besök och ändringar går inte fram mellan oss på ett överenskommet sätt. "
        "Därför har besök blivit ogjorda, våra meddelanden har blivit spända och vi har börjat undvika varandra.",
        "goals": [
            "Vid skiftets början vet vi båda vad som är oavslutat.",
            "Vi talar om problem först med varandra, sakligt.",
        ],
        "commitments": [
            (
                "Vi håller en tio minuters skiftöverlämning kl. 14.50 på gemensamma vardagar.",
                "Minst 9 av 10 har hållits",
            ),
            ("Jag för in oavslutade besök i uppgiftslistan innan skiftet är slut.", "Högst en saknad anteckning"),
            ("Jag reserverar 14.50–15.00 i arbetsskiftsförteckningen.", "Syns i arbetsskiftsförteckningen"),
        ],
        "form": "Möte där medlaren är med",
        "notice": "Medling har genomförts och en överenskommelse har ingåtts. Innehållet är konfidentiellt.",
    },
    "en": {
        "capacities": ["practical nurse", "registered nurse", "home-care manager"],
        "purpose": "Information about unfinished visits and changes does not pass between us in one agreed way. "
        "Therefore visits have been left unfinished, our messages have become tense and we have begun to avoid each "
        "other.",
        "goals": [
            "At the start of a shift each of us knows what is unfinished.",
            "We speak about problems first to each other, respectfully.",
        ],
        "commitments": [
            ("We hold a ten-minute handover at 14:50 on shared weekdays.", "At least 9 of 10 held"),
            ("I enter unfinished visits in the task list before the shift ends.", "At most 1 missing entry"),
            ("I reserve 14:50–15:00 in the rota for the handover.", "Visible in the rota"),
        ],
        "form": "Meeting with the mediator",
        "notice": "Mediation has been held and an agreement has been made. Its content is confidential.",
    },
}
_OWNERS = (["Aino", "Pekka"], ["Pekka"], ["Tuula"])
_DAYS = (("2027-02-08", None), ("2027-02-08", None), (None, "2027-02-15"))


def commitments(language: str) -> list[dict[str, Any]]:
    """Three: one of both parties, one of Pekka, and one of the manager Tuula."""
    lines = zip(WORDS[language]["commitments"], _OWNERS, _DAYS, strict=True)
    return [
        {
            "label": f"C{number}",
            "action": action,
            "owners": owners,
            "starts": starts,
            "due": due,
            "rhythm": None,
            "measure": measure,
            "support": None,
        }
        for number, ((action, measure), owners, (starts, due)) in enumerate(lines, 1)
    ]


def _person(language: str, position: int) -> dict[str, str]:
    return {"name": ("Aino", "Pekka", "Tuula")[position], "capacity": WORDS[language]["capacities"][position]}


def agreement(language: str, **changes: Any) -> dict[str, Any]:
    words = WORDS[language]
    return {
        "case": "2027-0001",
        "version": 1,
        "replaces": None,
        "prevailing": "fi",
        "languages": ["fi", "sv", "en"],
        "place": "Esimerkkilä",
        "mediators": ["Meri"],
        "parties": [_person(language, 0), _person(language, 1)],
        "employer_representatives": [_person(language, 2)],
        "purpose": words["purpose"],
        "goals": words["goals"],
        "issues": [],
        "commitments": commitments(language),
        "new_problem": None,
        "follow_ups": [{"on": f"{day}T12:00:00+02:00", "form": words["form"]} for day in ("2027-03-04", "2027-08-10")],
        "confidentiality": None,
        "notices": [{"to": "commissioner", "words": words["notice"]}],
        "retention_months": 24,
    } | changes


def supervision_contract(language: str, shape: str = "with-manager", **changes: Any) -> dict[str, Any]:
    """A contract of a work supervision: Raili, Sanna, Olli and their manager, with frame and confidentiality."""
    roles = ("supervisor", "supervisee", "supervisee", "manager")
    people = [
        {"name": name, "capacity": "", "role": say(f"role.{role}", language), "signs": True}
        for name, role in zip(("Raili Rinne", "Sanna Salo", "Olli Oja", "Marko Mäkelä"), roles, strict=True)
    ]
    frame = {
        **dict.fromkeys(("methods", "participation", "evaluation", "ending"), ""),
        **{"form": say("supervision-form.work-community", language), "kind": say("supervision-kind.change", language)},
        **{"one": False, "cap": 8, "community": shape != "parents", "parents": shape == "parents"},
        **{"bound": shape == "manager-and-superior", "number": 14, "minutes": 90, "weeks": 3, "after": ["7."]},
        **{
            "starts_on": "1.2.2027",
            "ends_on": "31.1.2028",
            "where": say("form.on-site", language),
            "place": "Kokoushuone",
        },
    }
    texts = {
        "frame": text_in_every_language("frame", lambda _: frame, "supervision")[language],
        "confidentiality": text_in_every_language(
            "confidentiality", lambda _: {"parents": shape == "parents", "several": True}, "supervision"
        )[language],
    }
    return agreement(language) | {"people": people, "printed": texts, "notices": []} | changes


def annex(language: str, **changes: Any) -> dict[str, Any]:
    """Tuula's annex: the third commitment alone."""
    return {
        "case": "2027-0001",
        "version": 1,
        "prevailing": "fi",
        "languages": ["fi", "sv", "en"],
        "representative": _person(language, 2),
        "commitments": commitments(language)[2:],
    } | changes


def _signature(name: str, day: int, way: str, attested_by: str | None) -> dict[str, Any]:
    return {
        "name": name,
        "capacity": "",
        "signed_on": f"2027-02-{day:02}",
        "way": way,
        "attested_by": attested_by,
        "digest": "ab" * 32,
        "annex": name == "Tuula",
    }


def signatures(language: str = "fi", **changes: Any) -> dict[str, Any]:
    """The signature page, one signature of each way; `changes` bring the digests of real files."""
    return {
        "case": "2027-0001",
        "version": 1,
        "prevailing": language,
        "manifest_digest": "ab" * 32,
        "sealed_at": SEALED_AT.astimezone(HELSINKI).isoformat(),
        "documents": [{"name": "agreement-fi.pdf", "language": "fi", "sha256": "cd" * 32}],
        "signatures": [
            _signature("Pekka", 1, "own-device", None),
            _signature("Aino", 3, "paper", "Meri"),
            _signature("Tuula", 2, "in-person", None),
        ],
    } | changes


def letter(paragraphs: Sequence[str] = (), **changes: Any) -> dict[str, Any]:
    if paragraphs:
        changes["sections"] = [{"heading": "", "paragraphs": [*paragraphs]}]
    return {
        "recipient": "Pekka",
        "sender": "Meri, sovittelija",
        "subject": "Kutsu sovitteluun",
        "sections": [
            {"heading": "", "paragraphs": ["Hei Pekka,", "kutsun sinut tietotilaisuuteen."]},
            {"heading": "Työaika", "paragraphs": ["Tapaamiset ovat työaikaa.", "Ystävällisin terveisin\nMeri"]},
        ],
    } | changes


def closing_report(language: str, **changes: Any) -> dict[str, Any]:
    notice = {"fi": "Sovittelu on päättynyt.", "sv": "Medlingen har avslutats.", "en": "The mediation has ended."}
    ended = {"case": "2027-0001", "ended": "2027-02-01", "sessions": 2, "retention_days": 14, "retention_months": 24}
    agreed = {"version": None, "binds": False, "understanding": False, "outcome": None, "outcome_told": "ended"}
    return ended | agreed | {"notices": [{"to": "", "words": notice[language]}]} | changes


def agreed_text(language: str, kind: str = "terms", **changes: Any) -> dict[str, Any]:
    """A text that somebody agrees to, with the organisation's own lines in their box."""
    fill = {
        "terms": terms(),
        "ground-rules": {"default": say("ground-rules", language).splitlines(), "lines": ["Puhelimet pois."]},
    }.get(kind, {"case": "2027-0001", "organisation": "Esimerkkilän kotihoito"})
    blocks = text_in_every_language(kind, lambda _: fill)[language]
    return {"case": "2027-0001", "blocks": blocks, "signatory": "Aino Laine"} | changes


def terms(**changes: Any) -> dict[str, Any]:
    """What fills the terms: nothing that may be missing is there, but lines of the organisation's own."""
    return {
        "mediators": ["Meri Salo"],
        "parties": ["Aino Laine", "Pekka Niemi"],
        "companions": [],
        "organisation": "Esimerkkilän kotihoito",
        "provider": "",
        "payer": "",
        "scope": "",
        "if_fails": "",
        "billing_period": "",
        "final_date": "",
        "contact": "",
        "own_lines": ["Kulut maksetaan ohjeen mukaan."],
        "words_days": 14,
        "agreement_months": 24,
    } | changes


def evidence(language: str = "fi", **changes: Any) -> dict[str, Any]:
    """Aino's evidence: signed on her phone, with a code, interpreted to her by a service."""
    return {
        "kept": True,
        "case": "2027-0001",
        "version": 1,
        "prevailing": "fi",
        "annex": False,
        "signatory": "Aino",
        "at": "2027-02-03T22:15:07.123456+00:00",
        "local": "2027-02-04T00:15:07.123456+02:00",
        "zone": "Europe/Helsinki",
        "digest": "ab" * 32,
        "shown": {"language": "fi", "file": "sopimus-fi.pdf", "sha256": "cd" * 32},
        "intent": {"language": language, "words": "Allekirjoita sopimus"},
        "way": "own-device",
        "method": "work-address",
        "factor": "totp",
        "attested_by": None,
        "paper": None,
        "interpreted": {
            "language": "et",
            "interpreter": None,
            "service": "Esimerkin tulkkikeskus",
            "service_number": "4711",
        },
    } | changes


def paper(language: str, code: str = "engagement-contract", *, word: str = "Vuoronvaihto") -> dict[str, Any]:
    """A paper whose every blank that people write holds `word`."""
    said, day = Quoted(word, "sv"), date(2027, 2, 1)
    clause = {"owners": [word, word], "starts": day, "due": day}
    clause |= dict.fromkeys(("action", "rhythm", "measure", "support"), said)
    line = {"label": "C1", "answer": "partly", "rating": 3, "action": said, "words": said}
    report = {"name": word, "at": day, "version": 1, "answer": "holds", "atmosphere": 4, "words": said, "lines": [line]}
    goal = {"label": "1", "goal": said, "words": said}
    spread = [{"label": "1", "goal": said, "numbers": [0, 1, 3, 2, 0]}]
    evaluation = {"day": day, "learnt": said, "goals": [goal, goal], "spread": spread, "wishes": said}
    fill: dict[str, dict[str, Any]] = {
        "engagement-contract": {
            **dict.fromkeys(("organisation", "provider", "payer", "contact"), word),
            **dict.fromkeys(("terms", "scope", "if_fails"), said),
            "ordered": day,
            "final_date": day,
            "billing_period": "quarter",
            "words_days": 14,
            "agreement_months": 24,
        },
        "declaration-of-ties": {
            "organisation": word,
            "whose": "all",
            "declarations": [
                {
                    "mediator": word,
                    "at": day,
                    "has_ties": True,
                    "words": said,
                    "answers": [{"name": word, "value": "accepted", "at": day}],
                }
            ],
        },
        "amendment": {
            "version": 2,
            "earlier": 1,
            "in_force": True,
            "changed": [
                {"label": f"C{number}", "change": change, "before": before, "now": now}
                for number, (change, before, now) in enumerate(
                    (("changed", clause, clause), ("new", None, clause), ("dropped", clause, None))
                )
            ],
            "unchanged": ["C4"],
            "parts": [{"name": "purpose", "before": [said], "now": [said]}],
        },
        "follow-up-report": {
            "meetings": [{"day": day, "reports": [report]}, {"day": None, "reports": [report]}],
            "breaches": [{"label": "C1", "state": "open"}],
            "ahead": [day],
        },
        "outcome-notice": {"whose": "all", "notices": [{"to": "commissioner", "at": day, "words": said}]},
        "status-report": {
            "organisation": word,
            "today": day,
            "outcome": "ended",
            "status": "closed",
            "opened_on": day,
            "next_milestone": "2027-03",
            "screening": "suitable",
            "ties_declared": True,
            "billed": [{"until": day, "hours": 3.5}],
            "hours": 7.5,
            "notice": said,
        },
        "interim-evaluation": {"meetings": [evaluation]},
        "closing-evaluation": {"meetings": [evaluation, {**evaluation, "spread": [], "goals": []}]},
        "summary-to-orderer": {"organisation": word, "at": day, "words": said},
        "destruction-certificate": {
            "destroyed": [{"clock": "private", "day": day}],
            "remains": [{"clock": "agreement", "day": day}, {"clock": "record", "day": None}],
        },
    }
    signatories = [{"name": word, "capacity": word}] if code == "engagement-contract" else []
    blocks = paper_in(code, language, {"case": "2027-0001", **fill[code]})
    return {
        "case": "2027-0001",
        "confidential": True,
        "blocks": blocks,
        "signatories": signatories,
        "letterhead": {"name": word, "contact": word, "controller": word},
    }


def data_of(document: str, language: str) -> dict[str, Any]:
    if document == "letter":
        return letter()
    makers: dict[str, Callable[[str], dict[str, Any]]] = {
        "agreement": agreement,
        "annex": annex,
        "supervision-contract": supervision_contract,
        "signatures": signatures,
        "closing-report": closing_report,
        "agreed-text": agreed_text,
        "evidence": evidence,
        "paper": paper,
    }
    head = {"name": "Sovittelijat", "contact": "neuvonta@example.org", "controller": "Sovittelijat Oy"}
    lines = (
        ["Noudatamme sovittelijoiden eettisiä ohjeita."] if document in {"agreement", "annex", "closing-report"} else []
    )
    bears = {} if document in {"signatures", "paper"} else {"letterhead": {**head, "lines": lines}}
    return {**makers[document](language), **bears}
