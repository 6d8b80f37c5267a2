"""A request for every act at its route: by whom, in which phase, with which body, and what sending it again gives.

for ask in ASKS:
    desk = desk_in(house, ask)             # a case in which this act is open
    response = desk.ask(*ask.of(desk))     # the act, as somebody would do it
"""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from tests.houses import House, application
from tests.world import LiveCase, answered, asked_at, case_at, little_pdf

Json = dict[str, Any]

SAME = "the same"  # the same answer, and nothing more has happened
SECOND = "a second one"  # saying a thing twice is saying two things


@dataclass(frozen=True)
class Ask:
    """A request for one act. `route` is short (`POST consents`); `again` is SAME, SECOND, or the code that refuses a second one.

    What is sent is the example that OpenAPI gives (api/examples.json) with what `differs` in this case, its ids above all.
    In the blanks of the address stand `whom` (a name, or who is made) and what BLANKS makes, unless `ids` says otherwise.

    `breaks` says that the case is another one afterwards: what else is asked for needs a new one. `alone` says so
    of what has to be done before.
    """

    route: str
    who: str
    phase: str
    differs: Callable[[LiveCase], Any] = lambda desk: {}
    ids: Callable[[LiveCase], Mapping[str, str]] = lambda desk: {}
    again: str = SAME
    breaks: bool = False
    alone: bool = False
    ready: bool = False
    headers: Callable[[LiveCase], dict[str, str]] = lambda desk: {}
    whom: str | Callable[[LiveCase], str] = ""

    def __str__(self) -> str:
        return self.route

    def body(self, desk: LiveCase) -> Any:
        """What is sent: the example, with what differs; a file, or None, where no JSON is taken."""
        example, differs = deepcopy(example_at(*route_of(self))), self.differs(desk)
        return differs or None if example is None else example | differs

    def blanks(self, desk: LiveCase) -> dict[str, str]:
        """What stands in the blanks of the address."""
        known = dict(self.ids(desk))
        if self.whom:
            known["participant"] = desk.ids[self.whom] if isinstance(self.whom, str) else self.whom(desk)
        return {blank: known.get(blank) or BLANKS[blank](desk) for blank in re.findall(r"\{(\w+)\}", self.route)}

    def of(self, desk: LiveCase) -> tuple[str, str, Any]:
        """Who asks for what where."""
        body, blanks = self.body(desk), self.blanks(desk)
        return self.who, self.route.format(**blanks), body


def desk_in(house: House, ask: Ask) -> LiveCase:
    """A new case in which this is asked for."""

    def made() -> tuple[str, dict[str, str]]:
        house.person("Aino", email=False)  # letters to her are printed
        house.person("Hilla", office="hr")
        house.person("Kerttu", office="complaints", organisation="Sovittelijat")
        desk = case_at(house, ask.phase, ready=ask.ready)
        return desk.number, desk.ids

    return LiveCase(house, *house.ready_made(("desk", ask.phase, ask.ready), made))


def first(rows: list[Json], **like: Any) -> Json:
    """The first of these with such values."""
    return next(one for one in rows if all(one[name] == value for name, value in like.items()))


# What acts need to have been done before: each is done when it is first needed, and gives what the act names.


def made(who: str, route: str, body: Any = None, *, gives: str = "id", key: str = "") -> Callable[[LiveCase], str]:
    """A function that lets somebody do something once in a case, with a body that may depend on it, else the example."""

    def once(desk: LiveCase) -> str:
        if (key or route) not in desk.made:
            sent = body(desk) if callable(body) else body or example_at(*asked_at(route, "{number}"))
            desk.made[key or route] = desk[who].does(route, sent)
        return str(desk.made[key or route].get(gives, ""))

    return once


def told(audience: str, words: str) -> Json:
    return {"audience": audience, "words": words, "language": "fi"}


