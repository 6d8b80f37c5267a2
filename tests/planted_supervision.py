"""A work supervision with a canary in every text: its people, its steps, and who may have which words (workflow.md part B).

A work community is supervised with its manager. At first those who are supervised sign with him; in the renewed contract he and
his superior sign, and the others are bound. Beside it two parents are guided, and an employer's inquiry is taken.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tests.canaries import Heard, body_of
from tests.planting import Json, Planting, allowed, sweep
from tests.world import little_pdf
from workflows.supervision import SUPERVISION

# Who may have which words. `whose` is the one that they are about, or who said them. The orderer reads what they wrote, the
# schedule, the frame, numbers and the settled summary: never content, never attendance (and so no name), never a rating.
COLUMNS = (
    "supervisor",
    "whose",
    "supervisees",
    "manager",
    "superior",
    "orderer",
    "waiting",
)
TABLE = """
participant             x x x x x - -
waits for a place       x x - - - - -
named in the inquiry    x x x x x x -
phone in the inquiry    x x - - - x -
need                    x - - - - x -
needs                   x x - - - - -
address                 - x - - - - -
order                   x x - - - x -
order before            - x - - - x -
shares                  x - - - - x -
declaration             x - x x - - -
frame                   x - x x x x -
place of a session      x - x x x x -
place of a meeting      x x - - - - -
contract                x - x x x - -
goal                    x - x x x - -
interpreting            x x - - - - -
scan                    x x - - - - -
private words           x x - - - - -
words before            - x - - - - -
reason of leaving       x x - - - - -
complaint               - x - - - - -
note                    - x - - - - -
draft                   - x - - - - -
suspension              x - - - - - -
evaluation              x - x x - - -
evaluation before       x - - x - - -
summary not settled     x - x x - - -
summary                 x - x x x x -
told to nobody          - - - - - - -
inquiry                 x x - - - - -
who inquired            x x - - - - -
words of a parent       x x - - - - -
of both parents         x x - - - - -
employer                x x x x x x -
"""
SEATS = {
    "Raili": "supervisor",
    "Sanna": "supervisees",
    "Olli": "supervisees",
    "Noora": "supervisees",
    "Marko": "manager",
    "Hilkka": "superior",
    "Leena": "orderer",
    "Wille": "waiting",
}
# Ilona supervised before, Jari left for another job; Hilla is of Leena's office, Arvo administers it, Oili leads other cases
# of the same provider, and Anna administers that; Kerttu hears complaints about supervisors; Paula and Petri are the parents,
# Irma asked for an employer; Outi has nothing to do with it, and nobody is who has no token.
AROUND = (
    *("Ilona", "Jari", "Hilla", "Arvo", "Oili", "Anna", "Kerttu", "Paula", "Petri", "Irma", "Outi"),
    "nobody",
)
GOING_ON = ("Sanna", "Olli", "Jari", "Marko")
FORM = {"form": "work-community", "kind": "work-community", "shape": "with-manager", "cap": 4}
OF_PARENTS = {"form": "group", "kind": "parent-guidance", "shape": "parents"}


@dataclass(repr=False)
class SupervisionPlanting(Planting):
    """A work community for some months; beside it two parents, and an employer who has only asked."""

    workflow = SUPERVISION
    allowed = allowed(COLUMNS, TABLE)
    seats = SEATS
    around = AROUND
    leader = "Raili"
    not_yet_told = frozenset({"summary"})
    knows_before = frozenset({"supervisor", "supervisees", "manager"})
    leaver = "Jari"
    agreed_to = frozenset({"employer", "participant", "named in the inquiry", "frame", "contract", "goal"})
    own_texts = re.compile(r"/(own-copy|agreed-texts/\w+/paper|documents/\w+|agreement[/?\w=]*|goals(/ratings)?)$")
    wordless = frozenset(
        {
            *("cases.notice", "notices.words", "understandings.words", "check_ins.words", "check_in_answers.words"),
            *("problem_texts.words", "problem_texts.goals", "issues.words", "options.words", "options.reason"),
            *("concerns.words", "concerns.settlement", "screenings.words", "safeguards.words"),
            "interpreter_services.service",
            # Of accounts, which the story of a mediation has.
            *("address_changes.email", "address_changes.former", "people.private_email", "links.address"),
            *("sign_in_sessions.device", "tokens.name", "holds.reference", "idempotency_keys.answer"),
        }
    )
    says = re.compile(r"/api/(cases$|cases/\{number\}/(?!views$)|inquir)")
    unsaid = frozenset()  # what no contract of a supervision has is said, and refused
    not_own = frozenset()
    unread = frozenset()
    told_in_letters = frozenset()
    printed = frozenset({"contract", "goal", "frame", "participant"})
    documents = frozenset({"agreement", "sealed", "scan"})
    paper = "summary-to-orderer"

    def steps(self) -> Sequence[Callable[[], None]]:
        """From what an employer asks for to the end of a renewed contract."""
        return (
            self.asked_for,
            self.a_supervisor_before,
            self.everyone_comes,
            self.mapping,
            self.going_on,
            self.contract,
            self.sessions,
            self.private_words,
            self.interim_evaluation,
            self.somebody_leaves,
            self.renewal,
            self.closing_evaluation,
            self.summary_put_to_all,
            self.suspended_and_resumed,
            self.closed,
            self.two_parents,
            self.an_employer_asks,
        )

    # Inquiry and mapping.

    def someone(self, first: str, item: str = "participant", *also: str, capacity: bool = True) -> Json:
        """Somebody by name, with a canary in every field about them."""
        reader = ("Kerttu",) if first == "Olli" else ()  # to whom he complains
        self.names[first] = self.sing(item, first, *also, *reader)
        given = {"name": f"{first} {self.names[first]}", "email": f"{self.sing('address', first)}@example.org"}
        return given | ({"capacity": self.words(item, first, *also)} if capacity else {})

    def asked_for(self) -> None:
        """Leena asks for it, says more than she has to, and orders; an order is replaced, and two pay."""
        employer = self.sing("employer", "", "Hilla", "Arvo", "Wille", "Jari", "Ilona", "Anna", "Oili")
        for name, office in (("Leena", "hr"), ("Hilla", "hr"), ("Arvo", "admin"), ("Outi", None)):
            self.house.person(name, office=office, organisation=employer)
        for name in ("Raili", "Ilona", "Oili"):
            self.house.person(name, office="mediator", organisation="Työnohjaajat")
        self.house.person("Anna", office="admin", organisation="Työnohjaajat")
        self.house.person("Kerttu", office="complaints", organisation="Työnohjaajat")
        reach = {name: self.words("phone in the inquiry", "Sanna") for name in ("phone", "availability")}
        asked = {
            "workflow": "supervision",
            "organisation": self.house.organisation(employer),
            **{
                name: self.words("need", "Leena")
                for name in ("subject", "wished_outcome", "done_so_far", "availability")
            },
            "parties": [self.someone("Sanna", "named in the inquiry") | reach],
        }
        ulla = {"initiator": {one: self.words("told to nobody", "") for one in ("name", "capacity")}}
        ulla["initiator"]["email"] = f"{self.sing('told to nobody', '')}@example.org"
        self.leena.refused("/cases", asked | ulla, 422, "initiator-not-named")
        drafted = [{"name": "subject", "value": self.words("draft", "Leena")}]
        self.leena.does("PUT /referral-draft", {"fields": drafted})
        self.number = self.leena.does("/cases", asked)["number"]
        self.leena.does("order", self.order("order before"))
        self.leena.does("order", self.order("order"))
        payers = [{"payer": self.words("shares", ""), "parts": parts} for parts in (60, 40)]
        self.leena.does("PUT shares", {"shares": payers, "shared_by": "percent"})
        self.learn_people(tokens=True)

    def order(self, item: str) -> Json:
        """What is between orderer and supervisor."""
        told = {name: self.words(item, "Leena") for name in ("terms", "payer", "scope", "if_fails", "contact")}
        return {**told, "own_lines": {language: [self.words(item, "Leena")] for language in ("fi", "sv", "en")}}

    def a_supervisor_before(self) -> None:
        """Ilona begins, hears something, and gives it to Raili."""
        self.leena.does("mediators", {"person": self.house.people["Ilona"]})
        self.ilona.does("notes", {"words": self.words("note", "Ilona")})
        self.sanna.does("statements", {"audience": "mediator", "words": self.words("words before", "Sanna")})
        self.later(hours=1)
        self.leena.does("mediators", {"person": self.house.people["Raili"]})
        self.raili.does("notes", {"words": self.words("note", "Raili")})

    def everyone_comes(self) -> None:
        """Who is supervised, their manager, and one who waits; ties are declared, and each says what they need."""
        for name, role in (("Olli", "supervisee"), ("Jari", "supervisee"), ("Marko", "manager"), ("Wille", "waiting")):
            item = "waits for a place" if role == "waiting" else "participant"
            before = {"capacity": self.words("told to nobody", name)} if name in {"Olli", "Marko"} else {}
            who = self.someone(name, item, capacity=not before) | {"role": role} | before
            self.ids[name] = self.raili.does("participants", who)["id"]
        another = {"way": "work-address", "email": f"{self.sing('address', 'Jari')}@example.org"}
        self.raili.does(f"participants/{self.ids['Jari']}/confirmations", another)  # of the first he can read no post
        self.deliver()
        self.learn_people(tokens=True)
        self.declares("Sanna", "Olli", "Jari", "Marko")
        for name in ("Sanna", "Marko"):
            told = {one: self.words("needs", name) for one in ("phone", "availability", "access", "health", "union")}
            self[name].does("needs", told)
        mine = {
            "name": f"Olli Johannes {self.names['Olli']}",
            "capacity": {"fi": self.words("participant", "Olli")},
            "subordinate": False,
        }
        self.olli.does(f"PUT participants/{self.ids['Olli']}/particulars", {**mine, "own_language": "et"})
        position = {"fi": self.words("participant", "Marko")}
        self.raili.does(f"participants/{self.ids['Marko']}/positions", {"capacity": position, "subordinate": False})

    def declares(self, *names: str) -> None:
        """Raili has no ties, and these accept that."""
        told = {"has_ties": False, "words": self.words("declaration", "Raili")}
        declared = self.raili.does("declarations", told)["id"]
        for name in names:
            self[name].does(f"declarations/{declared}/answers", {"answer": "accepted"})

    def plan(self, kind: str, days: int, **more: Any) -> str:
        """A session of all at a place."""
        place = more.get("place") or self.words("place of a session", "")
        return self.plans(kind, name="Raili", days=days, **{**more, "place": place})

    def meets(self, session: str, *present: str, ends: bool = True) -> None:
        """A session begins, these are there, and it ends."""
        self.raili.does(f"sessions/{session}/beginning")
        there = {self.ids[name]: "present" for name in present}
        self.raili.does(f"PUT sessions/{session}/attendance", {"attendance": there})
        if ends:
            self.raili.does(f"sessions/{session}/ending", {"early": False})

    def mapping(self) -> None:
        """The mapping session, and one of them is met alone; the form is chosen."""
        self.moves("begin-mapping", "Raili")
        session = self.plan("mapping", 0, place=self.words("told to nobody", ""))
        self.raili.does(f"PATCH sessions/{session}", {"place": self.words("place of a session", "")})
        self.meets(session, *GOING_ON)
        alone = {"place": self.words("place of a meeting", "Sanna"), "with_participant": self.ids["Sanna"]}
        self.meets(self.plans("separate", name="Raili", days=0, **alone), "Sanna")
        begun = (self.house.clock.at - timedelta(hours=1)).isoformat()
        met = {"kind": "separate", "with_participant": self.ids["Sanna"], "begun_at": begun, "minutes": 30}
        self.raili.does("sessions/held", {**met, "place": self.words("place of a meeting", "Sanna")})
        self.raili.does("PUT form", FORM)

    def interpreted(self) -> Json:
        """By whom Olli had something interpreted."""
        who = {one: self.words("interpreting", "Olli") for one in ("service", "service_number")}
        return {"interpreted": {**who, "related": False}}

    def going_on(self) -> None:
        """Each wants to go on: by own hand, interpreted, in person and on paper."""
        self.jari.does("consents", {"answer": "given"})
        self.olli.does("consents", {"answer": "given", **self.interpreted()})
        in_person = {"way": "in-person", "for": self.ids["Marko"], "confirmed_name": self.called("Marko")}
        self.raili.does("consents", {"answer": "given", **in_person})
        content = little_pdf() + b"%" + self.sing("scan", "Sanna").encode() + b"\n"
        paper = self.raili.does(f"scans?whose={self.ids['Sanna']}", content, Content_Type="application/pdf")["id"]
        self.raili.does("consents", {"answer": "given", "way": "paper", "for": self.ids["Sanna"], "paper": paper})

    def called(self, first: str) -> str:
        """The whole name of somebody."""
        return str(next(one["name"] for one in self.raili.reads()["participants"] if one["id"] == self.ids[first]))

    # The contract and its sessions.

    def contract(self) -> None:
        """The frame, confidentiality and the contract; all of them sign."""
        self.moves("draw-up-contract", "Raili")
        self.raili.does("PUT frame", self.frame())
        for name in ("Raili", *GOING_ON):
            self.binds(name, **self.interpreted() if name == "Olli" else {})
        for said, goal in self.of_other_contracts():
            whole = self.draft([None], refused=True)
            whole["texts"]["fi"] |= said
            whole["commitments"][0]["texts"]["fi"] |= goal
            assert self.raili.asks("PUT agreement", whole).status_code == 422
        self.raili.does("PUT agreement", self.draft([None, None]))
        self.raili.does("agreement/sending")
        self.signs("Raili", "Sanna", "Jari", "Marko", "Olli")
        self.moves("begin-supervision", "Raili")

    def of_other_contracts(self) -> Iterator[tuple[Json, Json]]:
        """What no contract of a supervision says: of the whole, and of a goal."""
        yield {"goals": [self.words("told to nobody", "")]}, {}
        yield {"new_problem": self.words("told to nobody", "")}, {}
        yield {"notices": {"commissioner": self.words("told to nobody", "")}}, {}
        for part in ("rhythm", "support"):
            yield {}, {part: self.words("told to nobody", "")}

    def frame(self) -> Json:
        """The frame, in own words where there may be any."""
        own = {one: self.words("frame", "") for one in ("methods", "participation", "evaluation", "ending")}
        days = {"starts_on": self.today(1), "session_count": 6, "evaluation_after": [2]}
        return {**days, "place": self.words("frame", ""), "texts": {"fi": own}}

    def binds(self, name: str, **more: Any) -> None:
        """Somebody is bound to confidentiality."""
        text = [one["id"] for one in self[name].reads("agreed-texts") if one["kind"] == "confidentiality"][-1]
        self[name].does("confidentiality", {"text": text, **more})

    def draft(self, lineages: Sequence[str | None], *, refused: bool = False) -> Json:
        """A contract with a goal for each of these; those of the version before have their lineage."""
        of_all, of_goal = ("told to nobody", "told to nobody") if refused else ("contract", "goal")
        whole = {one: self.words(of_all, "") for one in ("purpose", "confidentiality")}
        goals = [
            {"texts": {"fi": {one: self.words(of_goal, "") for one in ("action", "measure")}}, "lineage": lineage}
            for lineage in lineages
        ]
        return {"prevailing": "fi", "texts": {"fi": whole}, "commitments": goals}

    def signs(self, *names: str) -> None:
        """These sign what they read; to Olli it is interpreted."""
        for name in names:
            digest = self[name].reads("agreement")["digest"]
            more = self.interpreted() if name == "Olli" else {}
            self[name].does("agreement/signatures", {"digest": digest, **more})

    def sessions(self) -> None:
        """A series, a session from a choice of times, and one that is held; one cannot come."""
        first = (self.house.clock.at + timedelta(days=2)).isoformat()
        series = {"first_at": first, "weeks": 1, "minutes": 90, "how_many": 3}
        self.raili.does("series", {**series, "place": self.words("place of a session", "")})
        offered = [{"at": (self.house.clock.at + timedelta(days=days)).isoformat()} for days in (40, 41)]
        choice = self.raili.does("time-choices", {"offered": offered, "answer_by": self.today(30)})["id"]
        times = [one["id"] for one in next(iter(self.raili.reads("time-choices")))["times"]]
        self.sanna.does(f"time-choices/{choice}/answers", {"can_come": dict.fromkeys(times, "can")})
        settled = {"time": times[0], "place": self.words("place of a session", "")}
        self.raili.does(f"time-choices/{choice}/settlement", settled)
        self.later(days=2)
        ahead = [one for one in self.raili.reads()["sessions"] if one["kind"] == "supervision"]
        nearest = min(ahead, key=lambda one: str(one["planned_at"]))["id"]
        self.olli.does(f"sessions/{nearest}/other-times", {"instead": "another-day"})
        self.meets(nearest, "Sanna", "Jari", "Marko", ends=False)
        self.later(hours=1, minutes=30)
        self.raili.does(f"sessions/{nearest}/ending", {"early": False})

    def private_words(self) -> None:
        """What each says to the supervisor alone, complains of, begins to write."""
        said = self.sanna.does("statements", self.to_raili("told to nobody", "Sanna"))["id"]
        self.sanna.does(f"statements/{said}/corrections", {"words": self.words("private words", "Sanna")})
        self.marko.does("statements", self.to_raili("private words", "Marko"))
        self.jari.does("statements", self.to_raili("private words", "Jari"))
        complaint = {one: self.words("complaint", "Olli", "Kerttu") for one in ("words", "contact")}
        self.olli.does("complaints", complaint)
        begun = [{"name": "words", "value": self.words("draft", "Olli")}]
        self.olli.does("PUT drafts", {"form": "speak-privately statements", "fields": begun})
        self.raili.does("time-entries", {"day": self.today(), "minutes": 45, "work": "contacts"})

    def to_raili(self, item: str, whose: str) -> Json:
        """Words to the supervisor alone."""
        return {"audience": "mediator", "words": self.words(item, whose)}

    # Evaluations.

    def evaluates(self, item: str, *there: str, also: Sequence[str] = ()) -> None:
        """An evaluation session: each rates the goals, and the group words together what it learnt."""
        session = self.plan("evaluation", 0)
        self.meets(session, *there, ends=False)
        goals = [one["lineage"] for one in self.raili.reads("agreement")["commitments"]]
        for name in there:
            self[name].does("goals/ratings", {"ratings": dict.fromkeys(goals, 4), "session": session})
        self.raili.does(f"sessions/{session}/ending", {"early": False})
        self.raili.does(f"sessions/{session}/rating-closing")
        said = {one: self.words(item, "", *also) for one in ("learnt", "wishes")}
        by_goal = {goal: self.words(item, "", *also) for goal in goals}
        self.raili.does("evaluations", {"session": session, **said, "by_goal": by_goal})

    def interim_evaluation(self) -> None:
        """Halfway, before Noora comes."""
        self.moves("begin-interim-evaluation", "Raili")
        self.evaluates("evaluation before", *GOING_ON, also=("Sanna", "Olli", "Jari"))
        self.moves("go-on", "Raili")

    def somebody_leaves(self) -> None:
        """Jari leaves, and says why; the others go on."""
        self.leaves()
        self.jari.does("withdrawals", {"confirmed": True, "words": self.words("reason of leaving", "Jari")})

    def renewal(self) -> None:
        """Noora comes; from now on the manager and his superior sign, and the others are bound."""
        self.moves("renew-contract", "Raili")
        for name, role in (("Noora", "supervisee"), ("Hilkka", "superior")):
            self.raili.does("participants", self.someone(name) | {"role": role})
        self.learn_people(tokens=True)
        for one in self.noora.reads()["declarations"]:
            self.noora.does(f"declarations/{one['id']}/answers", {"answer": "accepted"})
        self.noora.does("consents", {"answer": "given"})
        self.raili.does("PUT form", {**FORM, "shape": "manager-and-superior"})
        self.raili.does("PUT frame", self.frame())
        for name in ("Noora", "Hilkka"):
            self.binds(name)
        newest = self.raili.reads("agreement")
        goals = [*(one["lineage"] for one in newest["commitments"]), None]
        self.raili.does("PUT agreement", self.draft(goals), If_Match=f'"{newest["tag"]}"')
        self.raili.does("agreement/sending")
        self.signs("Raili", "Marko", "Hilkka")
        self.moves("begin-supervision", "Raili")

    def closing_evaluation(self) -> None:
        """The closing evaluation of all who are there."""
        self.moves("begin-closing-evaluation", "Raili")
        self.evaluates("evaluation", "Sanna", "Olli", "Noora", "Marko")

    def summary_put_to_all(self) -> None:
        """A summary is proposed and replaced; of the second one nobody who ordered knows before all have approved it."""
        self.raili.does("summary", {"words": self.words("summary not settled", "")})
        for path in (f"/api/cases/{self.number}/summary", f"/cases/{self.number}/summary/approvals"):
            self.heard_on_the_way += [self.hear(name, path) for name in self.everybody]
        text = self.raili.does("summary", {"words": self.words("summary", "")})["id"]
        self.sanna.does("summary/approvals", {"text": text})
        if self.sweeps_on_the_way:
            self.before_all_agreed = [*self.swept((*SEATS, "Jari", "Ilona", "Hilla"), self.number)]
        for name in ("Olli", "Noora", "Marko"):
            self[name].does("summary/approvals", {"text": text})

    def suspended_and_resumed(self) -> None:
        """It stands still for a while, and why."""
        why = {"cause": "absence", "review_on": "2027-06-01", "words": self.words("suspension", "")}
        self.raili.does("suspensions", why)
        for path in ("", "/timeline"):
            self.heard_on_the_way += [self.hear(name, f"/cases/{self.number}{path}") for name in self.everybody]
        self.heard_on_the_way += [self.hear(name, f"/api/cases/{self.number}") for name in self.everybody]
        self.raili.does("resumptions")

    def closed(self) -> None:
        """It ends; after a while its hours are billed and in the register."""
        self.moves("close", "Raili")
        self.deliver()
        self.later(days=8)
        self.rounds()

    # Beside it.

    def two_parents(self) -> None:
        """Paula asks for guidance for herself and Petri; each is asked alone."""
        where = f"PUT /organisations/{self.house.organisations['Työnohjaajat']}/inquiries"
        self.anna.does(where, {"inquiry_address": "ohjaajat", "takes_inquiries": True})
        case = self.beside("Paula", {"wished_form": "group", "wished_kind": "parent-guidance", "asked_for": "own"})
        petri = case.raili.does(
            "participants", case.someone("Petri", "of both parents", "Paula") | {"role": "supervisee"}
        )
        case.ids["Petri"] = petri["id"]
        case.learn_people(tokens=True)
        case.declares_to_parents()
        case.raili.does("PUT form", OF_PARENTS)
        for name, afraid in (("Paula", "yes"), ("Petri", "no")):
            answer = {"afraid": afraid, "words": case.words("words of a parent", name)}
            case[name].does("parents/answers", answer)

    def declares_to_parents(self) -> None:
        """Raili has no ties to them, and meets them both."""
        told = {"has_ties": False, "words": self.words("of both parents", "Paula", "Petri")}
        declared = self.raili.does("declarations", told)["id"]
        for name in ("Paula", "Petri"):
            self[name].does(f"declarations/{declared}/answers", {"answer": "accepted"})
        self.moves("begin-mapping", "Raili")

    def an_employer_asks(self) -> None:
        """Irma asks for her employer, and names nobody; Raili takes it."""
        asked = {"wished_form": "group", "wished_kind": "change", "asked_for": "employer"}
        self.beside("Irma", asked)

    def beside(self, first: str, wish: Mapping[str, str]) -> "SupervisionPlanting":
        """Another case that begins with an inquiry of somebody, of whom a letter asks to confirm it; Raili takes it."""
        said = {one: self.words("inquiry", first) for one in ("need", "work_field", "wished_times")}
        address = f"{self.sing('address', first)}@example.org"
        self[None].does("/inquiries/ohjaajat", {**said, **wish, "people": 2, "email": address})
        [letter] = [one for one in self.deliver() if address in str(one["To"])]
        found = re.search(r"inquiry#([\w-]+)", body_of(letter))
        assert found
        also = ("Petri",) if first == "Paula" else ()
        self.names[first] = self.sing("who inquired", first, *also)
        confirmed = {"secret": found[1], "name": f"{first} {self.names[first]}"}
        self[None].does("/inquiry-confirmations", confirmed)
        [waiting] = self.raili.reads("/inquiries")
        case = replace(self, number=waiting["number"], ids={})
        case.raili.does("mediators", {"person": self.house.people["Raili"]})
        case.learn_people(tokens=True)
        return case

    # What everybody reads.

    def swept(self, readers: Sequence[str], number: str) -> Iterator[Heard]:
        """All that these can read of a case: also what is asked for with more than an address."""
        periods = self.raili.reads("budget").get("periods", []) if number == self.number else []
        more = [
            "/api/me/hours?year=2027",
            f"/api/cases/{number}/series/preview?first_at=2027-09-06T09:00:00Z&how_many=3",
            *(f"/api/cases/{number}/invoice-basis?period={one}" for one in periods),
        ]
        yield from sweep(self, readers, number, leader=self.leader, paper=self.paper, more=more)

    def read_in_the_end(self) -> Iterator[Heard]:
        """What everybody reads of the case that ended, and some of the other two."""
        yield from self.swept(self.everybody, self.number)
        for number in ("2027-0002", "2027-0003"):
            yield from self.swept(("Raili", "Paula", "Petri", "Irma", "Sanna", "Anna", "Oili", "Ilona"), number)
