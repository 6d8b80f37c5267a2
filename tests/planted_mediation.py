"""A mediation with a canary in every text: its people, its steps, and who may have which words (visibility.md, by hand)."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tests.canaries import Heard, body_of
from tests.planting import Json, Planting, allowed, sweep
from tests.world import browser, little_pdf, secret_in
from workflows.mediation import MEDIATION

# Who may have which words: visibility.md, item by item. `whose` is the one that they are about, or who said them.
COLUMNS = (
    "mediators",
    "whose",
    "parties",
    "support",
    "interpreter",
    "representatives",
    "commissioner",
    "initiator",
    "community",
)
TABLE = """
participant             x x x x x x - - -
initiator               x x - - - - - - -
referred party          x x x x x x x - -
subject of the referral x - x - - - x - -
rest of the referral    x - - - - - x - -
referred party's phone  x x - - - - x - -
needs                   x x - - - - - - -
address                 - x - - - - - - -
order                   x x - - - - x - -
order before            - x - - - - - - -
order for the parties   x x x - - - x - -
ground rules            x x x x x - - - -
declaration             x x x - - - x - -
private words           x x - - - - - - -
complaint               - x - - - - - - -
what supervision is for - x - - - - - - -
concern                 x x - - - - - - -
words before a mediator - x - - - - - - -
told to nobody          - - - - - - - - -
reason of withdrawal    x x - - - - - - -
words to the table      x x x - - - - - -
note                    - x - - - - - - -
draft                   - x - - - - - - -
screening               x - - - - - - - -
safeguard               x - - - - - - - -
suspension              x - - - - - - - -
place of a session      x x x x x - - - -
place of a meeting      x x - - - - - - -
scan                    x x - - - - - - -
interpreting            x x - - - - - - -
interpreter's service   x - - - - - - - -
problem                 x x x - - - - - -
option                  x x x - - - - - -
understanding           x x x - - - - - -
agreement               x x x - - - - - -
own line                x x x - - - - - -
notice to commissioner  x x x - - - x - -
notice to initiator     x x x - - - - x -
notice to community     x x x - - - - - x
check-in to mediators   x x - - - - - - -
check-in to the table   x x x - - - - - -
account                 - x - - - - - - -
employer                x x x x x x x x x
"""

SEATS = {
    "Meri": "mediators",
    "Oskari": "mediators",
    "Aino": "parties",
    "Pekka": "parties",
    "Tuula": "support",
    "Irina": "interpreter",
    "Kaarina": "representatives",
    "Timo": "representatives",
    "Vilho": "commissioner",
    "Ulla": "initiator",
    "Kaisa": "community",
}
# Ilmari mediated before, Eero was replaced, Sanna withdrew; Hilla is of Vilho's office, Arvo administers it, Oili
# mediates elsewhere, Kerttu hears complaints about the mediators, Outi has nothing to do with it, and nobody is who has no
# token.
AROUND = ("Ilmari", "Eero", "Sanna", "Hilla", "Arvo", "Oili", "Kerttu", "Outi", "nobody")
NOTICED = ("commissioner", "work-community", "initiator")
OUTSIDE = ("Tuula", "Irina", "Kaarina", "Timo", "Vilho", "Ulla", "Kaisa", "Hilla", "Sanna", "Ilmari")


@dataclass(repr=False)
class MediationPlanting(Planting):
    """Two disagree, and somebody of every role comes along; from the referral to the follow-up."""

    workflow = MEDIATION
    allowed = allowed(COLUMNS, TABLE)
    seats = SEATS
    around = AROUND
    leader = "Meri"
    not_yet_told = frozenset({"notice to commissioner", "notice to initiator", "notice to community"})
    knows_before = frozenset({"mediators", "parties"})
    leaver = "Sanna"
    agreed_to = frozenset({"employer", "referred party", "order for the parties", "ground rules"})
    own_texts = re.compile(r"/(own-copy|agreed-texts/\w+/paper)$")
    wordless = frozenset({"agreed_texts.data"})  # the values of a frame, which supervisions alone have
    says = re.compile(r".")
    unsaid = frozenset(  # an organisation says them to everybody
        {
            *(".letters_from", ".letters_contact", ".complaint_route", ".inquiry_address"),
            *(".paper_contact", ".paper_controller", ".paper_lines.*[]"),
        }
    )
    not_own = frozenset(
        {
            "interpreter_services.service",  # what the mediators know of who interprets
            "notices.words",  # what the table agreed, of which the copy has the agreement
            "safeguards.words",  # the case's: how a danger was met
            "options.reason",  # the table's, which set the option aside
        }
    )
    unread = frozenset({("address", name) for name in ("Eero", "Kaisa")})
    told_in_letters = frozenset({"notice to commissioner", "notice to initiator", "notice to community"})
    printed = frozenset({"agreement", "own line", "referred party", "problem"})
    documents = frozenset({"agreement", "annex", "annex-manifest", "sealed", "sealed-annex", "scan"})
    paper = "outcome-notice"

    joint: str = ""
    follow_up: str = ""
    released: tuple[str, str] = "", ""

    def steps(self) -> Sequence[Callable[[], None]]:
        """From a referral to the end of the follow-up."""
        return (
            self.referral,
            self.a_mediator_before,
            self.screening,
            self.everyone_comes,
            self.meetings_alone,
            self.opening,
            self.somebody_leaves,
            self.definition,
            self.ways_out,
            self.agreement,
            self.signing,
            self.follow_up_held,
            self.accounts,
            self.supervision_asked_for,
            self.another_case,
            self.suspended_and_resumed,
        )

    def someone(self, first: str, item: str = "participant", *, email: bool = True, capacity: bool = True) -> Json:
        """Somebody by name, with a canary in every field about them."""
        also = ("Kerttu",) if first == "Pekka" else ()  # to whom he complains
        self.names[first] = self.sing(item, first, *also)
        given = {"name": f"{first} {self.names[first]}"} | ({"capacity": self.words(item, first)} if capacity else {})
        return given | ({"email": f"{self.sing('address', first)}@example.org"} if email else {})

    def referral(self) -> None:
        """Vilho refers; the order follows."""
        employer = self.sing("employer", "", "Hilla", "Arvo")
        for name, office in (("Vilho", "hr"), ("Hilla", "hr"), ("Arvo", "admin"), ("Outi", None)):
            self.house.person(name, office=office, organisation=employer)
        for name in ("Meri", "Oskari", "Ilmari", "Oili"):
            self.house.person(name, office="mediator", organisation="Sovittelijat")
        self.house.person("Kerttu", office="complaints", organisation="Sovittelijat")
        body = {
            "organisation": self.house.organisation(employer),
            "subject": self.words("subject of the referral", ""),
            "wished_outcome": self.words("subject of the referral", ""),
            "done_so_far": self.words("rest of the referral", ""),
            "availability": self.words("rest of the referral", ""),
            "parties": [self.referred(one) for one in ("Aino", "Pekka", "Eero")],
            "initiator": self.someone("Ulla", "initiator"),
        }
        self.number = self.vilho.does("/cases", body)["number"]
        self.vilho.does("order", self.order("order before", "order before"))  # it is replaced
        self.learn_people(tokens=True)

    def order(self, terms: str, own_lines: str) -> Json:
        """An order: what is between employer and mediator, and what the parties read."""
        told = {
            name: self.words("order for the parties", "Vilho") for name in ("payer", "scope", "if_fails", "contact")
        }
        lines = {language: [self.words(own_lines, "Vilho")] for language in ("fi", "sv", "en")}
        return {"terms": self.words(terms, "Vilho"), **told, "own_lines": lines}

    def referred(self, first: str) -> Json:
        """A party as the referral names them."""
        reach = {name: self.words("referred party's phone", first) for name in ("phone", "availability")}
        return self.someone(first, "referred party", email=first != "Pekka") | reach

    def a_mediator_before(self) -> None:
        """Ilmari begins, hears something, and gives the case to Meri; Oskari comes with her."""
        self.vilho.does("mediators", {"person": self.house.people["Ilmari"]})
        self.ilmari.does("notes", {"words": self.words("note", "Ilmari")})
        self.aino.does("statements", {"audience": "mediator", "words": self.words("words before a mediator", "Aino")})
        self.house.clock.at += timedelta(hours=1)
        for name, role in (("Meri", "mediator"), ("Oskari", "co-mediator")):
            self.vilho.does("mediators", {"person": self.house.people[name], "role": role})
        self.meri.does("notes", {"words": self.words("note", "Meri")})

    def screening(self) -> None:
        """Suitable, and why; no ties."""
        self.vilho.does("order", self.order("order", "order for the parties"))
        self.rounds()
        self.meri.does("order/own-lines", {"order": self.meri.reads()["order"]["id"]})
        self.meri.does("screenings")
        self.aino.does("screenings/answers", {"answers": {"S1": "no"}})
        decision = {"outcome": "suitable-with-safeguards", "safeguards": ["breaks"]}
        self.meri.does("screenings/decision", decision | {"words": self.words("screening", "Meri")})
        self.meri.does("safeguards", {"safeguard": "breaks", "words": self.words("safeguard", "Meri")})
        needs = ("phone", "availability", "access", "health", "union")
        self.aino.does("needs", {name: self.words("needs", "Aino") for name in needs})

    def everyone_comes(self) -> None:
        """Companions, representatives, somebody who is only informed, and Sanna in Eero's place."""
        sanna = self.meri.does(f"participants/{self.ids['Eero']}/successor", self.someone("Sanna"))["id"]
        another = {"way": "work-address", "email": f"{self.sing('address', 'Sanna')}@example.org"}
        self.meri.does(f"participants/{sanna}/confirmations", another)  # of the first she can read no post
        self.deliver()
        for name, role in (
            ("Tuula", "support-person"),
            ("Irina", "interpreter"),
            ("Kaarina", "employer-representative"),
            ("Timo", "employer-representative"),
            ("Kaisa", "community-member"),
        ):
            named = {"supports": self.ids["Aino"]} if name == "Tuula" else {}
            before = {"capacity": self.words("told to nobody", name)} if name in {"Tuula", "Irina"} else {}
            self.meri.does("participants", self.someone(name, capacity=not before) | {"role": role} | named | before)
        self.learn_people(tokens=True)
        now = {name: {"fi": self.words("participant", name)} for name in ("Tuula", "Irina")}
        corrected = {"name": f"Tuula Maria {self.names['Tuula']}", "capacity": now["Tuula"], "own_language": "et"}
        self.tuula.does(f"PUT participants/{self.ids['Tuula']}/particulars", corrected)
        self.meri.does(f"participants/{self.ids['Irina']}/positions", {"capacity": now["Irina"]})
        who = {one: self.words("interpreting", "Tuula") for one in ("service", "service_number")}
        for name, interpreted in (("Tuula", {"interpreted": {**who, "related": False}}), ("Irina", {})):
            self[name].does("undertakings", {"text": self[name].undertaking(), **interpreted})
        service = {"service": self.words("interpreter's service", "Irina")}
        self.meri.does(f"PUT participants/{self.ids['Irina']}/service", service)
        for name in ("Meri", "Oskari"):
            declared = self[name].does("declarations", {"has_ties": False, "words": self.words("declaration", name)})
            for party in ("Aino", "Pekka", "Sanna"):
                self[party].does(f"declarations/{declared['id']}/answers", {"answer": "accepted"})

    def plan(self, kind: str, days: int, item: str, whose: str, **more: Any) -> str:
        """A session at a place."""
        return self.plans(kind, days=days, place=self.words(item, whose), **more)

    def meetings_alone(self) -> None:
        """Each party is met alone and agrees: by own hand, in person, on paper."""
        for name in ("Aino", "Pekka", "Sanna"):
            self.meets(self.plan("separate", 0, "place of a meeting", name, with_participant=self.ids[name]), name)
        begun = (self.house.clock.at - timedelta(hours=1)).isoformat()
        met = {"kind": "separate", "with_participant": self.ids["Aino"], "begun_at": begun, "minutes": 30}
        self.meri.does("sessions/held", {**met, "place": self.words("place of a meeting", "Aino")})
        self.joint = self.plans("joint", days=1)
        self.meri.does(f"PATCH sessions/{self.joint}", {"place": self.words("place of a session", "")})
        for name in ("Aino", "Pekka"):
            self.meri.does("invitations", {"participant": self.ids[name]})
        self.meri.does(f"PUT participants/{self.ids['Aino']}/particulars", {"own_language": "et"})
        who = {one: self.words("interpreting", "Aino") for one in ("service", "service_number")}
        self.interpreted = {"interpreted": {**who, "related": False}}
        self.aino.agrees(**self.interpreted)
        [sanna] = [one["name"] for one in self.meri.reads()["participants"] if one["id"] == self.ids["Sanna"]]
        in_person = {"way": "in-person", "for": self.ids["Sanna"], "confirmed_name": sanna}
        self.meri.agrees(**in_person)
        content = little_pdf() + b"%" + self.sing("scan", "Pekka").encode() + b"\n"
        self.meri.agrees(**self.on_paper("Pekka", content))

    def opening(self) -> None:
        """The table opens, and each says something: to Meri alone, to all, and one sentence released."""
        told_to_nobody = self.sing("told to nobody", "")  # with it the answer is kept, and names
        self.meri.does("transitions", {"transition": "open"}, If_Match=self.tag(), Idempotency_Key=told_to_nobody)
        self.meets(self.joint, "Aino", "Pekka", "Sanna", ends=False)
        lines = {language: [self.words("ground rules", "")] for language in ("fi", "sv", "en")}
        self.meri.does("PUT ground-rules", {"lines": lines})
        for name in ("Aino", "Pekka", "Sanna"):
            self[name].does("ground-rules/acceptances", {"text": self.text("ground-rules")})
        self.meri.does("opening-turns", {"participants": [self.ids[name] for name in ("Aino", "Pekka", "Sanna")]})
        sentence = self.words("words to the table", "Aino")
        secret = {"audience": "mediator", "words": f"{self.words('private words', 'Aino')} {sentence}"}
        said = self.aino.does("statements", secret)["id"]
        self.released = f"statements/{said}/releases", sentence
        self.aino.does("wellbeing/answers", {"answer": "no", "words": self.words("private words", "Aino")})
        self.aino.does("leaving/answers", {"answer": "talk", "words": self.words("private words", "Aino")})
        complaint = {name: self.words("complaint", "Pekka", "Kerttu") for name in ("words", "contact")}
        self.pekka.does("complaints", complaint)
        begun = [{"name": "words", "value": self.words("draft", "Aino")}]
        self.aino.does("PUT drafts", {"form": "speak-privately statements", "fields": begun})
        referred = [{"name": "subject", "value": self.words("draft", "Vilho")}]
        self["Vilho"].does("PUT /referral-draft", {"fields": referred})
        worry = {"participant": self.ids["Tuula"], "words": self.words("concern", "Aino")}
        concern = self.aino.does("concerns", worry)["id"]
        settled = {"how": "as-it-is", "words": self.words("concern", "Aino")}
        self.meri.does(f"concerns/{concern}/settlement", settled)
        spoken = {"audience": "table", "words": self.words("told to nobody", "Pekka")}
        said = self.pekka.does("statements", spoken)["id"]
        self.pekka.does(f"statements/{said}/corrections", {"words": self.words("words to the table", "Pekka")})

    def somebody_leaves(self) -> None:
        """Sanna withdraws, and the others go on."""
        self.leaves()
        words = {"confirmed": True, "words": self.words("reason of withdrawal", "Sanna")}
        self.sanna.does("withdrawals", words)
        self.aino.agrees(**self.interpreted)
        self.pekka.agrees()
        self.meri.does("resumptions")

    def definition(self) -> None:
        """Views and the joint text."""
        self.moves("define-problem")
        for name in ("Aino", "Pekka"):
            self[name].does("views", {"words": self.words("words to the table", name)})
        joint = {"words": self.words("problem", ""), "goals": [self.words("problem", "")]}
        body = {"texts": {"fi": joint}, "issues": [{"fi": self.words("problem", "")}]}
        version = self.meri.does("problem-statements", body)["version"]
        for name in ("Aino", "Pekka"):
            self[name].does(f"problem-statements/{version}/acceptances")
        [problem] = self.meri.reads()["problem_statements"]
        self.meri.does(f"PUT issues/{problem['issues'][0]['id']}", {"state": "agreed"})
        self.moves("start-dialogue")
        for name in ("Aino", "Pekka"):
            self[name].does("readiness")

    def ways_out(self) -> None:
        """Something said alone is said to all; one way out is set aside, for a reason."""
        address, sentence = self.released
        self.aino.does(address, {"sentence": sentence})
        self.moves("seek-solutions")
        option = self.aino.does("options", {"words": self.words("option", "Aino")})["id"]
        aside = {"state": "set-aside", "reason": self.words("option", "")}
        self.meri.does(f"PUT options/{option}/state", aside)
        self.meri.does("understandings", {"notices": {"fi": {one: self.words("understanding", "") for one in NOTICED}}})
        self.meri.does(f"sessions/{self.joint}/ending", {"early": False})
        self.follow_up = self.plan("follow-up", 30, "place of a session", "")

    def agreement(self) -> None:
        """Drafted, sent, signed by one; nobody around the table has a notice yet."""
        notices = {one: self.words(f"notice to {one.removeprefix('work-')}", "") for one in NOTICED}
        whole = {name: self.words("agreement", "") for name in ("purpose", "new_problem", "confidentiality")}
        texts = {"fi": {**whole, "goals": [self.words("agreement", "")], "notices": notices}}
        lines = [
            self.commitment("agreement", "Pekka"),
            self.commitment("own line", "Kaarina"),
            self.commitment("own line", "Timo"),
        ]
        body = {"prevailing": "fi", "texts": texts, "commitments": lines, "disclosure_decided": True}
        self.meri.does("PUT agreement", body)
        self.meri.does("agreement/sending")
        self.sign("Kaarina")
        if self.sweeps_on_the_way:
            self.before_all_agreed = [*sweep(self, OUTSIDE, self.number, paper=self.paper)]

    def commitment(self, item: str, owner: str) -> Json:
        """A commitment of somebody."""
        words = {part: self.words(item, owner) for part in ("action", "rhythm", "measure", "support")}
        return {"owners": [self.ids[owner]], "starts_on": "2027-02-08", "texts": {"fi": words}}

    def signing(self) -> None:
        """Everybody has signed, and every audience gets its agreed notice."""
        signed = {"digest": self.aino.reads("agreement")["digest"], **self.interpreted}
        self.aino.does("agreement/signatures", signed)
        self.sign("Timo", "Pekka")
        self.moves("begin-follow-up")
        self.meri.does("notices")

    def follow_up_held(self) -> None:
        """Check-ins to the table, to the mediators, and of a representative."""
        self.meri.does(f"sessions/{self.follow_up}/beginning")
        for name, audience in (("Aino", "table"), ("Pekka", "mediator"), ("Kaarina", "table")):
            item = "check-in to mediators" if audience == "mediator" else "check-in to the table"
            lines = self[name].reads("agreement")["commitments"]
            reports = {one["id"]: {"answer": "kept", "words": self.words(item, name)} for one in lines}
            self[name].does("check-ins", {"audience": audience, "words": self.words(item, name), "reports": reports})

    def accounts(self) -> None:
        """Aino signs in, and has an address of her own; Arvo invites and carries out an order."""
        [address] = [one.word for one in self.canaries.values() if (one.item, one.whose) == ("address", "Aino")]
        self[None].does("/sign-in/links", {"email": f"{address}@example.org"})
        letters = [one for one in self.deliver() if address in str(one["To"]) and "sign-in#" in body_of(one)]
        aino = "Aino in her browser"
        device = self.sing("account", "Aino")
        self.clients[aino] = browser(self.house, secret=secret_in(letters[-1]), device=device)
        self[aino].does("/tokens", {"name": self.words("account", "Aino")})
        self[aino].does("/second-factor/totp")
        own = self.sing("address", "Aino")
        self[aino].does("/own-address", {"email": f"{own}@example.org"})
        [letter] = [one for one in self.deliver() if own in str(one["To"])]
        self[None].does("/own-address/confirmations", {"secret": secret_in(letter)})
        new = self.sing("address", "Aino")
        self.meri.does(f"participants/{self.ids['Aino']}/address-changes", {"email": f"{new}@example.org"})
        [letter] = [one for one in self.deliver() if new in str(one["To"])]
        self[None].refused("/new-address/confirmations", {"secret": secret_in(letter)}, 403, "own-sign-in-needed")
        self.meri.does(f"DELETE participants/{self.ids['Irina']}/address")  # her letters are printed from now on
        own_pages = ("sign-in/sessions", "sign-in/sessions/current", "tokens", "second-factor")
        self.heard_on_the_way = [replace(self.hear(aino, f"/api/{one}"), reader="Aino") for one in own_pages]
        self.arvo.does("/holds", {"number": self.number, "reference": self.words("account", "Arvo")})
        for door in ("/sign-in-closings", "/sign-in-openings"):
            self.arvo.does(door, {"email": f"{self.sing('told to nobody', '')}@example.org"})
        self.names["Uuno"] = self.sing("account", "Uuno", "Arvo", "Vilho", "Hilla")
        invited = {"name": f"Uuno {self.names['Uuno']}", "email": f"{self.sing('address', 'Uuno')}@example.org"}
        here = {"organisation": self.house.organisations[self.employer], "office": "mediator"}
        self.arvo.does("/invitations", invited | here)
        [letter] = [one for one in self.deliver() if "sign-in#" in body_of(one)]
        browser(self.house, secret=secret_in(letter), device="x")

    def supervision_asked_for(self) -> None:
        """Aino asks for work supervision afterwards; somebody without an account asks for it, and confirms nothing."""
        told = {name: self.words("what supervision is for", "Aino") for name in ("need", "wished_times")}
        asked = self.aino.does("supervision-requests", told)["number"]
        self.heard_on_the_way.append(self.hear("Aino", f"/api/cases/{asked}/inquiry"))
        where = f"PUT /organisations/{self.house.organisations[self.employer]}/inquiries"
        self.arvo.does(where, {"inquiry_address": "tiedustelut", "takes_inquiries": True})
        said = {name: self.words("told to nobody", "") for name in ("need", "work_field", "wished_times")}
        wish = {"wished_form": "group", "wished_kind": "change", "people": 5, "email": "kysyja@example.net"} | {
            "asked_for": "own"
        }
        self[None].does("/inquiries/tiedustelut", {**said, **wish})
        wrong = {"secret": "x" * 43, "name": self.sing("told to nobody", "")}
        self[None].refused("/inquiry-confirmations", wrong, 401, "link-unusable")

    def another_case(self) -> None:
        """One that ends without an agreement."""
        first, self.number = self.number, ""
        parties = [{"person": self.house.people[name]} for name in ("Aino", "Pekka")]
        body = {"organisation": self.house.organisations[self.employer], "subject": "Sama", "parties": parties}
        self.number = self.vilho.does("/cases", body)["number"]
        self.vilho.does("order", {"terms": "Sovittelu."})
        self.vilho.does("mediators", {"person": self.house.people["Meri"]})
        self.meri.does("discontinuation", {"outcome": "no-agreement"})
        self.number = first

    def suspended_and_resumed(self) -> None:
        """Nothing more happens, and why."""
        why = {"cause": "absence", "review_on": "2027-03-01", "words": self.words("suspension", "")}
        self.meri.does("suspensions", why)

    def read_in_the_end(self) -> Iterator[Heard]:
        """What everybody reads of the case, and some of another one."""
        others = ("Vilho", "Hilla", "Arvo", "Ilmari", "Meri", "Aino", "Ulla")
        for readers, number in ((self.everybody, self.number), (others, "2027-0002")):
            yield from sweep(self, readers, number, leader=self.leader, paper=self.paper)