PLAN = {
    "kind": "joint",
    "planned_at": "2027-02-11T09:00:00+02:00",
    "minutes": 240,
    "serves": ["opening"],
    "place": "Sali",
}
private = made("Aino", "statements", told("mediator", "Minua jännittää. Sano se."), key="private")
at_table = made("Aino", "statements", told("table", "Näin se meni."), key="at table")
session = made("Meri", "sessions", PLAN)
entry = made("Meri", "time-entries")
planned = made("Meri", "sessions", PLAN, key="to begin")
caucus = made("Meri", "caucuses", lambda desk: {"participant": desk.ids["Pekka"]})
screening = made("Meri", "screenings")
problem_version = made("Meri", "problem-statements", gives="version")
note = made("Meri", "notes")
to_end = made("Meri", "room-sign-ins", lambda desk: {"participant": desk.ids["Pekka"], "on": "phone"}, key="to end")
in_room = made("Meri", "room-sign-ins", lambda desk: {"participant": desk.ids["Aino"], "on": "phone"})
option = made("Aino", "options")
worried = made("Pekka", "concerns", lambda desk: {"participant": desk.ids["Tuula"], "words": "Hän on esihenkilöni."})
held = made("Aino", "holds")
newcomer = made("Meri", "participants", {"name": "Salla", "email": "salla@example.org", "role": "interpreter"})
withdrawn = made("Pekka", "withdrawals", {"words": "", "language": "fi"}, gives="")
suspended = made("Meri", "suspensions", gives="")
follow_up_planned = made("Meri", "sessions", PLAN | {"kind": "follow-up", "serves": []}, key="follow-up")
to_mediator = made(
    "Aino", "check-ins", lambda desk: {"audience": "mediator", "reports": reports(desk)}, key="to mediator"
)
not_kept = made("Aino", "check-ins", lambda desk: {"audience": "table", "reports": reports(desk, "not-kept")})
understanding = made("Meri", "understandings", {})
invited = made("Meri", "invitations", lambda desk: {"participant": desk.ids["Aino"]})


def begun(desk: LiveCase) -> str:
    made("Meri", f"sessions/{planned(desk)}/beginning", key="begun")(desk)
    return planned(desk)


def absent(desk: LiveCase) -> str:
    made("Meri", f"mediators/{desk.ids['Meri']}/absence", key="absence")(desk)
    return desk.ids["Meri"]


def closed(desk: LiveCase, key: str = "closed") -> str:
    """Somebody whose sign-ins are closed."""
    made("Meri", f"participants/{newcomer(desk)}/sign-in-closing", gives="", key=key)(desk)
    return newcomer(desk)


def coded(desk: LiveCase) -> str:
    """Somebody who has a code on paper to their own copy."""
    made("Meri", f"participants/{desk.ids['Aino']}/copy-codes", gives="", key="coded")(desk)
    return desk.ids["Aino"]


def declaration(desk: LiveCase) -> str:
    return str(first(desk.meri.reads()["declarations"])["id"])


def mark(desk: LiveCase) -> str:
    return str(first(desk.aino.reads()["marks"], participant=desk.ids["Aino"], kind="ties-answered")["id"])


def issue(desk: LiveCase) -> str:
    problem_version(desk)
    return str(desk.meri.reads()["problem_statements"][-1]["issues"][0]["id"])


def agreed_option(desk: LiveCase) -> str:
    for name in ("Aino", "Pekka"):
        made(name, f"options/{option(desk)}/responses", {"response": "yes"}, key=f"yes of {name}")(desk)
    return option(desk)


def sendable(desk: LiveCase) -> Json:
    drafted(desk)
    follow_up_planned(desk)
    return {"sign_by": "2027-01-25"}


def waits_for_aino(desk: LiveCase) -> Json:
    sent(desk)
    return {}


def opens_tomorrow(desk: LiveCase) -> Json:
    """A text is out that the parties can sign from the day after on, for power is not balanced."""
    desk.rises()  # it is said alone
    sent(desk)
    desk.aino.does("screenings/answers", {"answers": {"S9": "yes"}})
    desk.meri.does("screenings/decision", {"outcome": "suitable"})
    return {}


def reports(desk: LiveCase, answer: str = "kept") -> Json:
    agreed = desk.aino.reads("agreement")["commitments"]
    return {one["id"]: {"answer": answer, "rating": 4, "words": "Useimmiten."} for one in agreed}


def follow_up(desk: LiveCase) -> str:
    return str(first(desk.meri.reads()["sessions"], kind="follow-up")["id"])


def breach(desk: LiveCase) -> str:
    not_kept(desk)
    return str(desk.meri.reads("check-ins")["breaches"][0]["id"])


def scanned(desk: LiveCase) -> str:
    """The digits on a phone that has scanned the code for Aino."""
    in_room(desk)
    offered = desk.made["room-sign-ins"]
    if "digits" not in offered:
        secret = offered["link"].rpartition("/")[2]
        told = desk.house.client().post("/api/sign-in/in-room", json={"secret": secret})
        offered["digits"] = answered(told)["digits"]
    return str(offered["digits"])


