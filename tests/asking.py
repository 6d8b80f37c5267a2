"""Every act as it is asked for at its door: by whom, in which phase, with which body, and what asking again gives.

for ask in ASKS:
    desk = desk_in(house, doors, ask)      # a case in which this act is open
    response = desk.ask(*ask.of(desk))     # the act, as somebody would do it
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import func, literal, select, union_all

from mediation.store.models import Base
from tests.cases import Table, case_in
from tests.houses import House, application
from tests.laptop import Doors, answered, little_pdf

Json = dict[str, Any]

SAME = "the same"  # the same answer, and nothing more has happened
SECOND = "a second one"  # whoever says a thing twice has said two things
OF_NO_CASE = ("idempotency_keys", "reads")  # what is kept of requests, not of what they did


@dataclass
class Desk:
    """A case, and the doors to it as anybody; `made` is what was made on the way, by name."""

    doors: Doors
    table: Table
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> str:
        return self.table.number

    @property
    def ids(self) -> dict[str, str]:
        return self.table.ids

    @property
    def people(self) -> dict[str, str]:
        return self.table.house.people

    def ask(self, who: str | None, door: str, body: Any = None, **headers: str) -> httpx.Response:
        """Knock at a door of the case, such as `POST consents`."""
        method, path = asked_at(door, self.number)
        if isinstance(body, bytes):
            sent = self.doors.of(who).request(method, path, content=body, headers=headers)
        else:
            sent = self.doors.of(who).request(method, path, json=body, headers=headers)
        return sent

    def read(self, who: str, path: str = "") -> Json:
        """What somebody reads."""
        return answered(self.ask(who, f"GET {path}".strip()))

    def once(self, name: str, who: str, door: str, body: Any = None, **headers: str) -> Json:
        """What an act gives, done when it is first needed."""
        if name not in self.made:
            self.made[name] = answered(self.ask(who, door, body, **headers))
        return dict(self.made[name])


def asked_at(door: str, number: str) -> tuple[str, str]:
    """The method and the path of a door of a case; one that begins with a slash is of no case."""
    method, _, path = door.partition(" ")
    return method, f"/api{path}" if path.startswith("/") else f"/api/cases/{number}/{path}".rstrip("/")


@dataclass(frozen=True)
class Ask:
    """One act at its door. `again` is SAME, SECOND, or the code with which a second asking is refused.

    `breaks` says that the case is another one afterwards: what else is asked for needs a new one. `alone` says so
    of what has to be done before.
    """

    door: str
    who: str
    phase: str
    body: Callable[[Desk], Any] = lambda desk: None
    ids: Callable[[Desk], Mapping[str, str]] = lambda desk: {}
    again: str = SAME
    breaks: bool = False
    alone: bool = False
    ready: bool = False
    headers: Callable[[Desk], dict[str, str]] = lambda desk: {}

    def __str__(self) -> str:
        return self.door

    def of(self, desk: Desk) -> tuple[str, str, Any]:
        """Who asks for what where."""
        body, ids = self.body(desk), dict(self.ids(desk))
        return self.who, self.door.format(**ids), body


def desk_in(house: House, doors: Doors, ask: Ask) -> Desk:
    """A new case in which this is asked for."""
    house.person("Aino", email=False)  # letters to her are printed
    house.person("Hilla", office="hr")
    return Desk(doors, case_in(house, ask.phase, ready=ask.ready))


def rows(house: House) -> dict[str, int]:
    """How many rows each table has."""
    tables = [one for one in Base.metadata.sorted_tables if one.name not in OF_NO_CASE]
    counts = (select(literal(one.name), func.count()).select_from(one) for one in tables)
    with house.installation.database.reading() as db:
        return {str(name): int(number) for name, number in db.execute(union_all(*counts))}


# What acts need to have been done before.


def first(rows: list[Json], **like: Any) -> Json:
    """The first of these with such values."""
    return next(one for one in rows if all(one[name] == value for name, value in like.items()))


def private(desk: Desk) -> str:
    said = {"audience": "mediator", "words": "Minua jännittää. Sano se.", "language": "fi"}
    return str(desk.once("private", "Aino", "POST statements", said)["id"])


def at_table(desk: Desk) -> str:
    said = {"audience": "table", "words": "Näin se meni.", "language": "fi"}
    return str(desk.once("at-table", "Aino", "POST statements", said)["id"])


def session(desk: Desk) -> str:
    return str(desk.once("session", "Meri", "POST sessions", PLAN)["id"])


def begun(desk: Desk) -> str:
    planned = str(desk.once("to-begin", "Meri", "POST sessions", PLAN)["id"])
    desk.once("begun", "Meri", f"POST sessions/{planned}/beginning")
    return planned


def caucus(desk: Desk) -> str:
    return str(desk.once("caucus", "Meri", "POST caucuses", {"participant": desk.ids["Pekka"]})["id"])


def declaration(desk: Desk) -> str:
    return str(first(desk.read("Meri")["declarations"])["id"])


def screening(desk: Desk) -> str:
    return str(desk.once("screening", "Meri", "POST screenings", {"language": "fi"})["id"])


def mark(desk: Desk) -> str:
    return str(first(desk.read("Aino")["marks"], participant=desk.ids["Aino"], kind="ties-answered")["id"])


def problem_version(desk: Desk) -> str:
    return str(desk.once("problem", "Meri", "POST problem-statements", PROBLEM)["version"])


def issue(desk: Desk) -> str:
    problem_version(desk)
    return str(desk.read("Meri")["problem_statements"][-1]["issues"][0]["id"])


def option(desk: Desk) -> str:
    return str(desk.once("option", "Aino", "POST options", {"words": "Vuoronvaihto", "language": "fi"})["id"])


def agreed_option(desk: Desk) -> str:
    for name in ("Aino", "Pekka"):
        desk.once(f"yes-{name}", name, f"POST options/{option(desk)}/responses", {"response": "yes"})
    return option(desk)


def drafted(desk: Desk) -> None:
    desk.once("draft", "Meri", "PUT agreement", draft(desk))


def sendable(desk: Desk) -> Json:
    drafted(desk)
    desk.once("follow-up", "Meri", "POST sessions", PLAN | {"kind": "follow-up", "serves": []})
    return {"sign_by": "2027-01-25"}


def sent(desk: Desk) -> str:
    return str(desk.once("sent", "Meri", "POST agreement/sending", sendable(desk))["digest"])


def waits_for_aino(desk: Desk) -> Json:
    sent(desk)
    return {}


def reports(desk: Desk, answer: str = "kept") -> Json:
    agreed = desk.read("Aino", "agreement")["commitments"]
    return {one["id"]: {"answer": answer, "rating": 4, "words": "Useimmiten."} for one in agreed}


def follow_up(desk: Desk) -> str:
    return str(first(desk.read("Meri")["sessions"], kind="follow-up")["id"])


def to_mediator(desk: Desk) -> str:
    said = {"audience": "mediator", "reports": reports(desk)}
    return str(desk.once("to-mediator", "Aino", "POST check-ins", said)["id"])


def breach(desk: Desk) -> str:
    desk.once("not-kept", "Aino", "POST check-ins", {"audience": "table", "reports": reports(desk, "not-kept")})
    return str(desk.read("Meri", "check-ins")["breaches"][0]["id"])


def held(desk: Desk) -> str:
    return str(desk.once("held", "Aino", "POST holds")["id"])


def newcomer(desk: Desk) -> str:
    salla = {"name": "Salla", "email": "salla@example.org", "role": "interpreter"}
    return str(desk.once("newcomer", "Meri", "POST participants", salla)["id"])


def letter(desk: Desk) -> str:
    desk.once("invited", "Meri", "POST invitations", {"participant": desk.ids["Aino"]})
    return str(answered(desk.ask("Meri", "GET letters"))[0]["id"])


def withdrawn(desk: Desk) -> None:
    desk.once("withdrawn", "Pekka", "POST withdrawals", {"words": "", "language": "fi"})


def suspended(desk: Desk) -> None:
    desk.once("suspended", "Meri", "POST suspensions", SUSPENSION)


def tag(desk: Desk) -> dict[str, str]:
    return {"If-Match": desk.ask("Meri", "GET transitions").headers["ETag"]}


def draft(desk: Desk, **changes: Any) -> Json:
    """A whole draft, in Finnish."""
    text = {
        "purpose": "Tieto ei kulje meillä.",
        "goals": ["Kumpikin tietää, mikä on kesken."],
        "new_problem": "Soitamme sovittelijalle.",
        "confidentiality": "Puhumme sisällöstä vain toisillemme.",
        "notices": {"commissioner": "Sovittu on.", "work-community": "Sovittu on.", "initiator": "Sovittu on."},
    }
    words = {"action": "Kirjaan.", "rhythm": "joka vuoro", "measure": "Näkyy listassa.", "support": "Lista."}
    promise = {"label": "C1", "owners": [desk.ids["Pekka"]], "starts_on": "2027-02-08", "due_on": None}
    commitments = [{**promise, "texts": {"fi": words}}]
    whole = {"prevailing": "fi", "texts": {"fi": text}, "commitments": commitments, "disclosure_decided": True}
    return whole | changes


def referral(desk: Desk) -> Json:
    return {
        "organisation": desk.table.house.organisation("Esimerkkilä"),
        "language": "fi",
        "subject": "Vuoronvaihto",
        "parties": [{"name": "Anna", "capacity": "lähihoitaja"}],
        "initiator": {"name": "Irma", "capacity": "työsuojeluvaltuutettu"},
        "attendance_basis": "voluntary",
    }


PLAN = {
    "kind": "joint",
    "planned_at": "2027-02-11T09:00:00+02:00",
    "minutes": 240,
    "serves": ["opening"],
    "place": "Sali",
}
PROBLEM = {
    "texts": {"fi": {"words": "Tieto ei kulje.", "goals": ["Tieto kulkee."]}},
    "issues": [{"fi": "Vuoronvaihto"}],
}
SUSPENSION = {"cause": "absence", "review_on": "2027-03-01", "words": "Lomalla.", "language": "fi"}

ASKS: tuple[Ask, ...] = (
    Ask("POST /cases", "Vilho", "preparation", referral, again=SECOND),
    Ask("POST order", "Vilho", "preparation", lambda _: {"terms": "Sovittelu.", "language": "fi", "final_date": None}),
    Ask("POST mediators", "Vilho", "preparation", lambda d: {"person": d.people["Meri"], "role": "mediator"}),
    Ask(
        "POST hand-overs",
        "Vilho",
        "opening",
        lambda d: {"person": d.people["Hilla"]},
        again="case-not-found",
        breaks=True,
    ),
    # Who takes part.
    Ask(
        "POST participants",
        "Meri",
        "opening",
        lambda d: {"name": "Siiri", "role": "support-person", "supports": d.ids["Aino"], "capacity": "siskoni"},
        again=SECOND,
    ),
    Ask(
        "DELETE participants/{participant}",
        "Meri",
        "opening",
        ids=lambda d: {"participant": d.ids["Tuula"]},
        again="participant-not-found",
        breaks=True,
    ),
    Ask(
        "POST participants/{participant}/confirmations",
        "Meri",
        "opening",
        lambda _: {"way": "work-address"},
        lambda d: {"participant": newcomer(d)},
    ),
    Ask(
        "POST participants/{participant}/successor",
        "Meri",
        "opening",
        lambda _: {"name": "Sanna", "capacity": "esihenkilö"},
        lambda d: {"participant": d.ids["Pekka"]},
        again="not-a-party",
        breaks=True,
    ),
    Ask(
        "POST participants/{participant}/end-of-employment",
        "Meri",
        "opening",
        ids=lambda d: {"participant": d.ids["Pekka"]},
        again="not-a-party",
        breaks=True,
    ),
    Ask(
        "POST declarations",
        "Meri",
        "preparation",
        lambda _: {"has_ties": False, "words": "Ei sidonnaisuuksia.", "language": "fi"},
        again=SECOND,
        ready=True,
        breaks=True,
    ),
    Ask(
        "POST declarations/{declaration}/answers",
        "Aino",
        "opening",
        lambda _: {"answer": "objected"},
        lambda d: {"declaration": declaration(d)},
    ),
    Ask("POST invitations", "Meri", "opening", lambda d: {"participant": d.ids["Aino"]}),
    Ask("POST consents", "Aino", "opening", lambda _: {"answer": "given"}),
    Ask("POST undertakings", "Kaarina", "opening", lambda _: {}),
    Ask("POST separate-meeting-waivers", "Aino", "preparation", lambda _: {}, ready=True),
    Ask("POST corrections", "Aino", "opening", lambda d: {"mark": mark(d)}, breaks=True),
    Ask(
        "POST withdrawals",
        "Pekka",
        "opening",
        lambda _: {"words": "En halua.", "language": "fi"},
        again="act-not-yours",
        breaks=True,
    ),
    Ask(
        "POST withdrawals/taking-back",
        "Pekka",
        "opening",
        lambda d: withdrawn(d) or {},
        again="act-not-yours",
        breaks=True,
        alone=True,
    ),
    Ask(
        "POST withdrawals/confirmation",
        "Pekka",
        "opening",
        lambda d: withdrawn(d) or {},
        breaks=True,
        alone=True,
    ),
    # Where the case stands.
    Ask(
        "POST transitions",
        "Meri",
        "opening",
        lambda _: {"transition": "define-problem"},
        headers=tag,
        again="case-changed",
        ready=True,
        breaks=True,
    ),
    Ask("POST pauses", "Aino", "opening", lambda _: {}, breaks=True),
    Ask("POST suspensions", "Meri", "opening", lambda _: SUSPENSION, again="case-suspended", breaks=True),
    Ask(
        "POST resumptions",
        "Meri",
        "opening",
        suspended,
        again="not-suspended-now",
        breaks=True,
        alone=True,
    ),
    Ask(
        "POST discontinuation",
        "Meri",
        "opening",
        lambda _: {"outcome": "no-agreement"},
        again="act-not-open",
        breaks=True,
    ),
    Ask("POST impasses", "Meri", "opening"),
    # Screening.
    Ask("POST screenings", "Meri", "opening", lambda _: {"language": "fi"}),
    Ask(
        "POST screenings/answers",
        "Aino",
        "opening",
        lambda d: screening(d) and {"answers": {"S1": "no"}, "language": "fi"},
        again=SECOND,
    ),
    Ask(
        "POST screenings/decision",
        "Meri",
        "opening",
        lambda d: (
            screening(d) and {"outcome": "suitable-with-safeguards", "safeguards": ["breaks"], "words": "Hyvin käy."}
        ),
        again="no-screening-under-way",
        breaks=True,
    ),
    Ask("POST safeguards", "Meri", "opening", lambda _: {"safeguard": "breaks"}),
    # Sessions.
    Ask("POST sessions", "Meri", "opening", lambda _: PLAN, again=SECOND),
    Ask(
        "PATCH sessions/{session_id}",
        "Meri",
        "opening",
        lambda _: {"planned_at": "2027-02-12T09:00:00+02:00"},
        lambda d: {"session_id": session(d)},
    ),
    Ask("POST sessions/{session_id}/absences", "Aino", "opening", lambda _: {}, lambda d: {"session_id": begun(d)}),
    Ask(
        "POST sessions/{session_id}/cancellation",
        "Meri",
        "opening",
        ids=lambda d: {"session_id": session(d)},
        breaks=True,
    ),
    Ask("POST sessions/{session_id}/beginning", "Meri", "opening", ids=lambda d: {"session_id": begun(d)}),
    Ask(
        "PUT sessions/{session_id}/attendance",
        "Meri",
        "opening",
        lambda d: {"attendance": {d.ids["Aino"]: "present"}},
        lambda d: {"session_id": begun(d)},
    ),
    Ask(
        "POST sessions/{session_id}/ending",
        "Meri",
        "opening",
        lambda _: {"early": True},
        lambda d: {"session_id": begun(d)},
        breaks=True,
    ),
    Ask("POST caucus-requests", "Aino", "dialogue", lambda _: {}),
    Ask("POST caucuses", "Meri", "dialogue", lambda d: {"participant": d.ids["Pekka"]}),
    Ask("POST caucuses/{session_id}/ending", "Meri", "dialogue", ids=lambda d: {"session_id": caucus(d)}, breaks=True),
    # What is said.
    Ask(
        "POST statements",
        "Aino",
        "opening",
        lambda _: {"audience": "mediator", "words": "Vain sinulle.", "language": "fi"},
        again=SECOND,
    ),
    Ask(
        "POST statements/{statement}/releases",
        "Aino",
        "dialogue",
        lambda _: {"sentence": "Sano se."},
        lambda d: {"statement": private(d)},
    ),
    Ask(
        "POST statements/{statement}/renewals",
        "Aino",
        "dialogue",
        lambda _: {},
        lambda d: {"statement": private(d)},
        again=SECOND,
    ),
    Ask(
        "POST statements/{statement}/corrections",
        "Aino",
        "dialogue",
        lambda _: {"words": "Sanoin näin.", "language": "fi"},
        lambda d: {"statement": at_table(d)},
        again="statement-not-found",
        breaks=True,
    ),
    Ask("POST notes", "Meri", "opening", lambda _: {"words": "Tauko tunnin välein.", "language": "fi"}, again=SECOND),
    Ask("POST ground-rules/acceptances", "Aino", "opening", lambda _: {}),
    Ask("POST opening-turns", "Meri", "opening", lambda d: {"participants": [d.ids["Aino"]]}),
    Ask("POST readiness", "Aino", "dialogue", lambda _: {}),
    Ask(
        "POST views",
        "Aino",
        "problem-definition",
        lambda _: {"passed": False, "words": "Näin minä sen näen.", "language": "fi"},
        again=SECOND,
    ),
    # The joint text.
    Ask("POST problem-statements", "Meri", "problem-definition", lambda _: PROBLEM, again=SECOND, breaks=True),
    Ask(
        "POST problem-statements/{version}/acceptances",
        "Aino",
        "problem-definition",
        lambda _: {},
        lambda d: {"version": problem_version(d)},
    ),
    Ask(
        "PUT issues/{issue}", "Meri", "problem-definition", lambda _: {"state": "agreed"}, lambda d: {"issue": issue(d)}
    ),
    # Ways out, and the agreement.
    Ask("POST options", "Aino", "solutions", lambda _: {"words": "Yhteinen lista", "language": "fi"}, again=SECOND),
    Ask(
        "POST options/{option}/responses",
        "Aino",
        "solutions",
        lambda _: {"response": "maybe"},
        lambda d: {"option": option(d)},
    ),
    Ask(
        "PUT options/{option}/state",
        "Meri",
        "solutions",
        lambda _: {"state": "set-aside", "reason": "Ei nyt."},
        lambda d: {"option": agreed_option(d)},
    ),
    Ask("PUT agreement", "Meri", "solutions", draft, again="if-match-missing", breaks=True),
    Ask("DELETE agreement/draft", "Meri", "solutions", drafted, again="no-draft", breaks=True),
    Ask("POST agreement/sending", "Meri", "solutions", sendable, breaks=True),
    Ask("PUT agreement/sign-by", "Meri", "solutions", lambda d: sent(d) and {"sign_by": "2027-02-22"}),
    Ask("POST agreement/reflections", "Aino", "solutions", waits_for_aino),
    Ask("POST agreement/talks", "Aino", "solutions", waits_for_aino),
    Ask("POST agreement/refusals", "Aino", "solutions", waits_for_aino),
    Ask("POST agreement/signatures", "Aino", "solutions", lambda d: {"digest": sent(d)}),
    Ask(
        "POST scans?whose={whose}",
        "Meri",
        "opening",
        lambda _: little_pdf(),
        lambda d: {"whose": d.ids["Aino"]},
        headers=lambda _: {"Content-Type": "application/pdf"},
        again=SECOND,
    ),
    # Follow-up.
    Ask(
        "POST check-ins",
        "Aino",
        "follow-up",
        lambda d: {
            "audience": "table",
            "language": "fi",
            "atmosphere": 4,
            "words": "Hyvin on mennyt.",
            "session": follow_up(d),
            "reports": reports(d),
        },
        again=SECOND,
    ),
    Ask(
        "POST check-ins/{check_in}/releases", "Aino", "follow-up", lambda _: {}, lambda d: {"check_in": to_mediator(d)}
    ),
    Ask(
        "POST breaches/{breach}/settlement",
        "Meri",
        "follow-up",
        lambda d: {"state": "resolved", "heard": [d.ids["Aino"], d.ids["Pekka"]]},
        lambda d: {"breach": breach(d)},
    ),
    Ask("POST notices", "Meri", "follow-up"),
    Ask(
        "POST report-requests",
        "Meri",
        "follow-up",
        lambda d: {"participant": d.ids["Pekka"]},
        again="asked-too-soon",
    ),
    Ask("POST change-requests", "Aino", "follow-up", lambda _: {}),
    Ask("POST help-requests", "Aino", "follow-up", lambda _: {}),
    Ask("POST follow-up-waivers", "Aino", "follow-up", lambda _: {}),
    # What is kept.
    Ask("POST holds", "Aino", "opening", again=SECOND),  # it holds for another year
    Ask("POST holds/{hold}/lifting", "Aino", "opening", ids=lambda d: {"hold": held(d)}, breaks=True),
    Ask("POST letters/{letter}/handing-over", "Meri", "opening", ids=lambda d: {"letter": letter(d)}),
)


def described() -> Json:
    """The OpenAPI document."""
    return application().openapi()


def door_of(method: str, path: str) -> str:
    """A route as an Ask names it: `POST consents`, or `POST /cases` outside any case."""
    inside = path.removeprefix("/api/cases/{number}")
    return (
        f"{method.upper()} {inside.lstrip('/')}" if inside != path else f"{method.upper()} {path.removeprefix('/api')}"
    )


def writing_doors() -> set[str]:
    """Every door that writes, to a case or to make one."""
    found = {
        door_of(method, path)
        for path, methods in described()["paths"].items()
        for method in methods
        if path.startswith("/api/cases") and method != "get" and not path.endswith("/preview")
    }
    assert len(found) > 50
    return found


def operation_of(ask: Ask) -> Json:
    """What OpenAPI says of a door."""
    method, _, inside = ask.door.partition("?")[0].partition(" ")
    path = f"/api{inside}" if inside.startswith("/") else f"/api/cases/{{number}}/{inside}"
    found: Json = described()["paths"][path][method.lower()]
    return found
