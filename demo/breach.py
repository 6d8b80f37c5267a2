"""The second story (domain notes, case 10.2): something is not carried out as agreed, and the agreement is amended."""

from demo.breach_words import CHANGES, FIRST, NOTICE, OPTIONS, PROBLEM, SECOND
from demo.stage import Stage, StoryBroken
from demo.story import Story, private


def play(stage: Stage) -> str:
    """Play the whole case; returns its number. Raises `StoryBroken` if something differs from the story."""
    return BreachStory(stage).play()


class BreachStory(Story):
    """The people of the story, and its days in their order."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.employer = stage.organisation("Esimerkki Logistiikka Oy")
        outside = stage.organisation("Ulkopuolinen sovittelutoimisto")
        self.hr = stage.person(
            "HR-koordinaattori", called="Heli Heino", organisation=self.employer, office="hr", email="heli@example.org"
        )
        self.mediator = stage.person(
            "sovittelija", called="Meri Mattila", organisation=outside, office="mediator", email="meri@example.org"
        )
        self.p1 = stage.person("P1", called="Leena Lehto", email="leena@example.org")
        self.p2 = stage.person("P2", called="Daniel Dahl", language="en", email="daniel@example.org")
        self.manager = stage.person("terminaalipäällikkö", called="Tarja Tuomi", email="tarja@example.org")
        self.safety = stage.person("työsuojeluvaltuutettu", called="Seppo Suominen", email="seppo@example.org")

    def play(self) -> str:
        """Every day of the story."""
        self.referral()
        self.preparation()
        self.separate_meetings()
        self.one_sitting()
        self.signing()
        self.breach()
        self.amendment()
        self.second_signing()
        self.the_rest()
        return self.number

    def referral(self) -> None:
        """The health and safety representative raises the matter, with Daniel's permission."""
        self.stage.at("2027-03-02 09:00")
        referral = {
            "organisation": self.employer,
            "language": "fi",
            "subject": "Yhteistyö terminaalin vuorossa",
            "parties": [
                {"person": self.p1.person, "capacity": "vuoroesihenkilö"},
                {"person": self.p2.person, "capacity": "trukinkuljettaja"},
            ],
            "initiator": {"person": self.safety.person},
        }
        self.number = self.hr.post("/api/cases", referral)["number"]
        self.stage.tell(f"  referred as case {self.number}")
        taken_up = self.safety.get(f"/api/cases/{self.number}")
        if set(taken_up) - {"notices"} != {"number", "you", "taken_up"}:
            raise StoryBroken(f"the initiator reads {sorted(taken_up)}")
        self.sees("not-started")

    def preparation(self) -> None:
        """A mediator without ties; suitable with safeguards."""
        stage, mediator = self.stage, self.mediator
        stage.at("2027-03-04 09:00")
        self.hr.post(self.at("order"), {"terms": "Ulkopuolinen sovittelu terminaalin vuorossa.", "language": "fi"})
        self.hr.post(self.at("mediators"), {"person": mediator.person})
        self.learn_ids()
        self.declare_no_ties("Ei sidonnaisuuksia yritykseen eikä osapuoliin.", (self.p1, self.p2))
        mediator.post(self.at("screenings"), {"language": "fi"})
        answers = {"S3": "yes", "S4": "yes", "S9": "yes", "S18": "yes"}
        mediator.post(self.at("screenings/answers"), {"answers": answers, "way": "said", "for": self.ids["P2"]})
        decision = {"outcome": "suitable-with-safeguards", "safeguards": ["support-person-offered", "reflection-time"]}
        mediator.post(self.at("screenings/decision"), decision)
        stage.tell("  screened: suitable with safeguards")
        self.sees("preparation")

    def separate_meetings(self) -> None:
        """Each is met alone; the safeguards are put in place; both agree."""
        stage, mediator = self.stage, self.mediator
        self.session("separate", "2027-03-10 10:00", 60, present=("P1",), alone="P1")
        self.p1.post(
            self.at("statements"),
            private(
                self.marked("Sain itse kuulla tuotantojohdolta pahasti viime viikolla ja purin sitä vuoroon.", "3P1")
            ),
        )
        self.sees("preparation")
        self.session("separate", "2027-03-11 10:00", 60, present=("P2",), alone="P2")
        self.p2.post(
            self.at("statements"),
            private(self.marked("If this does not help, I will take it to the union.", "3P2"), "en"),
        )
        self.sees("preparation")
        stage.at("2027-03-12 09:00")
        in_place = {
            "support-person-offered": "Kumpikin sai tietää, että mukaan saa ottaa tukihenkilön.",
            "reflection-time": "Kumpikin saa viikon aikaa miettiä.",
        }
        for safeguard, words in in_place.items():
            mediator.post(self.at("safeguards"), {"safeguard": safeguard, "words": words})
        for party in (self.p1, self.p2):
            party.post(self.at("consents"), {"answer": "given", "text": self.terms(party)})
        representative = {
            "person": self.manager.person,
            "capacity": "terminaalipäällikkö",
            "role": "employer-representative",
        }
        self.ids["manager"] = mediator.post(self.at("participants"), representative)["id"]
        plan = {"kind": "joint", "planned_at": self.moment("2027-03-18 09:00"), "minutes": 300}
        self.joint = mediator.post(self.at("sessions"), plan)["id"]
        self.sees("preparation")

    def one_sitting(self) -> None:
        """Five hours together, a draft, and the weekend to think."""
        stage, mediator, both = self.stage, self.mediator, self.both("P1", "P2")
        stage.at("2027-03-18 09:00")
        self.open_table(self.joint, (self.p1, self.p2))
        self.move("define-problem")
        self.state_views(
            (
                self.p1,
                "fi",
                "Vuoro ei lähde ajoissa, kun ohjeet jäävät kuittaamatta. Radiossa minulle vastataan tai ollaan "
                "vastaamatta miten sattuu.",
            ),
            (
                self.p2,
                "en",
                "Orders are shouted over the radio for all to hear and change twice an hour. I feel stupid although I "
                "have done this work for eleven years.",
            ),
        )
        version = mediator.post(self.at("problem-statements"), {"texts": PROBLEM})["version"]
        self.accept_problem(version, (self.p1, self.p2))
        self.move("start-dialogue")
        stage.at("2027-03-18 11:30")
        mediator.post(self.at("readiness"), both)
        self.move("seek-solutions")
        self.options("2027-03-18 12:30", OPTIONS, both)
        self.plan_follow_ups("2027-04-22", "2027-06-08", "2027-09-09")
        written = self.draft(PROBLEM, NOTICE, FIRST)
        if "2027-03-29" not in written["days_off"]:
            raise StoryBroken("nobody was warned that 2027-03-29 is a holiday")
        stage.tell(f"  a warning: {written['days_off']}")
        stage.at("2027-03-18 14:00")
        mediator.post(self.at(f"sessions/{self.joint}/ending"), {"early": False})
        mediator.post(self.at("agreement/sending"), {})
        self.sees("solutions")

    def signing(self) -> None:
        """Version 1 is signed by all after the weekend."""
        self.sign("2027-03-22", (("09:00", self.p1), ("09:30", self.p2), ("10:00", self.manager)))
        self.stage.at("2027-03-22 10:30")
        self.move("begin-follow-up")
        self.sees("follow-up")
        self.stage.at("2027-03-23 09:00")
        self.mediator.post(self.at("notices"))
        self.sees("follow-up")

    def breach(self) -> None:
        """At the first follow-up the two answer differently, and both answers stay."""
        stage = self.stage
        session = self.follow_up(0, "2027-04-22")
        self.check_in(self.p1, {"C3": "partly", "C4": "partly"}, atmosphere=4, session=session)
        said = {"C2": "not-kept", "C3": "partly", "C4": "not-kept"}
        self.check_in(self.p2, said, atmosphere=2, session=session)
        self.check_in(self.manager, {}, session=session)
        self.p2.post(self.at("statements"), private(self.marked("I still think of the union.", "3P2B"), "en"))
        self.end(session)
        seen = self.mediator.get(self.at("check-ins"))
        opened = [one for one in seen["breaches"] if one["state"] == "open"]
        stage.tell(f"  {len(opened)} commitments have not been carried out as agreed, by Daniel's own report")
        if len(opened) != 2:
            raise StoryBroken(f"{len(opened)} breaches are open, not 2")
        stage.missing(self.mediator, self.number, "close")
        self.sees("follow-up")

    def amendment(self) -> None:
        """Back to solutions for version 2; version 1 stays in force until the last signature."""
        stage, mediator = self.stage, self.mediator
        stage.at("2027-04-29 12:00")
        self.move("amend")
        plan = {"kind": "joint", "planned_at": self.moment("2027-04-29 12:00"), "minutes": 120, "serves": ["solutions"]}
        session = mediator.post(self.at("sessions"), plan)["id"]
        mediator.post(self.at(f"sessions/{session}/beginning"))
        first = {one["label"]: one["lineage"] for one in mediator.get(self.at("agreement"), version=1)["commitments"]}
        tag = mediator.get(self.at("agreement"))["tag"]
        self.draft(PROBLEM, NOTICE, [one | {"lineage": first.get(one["label"])} for one in SECOND], tag=tag)
        stage.at("2027-04-29 14:00")
        mediator.post(self.at(f"sessions/{session}/ending"), {"early": False})
        mediator.post(self.at("agreement/sending"), {})
        changes = {one["label"]: one["change"] for one in self.p2.get(self.at("agreement/differences"))["commitments"]}
        stage.tell(f"  what changes: {', '.join(f'{label} {change}' for label, change in changes.items())}")
        if changes != CHANGES:
            raise StoryBroken(f"the difference reads {changes}")
        self.sees("follow-up")

    def second_signing(self) -> None:
        """Version 1 is in force until everybody has signed version 2."""
        self._stand({1: "sealed", 2: "sent"})
        self.sign("2027-05-04", (("09:00", self.p2), ("09:30", self.p1), ("10:00", self.manager)))
        self._stand({1: "superseded", 2: "sealed"})
        self.stage.at("2027-05-04 10:30")
        self.move("begin-follow-up")
        self.sees("follow-up")
        self.stage.at("2027-05-05 09:00")
        self.mediator.post(self.at("notices"))
        self.sees("follow-up")

    def _stand(self, expected: dict[int, str]) -> None:
        seen = {one["version"]: one["state"] for one in self.p1.get(f"/api/cases/{self.number}")["agreements"]}
        if seen != expected:
            raise StoryBroken(f"the versions stand {seen}")

    def the_rest(self) -> None:
        """Two more follow-ups, and the amended agreement is kept."""
        session = self.follow_up(1, "2027-06-08")
        self.check_in(self.p1, {}, atmosphere=4, session=session)
        self.check_in(self.p2, {"C6": "partly"}, atmosphere=4, ratings={"C4": 4}, session=session)
        self.check_in(self.manager, {}, session=session)
        self.end(session)
        self.sees("follow-up")
        session = self.follow_up(2, "2027-09-09")
        self.check_in(self.p1, {}, atmosphere=4, session=session)
        self.check_in(self.p2, {}, atmosphere=5, session=session)
        self.end(session)
        self.move("close")
        self.sees("closed", "ended-settled")