def letter(desk: LiveCase) -> str:
    desk.meri.does("invitations", {"participant": desk.ids["Aino"], "on_paper": True})  # also in a session
    return str(desk.meri.reads("letters")[0]["id"])


def tag(desk: LiveCase) -> dict[str, str]:
    return {"If-Match": desk.tag()}


def draft(desk: LiveCase, **changes: Any) -> Json:
    """A whole draft, in Finnish, with every part and for every audience of the workflow's contract."""
    with desk.house.installation.database.reading() as db:
        contract = desk.seat(db, "Meri").workflow.contract
    parts = {
        "goals": ["Kumpikin tietää, mikä on kesken."],
        "new_problem": "Soitamme sovittelijalle.",
        "confidentiality": "Puhumme sisällöstä vain toisillemme.",
    }
    text = {
        "purpose": "Tieto ei kulje meillä.",
        **{part: words for part, words in parts.items() if part in contract.parts},
        "notices": dict.fromkeys(contract.audiences, "Sovittu on."),
    }
    said = {"action": "Kirjaan.", "rhythm": "joka vuoro", "measure": "Näkyy listassa.", "support": "Lista."}
    words = {part: one for part, one in said.items() if part in {"action", *contract.commitment_parts}}
    promise = {"label": "C1", "owners": [desk.ids["Pekka"]], "starts_on": "2027-02-08", "due_on": None}
    commitments = [{**promise, "texts": {"fi": words}}]
    whole = {"prevailing": "fi", "texts": {"fi": text}, "commitments": commitments, "disclosure_decided": True}
    return whole | changes


drafted = made("Meri", "PUT agreement", draft, gives="", key="draft")
sent = made("Meri", "agreement/sending", sendable, gives="digest")


def earlier(desk: LiveCase) -> str:
    return (desk.house.clock.at - timedelta(days=1)).isoformat()


def referral(desk: LiveCase) -> Json:
    return {
        "organisation": desk.house.organisation("Esimerkkilä"),
        "language": "fi",
        "subject": "Vuoronvaihto",
        "parties": [{"name": "Anna", "capacity": "lähihoitaja", "phone": "040 123 4567", "availability": "Iltaisin."}],
        "initiator": {"name": "Irma", "capacity": "työsuojeluvaltuutettu"},
        "attendance_basis": "voluntary",
    }


# What a blank of an address stands for, unless an act is about another one.
BLANKS: Mapping[str, Callable[[LiveCase], str]] = {
    "session_id": session,
    "entry": entry,
    "declaration": declaration,
    "concern": worried,
    "statement": private,
    "note": note,
    "version": problem_version,
    "issue": issue,
    "option": option,
    "understanding": understanding,
    "check_in": to_mediator,
    "breach": breach,
    "hold": held,
    "letter": letter,
    "room_sign_in": in_room,
}

ASKS: tuple[Ask, ...] = (
    Ask("POST /cases", "Vilho", "preparation", referral, again=SECOND),
    Ask("POST order", "Vilho", "preparation"),
    Ask("POST order/own-lines", "Meri", "opening", lambda d: {"order": d.meri.reads()["order"]["id"]}),
    Ask("POST attendance-bases", "Vilho", "opening"),
    Ask("POST mediators", "Vilho", "preparation", lambda d: {"person": d.people["Meri"]}),
    Ask("POST mediators/{participant}/absence", "Meri", "opening", whom="Meri"),
    Ask("DELETE mediators/{participant}/absence", "Meri", "opening", whom=absent),
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
        lambda d: {"name": "Siiri", "supports": d.ids["Aino"], "capacity": "siskoni"},
        again=SECOND,
    ),
    Ask(
        "DELETE participants/{participant}", "Meri", "opening", whom="Tuula", again="participant-not-found", breaks=True
    ),
    Ask(
        "POST participants/{participant}/confirmations",
        "Meri",
        "opening",
        lambda _: {"way": "work-address"},
        whom=newcomer,
    ),
    Ask("POST participants/{participant}/codes", "Meri", "opening", whom=newcomer, again=SECOND),
    Ask("POST room-sign-ins", "Meri", "opening", lambda d: {"participant": d.ids["Aino"]}, again=SECOND),
    Ask(
        "POST room-sign-ins/{room_sign_in}/confirmations",
        "Meri",
        "opening",
        lambda d: {"digits": scanned(d)},
        again="room-sign-in-over",
    ),
    Ask(
        "POST room-sign-ins/{room_sign_in}/ending",
        "Meri",
        "opening",
        ids=lambda d: {"room_sign_in": to_end(d)},
        again="room-sign-in-over",
    ),
    Ask("POST participants/{participant}/support-advice", "Meri", "opening", whom="Pekka"),
    Ask("POST participants/{participant}/sign-in-closing", "Meri", "opening", whom=newcomer),
    Ask("POST participants/{participant}/sign-in-opening", "Meri", "opening", whom=closed),
    Ask(
        "POST participants/{participant}/paper-codes",
        "Meri",
        "opening",
        ids=lambda d: {"participant": closed(d, "again")},
        again=SECOND,
    ),
    Ask(
        "PUT participants/{participant}/particulars",
        "Aino",
        "opening",
        lambda _: {
            "name": "Aino Aalto-Niemi",
            "capacity": {"fi": "lähihoitaja"},
            "subordinate": False,
        },
        whom="Aino",
    ),
    Ask(
        "POST participants/{participant}/positions",
        "Meri",
        "opening",
        lambda _: {"capacity": {"fi": "tiiminvetäjä"}, "subordinate": False},
        whom="Pekka",
    ),
    Ask("POST participants/{participant}/address-changes", "Aino", "opening", whom="Aino", again=SECOND),
    Ask("DELETE participants/{participant}/address", "Meri", "opening", whom="Pekka"),
    Ask("PUT participants/{participant}/quiet-time", "Aino", "opening", whom="Aino"),
    Ask(
        "POST participants/{participant}/successor",
        "Meri",
        "opening",
        lambda _: {"name": "Sanna", "capacity": "esihenkilö"},
        whom="Pekka",
        again="not-a-party",
        breaks=True,
    ),
    Ask(
        "POST participants/{participant}/end-of-employment",
        "Meri",
        "opening",
        whom="Pekka",
        again="not-a-party",
        breaks=True,
    ),
    Ask("POST declarations", "Meri", "preparation", again=SECOND, ready=True, breaks=True),
    Ask("POST declarations/{declaration}/answers", "Aino", "opening", lambda _: {"answer": "objected"}),
    Ask("POST invitations", "Meri", "opening", lambda d: {"participant": d.ids["Aino"]}),
    Ask("POST consents", "Aino", "opening", lambda d: {"text": d.text("terms")}),
    Ask("POST consents/requests", "Meri", "opening", lambda d: {"participant": d.ids["Pekka"]}, again="asked-too-soon"),
    Ask("POST undertakings", "Kaarina", "opening", lambda d: {"text": d.kaarina.undertaking()}),
    Ask("PUT participants/{participant}/service", "Meri", "opening", whom=newcomer),
    Ask("POST concerns", "Aino", "opening", lambda d: {"participant": d.ids["Tuula"]}, again=SECOND),
    Ask("POST concerns/{concern}/settlement", "Meri", "opening", again="concern-settled", breaks=True),
    Ask("POST concerns/{concern}/taking-back", "Pekka", "opening", breaks=True),
    Ask("POST separate-meeting-waivers", "Aino", "preparation", ready=True),
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
    Ask("POST withdrawals/confirmation", "Pekka", "opening", lambda d: withdrawn(d) or {}, breaks=True, alone=True),
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
    Ask("POST pauses", "Aino", "opening", breaks=True),
    Ask("POST suspensions", "Meri", "opening", again="case-suspended", breaks=True),
    Ask(
        "POST resumptions",
        "Meri",
        "opening",
        lambda d: suspended(d) or None,
        again="not-suspended-now",
        breaks=True,
        alone=True,
    ),
    Ask("POST discontinuation", "Meri", "opening", again="act-not-open", breaks=True),
    Ask("POST impasses", "Meri", "opening"),
    Ask("POST naming", "Aino", "opening", lambda d: d.comes("Aino", "initiator") and {}),
    Ask("POST needs", "Aino", "opening"),
    # Screening.
    Ask("POST screenings", "Meri", "opening"),
    Ask(
        "POST screenings/answers", "Aino", "opening", lambda d: screening(d) and {"answers": {"S1": "no"}}, again=SECOND
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
    Ask(
        "POST screenings/clarifications",
        "Aino",
        "opening",
        lambda d: d.aino.does("screenings/answers", {"answers": {"S3": "yes"}}),
    ),
    Ask("POST safeguards", "Meri", "opening"),
    # Sessions.
    Ask("POST sessions", "Meri", "opening", again=SECOND),
    Ask(
        "POST sessions/held",
        "Meri",
        "opening",
        lambda d: {"with_participant": d.ids["Aino"], "begun_at": earlier(d), "place": "Puhelin"},
        again=SECOND,
    ),
    Ask("PATCH sessions/{session_id}", "Meri", "opening"),
    Ask("POST sessions/{session_id}/other-times", "Aino", "opening"),
    Ask("PUT sessions/{session_id}/times", "Meri", "opening", lambda d: {"begun_at": earlier(d)}, breaks=True),
    Ask("POST sessions/{session_id}/calls", "Meri", "opening", lambda d: {"participant": d.ids["Kaarina"]}),
    Ask("DELETE sessions/{session_id}/calls/{participant}", "Meri", "opening", whom="Tuula"),
    Ask(
        "POST sessions/{session_id}/undertakings",
        "Meri",
        "opening",
        lambda d: {"participant": d.ids["Tuula"]},
        lambda d: {"session_id": begun(d)},
    ),
    Ask("POST sessions/{session_id}/absences", "Aino", "opening", ids=lambda d: {"session_id": begun(d)}),
    Ask("POST sessions/{session_id}/cancellation", "Meri", "opening", breaks=True),
    Ask(
        "POST sessions/{session_id}/keeping",
        "Meri",
        "opening",
        lambda d: (session(d) and suspended(d)) or None,
        breaks=True,
        alone=True,
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
    Ask("POST time-entries", "Meri", "opening", again=SECOND),
    Ask("PUT time-entries/{entry}", "Meri", "opening"),
    Ask("DELETE time-entries/{entry}", "Meri", "opening", breaks=True),
    Ask("POST caucus-requests", "Aino", "dialogue"),
    Ask("POST caucuses", "Meri", "dialogue", lambda d: {"participant": d.ids["Pekka"]}),
    Ask("POST caucuses/{session_id}/ending", "Meri", "dialogue", ids=lambda d: {"session_id": caucus(d)}, breaks=True),
    # What is said.
    Ask("POST statements", "Aino", "opening", again=SECOND),
    Ask("POST statements/{statement}/releases", "Aino", "dialogue", lambda _: {"sentence": "Sano se."}),
    Ask("POST statements/{statement}/renewals", "Aino", "dialogue", again=SECOND),
    Ask(
        "POST statements/{statement}/corrections",
        "Aino",
        "dialogue",
        ids=lambda d: {"statement": at_table(d)},
        again="statement-not-found",
        breaks=True,
    ),
    Ask("POST wellbeing/answers", "Aino", "opening", lambda _: {"answer": "yes", "words": "Kyllä."}, again=SECOND),
    Ask("POST leaving/answers", "Aino", "opening", again=SECOND),
    Ask("POST complaints", "Aino", "opening", again=SECOND),
    Ask("POST supervision-requests", "Aino", "follow-up"),
    Ask("POST survey/answers", "Aino", "closed"),
    Ask("POST notes", "Meri", "opening", again=SECOND),
    Ask("PUT drafts", "Aino", "opening"),
    Ask("POST notes/{note}/sharing", "Meri", "opening"),
    Ask("POST notes/{note}/taking-back", "Meri", "opening"),
    Ask("PUT ground-rules", "Meri", "opening", breaks=True),
    Ask("POST ground-rules/acceptances", "Aino", "opening", lambda d: {"text": d.text("ground-rules")}),
    Ask("POST opening-turns", "Meri", "opening", lambda d: {"participants": [d.ids["Aino"]]}),
    Ask("POST readiness", "Aino", "dialogue"),
    Ask("POST views", "Aino", "problem-definition", again=SECOND),
    # The joint text.
    Ask("POST problem-statements", "Meri", "problem-definition", again=SECOND, breaks=True),
    Ask("POST problem-statements/{version}/acceptances", "Aino", "problem-definition"),
    Ask("PUT issues/{issue}", "Meri", "problem-definition"),
    # Ways out, and the agreement.
    Ask("POST options", "Aino", "solutions", again=SECOND),
    Ask("POST options/{option}/responses", "Aino", "solutions", lambda _: {"response": "maybe"}),
    Ask(
        "PUT options/{option}/state",
        "Meri",
        "solutions",
        lambda _: {"state": "set-aside", "reason": "Ei nyt."},
        lambda d: {"option": agreed_option(d)},
    ),
    Ask("PUT agreement", "Meri", "solutions", draft, again="if-match-missing", breaks=True),
    Ask("DELETE agreement/draft", "Meri", "solutions", lambda d: drafted(d) or None, again="no-draft", breaks=True),
    Ask("POST agreement/sending", "Meri", "solutions", sendable, breaks=True),
    Ask("PUT agreement/sign-by", "Meri", "solutions", lambda d: sent(d) and {}),
    Ask("POST agreement/reflections", "Aino", "solutions", waits_for_aino),
    Ask("POST agreement/today", "Aino", "solutions", opens_tomorrow, breaks=True, alone=True),
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
    Ask(
        "POST understandings",
        "Meri",
        "solutions",
        lambda _: {
            "notices": {"fi": dict.fromkeys(("commissioner", "work-community", "initiator"), "Asia on käsitelty.")}
        },
    ),
    Ask("POST understandings/{understanding}/acceptances", "Aino", "solutions"),
    Ask("POST neutral-end-requests", "Aino", "solutions"),
    # Follow-up.
    Ask(
        "POST check-ins",
        "Aino",
        "follow-up",
        lambda d: {"words": "Hyvin on mennyt.", "session": follow_up(d), "reports": reports(d)},
        again=SECOND,
    ),
    Ask("POST check-ins/{check_in}/releases", "Aino", "follow-up"),
    Ask("POST breaches/{breach}/settlement", "Meri", "follow-up", lambda d: {"heard": [d.ids["Aino"], d.ids["Pekka"]]}),
    Ask("POST notices", "Meri", "follow-up"),
    Ask("POST report-requests", "Meri", "follow-up", lambda d: {"participant": d.ids["Pekka"]}, again="asked-too-soon"),
    Ask("POST change-requests", "Aino", "follow-up"),
    Ask("POST help-requests", "Aino", "follow-up"),
    Ask("POST follow-up-waivers", "Aino", "follow-up"),
    # What is kept.
    Ask("POST holds", "Aino", "opening", again=SECOND),  # it holds for another year
    Ask("POST holds/{hold}/lifting", "Aino", "opening", breaks=True),
    Ask("POST letters/{letter}/handing-over", "Meri", "opening"),
    Ask("POST participants/{participant}/copies", "Meri", "follow-up", whom="Aino"),
    Ask("POST participants/{participant}/copy-codes", "Meri", "follow-up", whom="Aino", again=SECOND),
    Ask("DELETE participants/{participant}/copy-codes", "Meri", "follow-up", ids=lambda d: {"participant": coded(d)}),
)


@cache
def described() -> Json:
    """The OpenAPI document."""
    return application().openapi()


def short_route(method: str, path: str) -> str:
    """A route in short: `POST consents` of a case, or `POST /cases` outside any case."""
    inside = path.removeprefix("/api/cases/{number}")
    return f"{method.upper()} {path.removeprefix('/api') if inside == path else inside.lstrip('/')}"


def route_of(ask: Ask) -> tuple[str, str]:
    """The method and the whole path, with its blanks, of the route of an act."""
    return asked_at(ask.route.partition("?")[0], "{number}")


def writing_routes() -> set[str]:
    """Every route that writes, to a case or to make one."""
    found = {
        short_route(method, path)
        for path, methods in described()["paths"].items()
        for method in methods
        if path.startswith("/api/cases") and method != "get" and not path.endswith("/preview")
    }
    assert len(found) > 50
    return found


def operation_at(method: str, path: str) -> Json:
    """What OpenAPI says of a route; nothing of a page for a browser."""
    found: Json = described()["paths"].get(path, {}).get(method.lower(), {})
    return found


def operation_of(ask: Ask) -> Json:
    """What OpenAPI says of a route."""
    return operation_at(*route_of(ask))


def example_at(method: str, path: str) -> Any:
    """The example that OpenAPI gives of a body; None where there is no body."""
    content = operation_at(method, path).get("requestBody", {}).get("content", {}).get("application/json", {})
    reference = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    return described()["components"]["schemas"][reference].get("examples", [{}])[0] if reference else None
