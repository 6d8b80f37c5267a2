"""The first story (domain notes, case 10.1): two nurses, an agreement that is kept, and a case closed after three follow-ups."""

from demo.smooth_words import COMMITMENTS, FOLLOW_UPS, NOTICE, OPTIONS, PROBLEM, PROVIDER
from demo.stage import Stage, StoryBroken
from demo.story import Story, private


def play(stage: Stage) -> str:
    """Play the whole case; returns its number. Raises `StoryBroken` if something differs from the story."""
    return SmoothStory(stage).play()


class SmoothStory(Story):
    """The people of the story, and its days in their order."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        employer = stage.organisation("Esimerkkilän hyvinvointialue, kotihoidon iltatiimi")
        elsewhere = stage.organisation(PROVIDER)
        self.employer = employer
        self.hr = stage.person(
            "henkilöstöasiantuntija",
            called="Vilho Virtanen",
            organisation=employer,
            office="hr",
            email="vilho@example.org",
        )
        self.mediator = stage.person(
            "sovittelija",
            called="Meri Mattila",
            organisation=elsewhere,
            office="mediator",
            email="meri@example.org",
        )
        self.a = stage.person("A", called="Aino Aalto", email="aino@example.org")
        self.b = stage.person("B", called="Pekka Peltonen", language="en", email="pekka@example.org")
        self.manager = stage.person("kotihoidon esihenkilö", called="Raija Rantala", email="raija@example.org")

    def play(self) -> str:
        """Every day of the story."""
        self.referral()
        self.preparation()
        self.separate_meetings()
        self.opening()
        self.problem()
        self.dialogue()
        self.solutions()
        self.sending()
        self.sign("2027-02-01", (("08:12", self.b), ("15:40", self.a), ("16:05", self.manager)))
        self.notice()
        for number in range(len(FOLLOW_UPS)):
            self.held_follow_up(number)
        self.move("close")
        self.sees("closed", "ended-settled")
        return self.number

    def referral(self) -> None:
        """The home-care manager refers, with A's knowledge."""
        stage = self.stage
        stage.at("2027-01-11 09:00")
        referral = {
            "organisation": self.employer,
            "language": "fi",
            "subject": "Yhteistyö iltavuoron vaihdoissa",
            "parties": [
                {"person": self.a.person, "capacity": "lähihoitaja"},
                {"person": self.b.person, "capacity": "sairaanhoitaja"},
            ],
            "initiator": {"person": self.manager.person},
        }
        self.number = self.hr.post("/api/cases", referral)["number"]
        stage.tell(f"  referred as case {self.number}")
        self.sees("not-started")

    def preparation(self) -> None:
        """Order, mediator, screening, ties, invitations, information meeting."""
        stage, hr, mediator = self.stage, self.hr, self.mediator
        stage.at("2027-01-13 09:00")
        hr.post(
            self.at("order"), {"terms": "Sovittelu kotihoidon iltatiimissä, sisäinen sovittelija.", "language": "fi"}
        )
        hr.post(self.at("mediators"), {"person": mediator.person})
        self.learn_ids()
        stage.missing(mediator, self.number, "open")
        mediator.post(self.at("screenings"), {"language": "fi"})
        answers = {f"S{number}": "no" for number in range(1, 19)} | {"S7": "yes", "S14": "yes", "S18": "yes"}
        own_ties = {"S17": answers.pop("S17")}
        mediator.post(self.at("screenings/answers"), {"answers": answers, "way": "said", "for": self.ids["A"]})
        mediator.post(self.at("screenings/answers"), {"answers": own_ties})
        mediator.post(self.at("screenings/decision"), {"outcome": "suitable"})
        stage.tell("  screened: suitable")
        self.sees("preparation")

        stage.at("2027-01-14 09:00")
        self.declare_no_ties("Työskentelen toisella palvelualueella. Sidonnaisuuksia ei ole.", (self.a, self.b))
        representative = {
            "person": self.manager.person,
            "capacity": "kotihoidon esihenkilö",
            "role": "employer-representative",
        }
        self.ids["manager"] = mediator.post(self.at("participants"), representative)["id"]
        stage.tell("  the mediator declares no ties; Aino and Pekka accept")
        self.sees("preparation")

        self.session("information", "2027-01-18 13:00", 45, present=("A", "B"))
        self.sees("preparation")

    def separate_meetings(self) -> None:
        """Each party is met alone, and agrees to mediate."""
        stage, mediator = self.stage, self.mediator
        self.session("separate", "2027-01-19 10:00", 60, present=("A",), alone="A")
        self.a.post(
            self.at("statements"),
            private(self.marked("Kerron vain sinulle: olen jo kysellyt siirtoa toiseen tiimiin.", "1A")),
        )
        self.sees("preparation")
        self.session("separate", "2027-01-20 10:00", 75, present=("B",), alone="B")
        self.b.post(
            self.at("statements"), private(self.marked("I am afraid I will be made the scapegoat.", "1B"), "en")
        )
        self.sees("preparation")

        stage.at("2027-01-21 09:00")
        note = {
            "words": self.marked("Molemmat valmiita; Pekka tarvitsee tauon noin tunnin välein.", "1M"),
            "language": "fi",
        }
        mediator.post(self.at("notes"), note)
        plan = {"kind": "joint", "planned_at": self.moment("2027-01-28 09:00"), "minutes": 250}
        self.joint = mediator.post(self.at("sessions"), plan)["id"]
        stage.missing(mediator, self.number, "open")
        for party in (self.a, self.b):
            party.post(self.at("consents"), {"answer": "given", "text": self.terms(party)})
        stage.tell("  Aino and Pekka agree to mediate")
        self.sees("preparation")

    def opening(self) -> None:
        """One sitting in one room, with one laptop: the ground rules, and each is heard in turn."""
        self.stage.at("2027-01-28 09:00")
        self.open_table(self.joint, (self.a, self.b))

    def problem(self) -> None:
        """Each one's view, and a joint text."""
        self.move("define-problem")
        self.stage.at("2027-01-28 10:00")
        self.state_views(
            (
                self.a,
                "fi",
                "Koen, että minulle jää keskeneräisiä käyntejä ilman tietoa. Kun kysyn, saan viestin, jossa on pelkkä "
                "huutomerkki. Olen alkanut jännittää iltavuoroja.",
            ),
            (
                self.b,
                "en",
                "The visit order is changed without asking, and entries stay open. I answer curtly because the phone "
                "rings all the time. It hurt me that the matter went to the manager before me.",
            ),
        )
        self.version = self.mediator.post(self.at("problem-statements"), {"texts": PROBLEM})["version"]

    def dialogue(self) -> None:
        """The joint text is accepted, and they talk."""
        self.stage.missing(self.mediator, self.number, "start-dialogue")
        self.stage.at("2027-01-28 10:25")
        self.accept_problem(self.version, (self.a, self.b))
        self.move("start-dialogue")

    def solutions(self) -> None:
        """Options, follow-ups and a draft; the sitting ends."""
        stage, mediator, both = self.stage, self.mediator, self.both("A", "B")
        stage.at("2027-01-28 11:30")
        mediator.post(self.at("readiness"), both)
        self.move("seek-solutions")
        self.options("2027-01-28 12:00", OPTIONS, both)
        stage.at("2027-01-28 13:00")
        self.plan_follow_ups(*(day for day, _ in FOLLOW_UPS))
        self.draft(PROBLEM, NOTICE, COMMITMENTS)
        stage.at("2027-01-28 13:10")
        mediator.post(self.at(f"sessions/{self.joint}/ending"), {"early": False})
        self.sees("solutions")

    def sending(self) -> None:
        """The agreement is sent on a morning, to be signed during the day."""
        self.stage.at("2027-02-01 07:30")
        self.mediator.post(self.at("agreement/sending"), {})
        self.stage.missing(self.mediator, self.number, "begin-follow-up")

    def notice(self) -> None:
        """The follow-up begins; the commissioner gets the agreed notice on the next day."""
        stage, mediator = self.stage, self.mediator
        stage.at("2027-02-01 16:30")
        self.move("begin-follow-up")
        self.sees("follow-up")
        stage.at("2027-02-02 09:00")
        mediator.post(self.at("notices"))
        notice = self.hr.get(f"/api/statuses/{self.number}")["notice"]
        if notice != NOTICE:
            raise StoryBroken(f"the commissioner reads {notice!r}")
        stage.tell(f"  notice to the commissioner: {notice['fi']}")
        self.sees("follow-up")

    def held_follow_up(self, number: int) -> None:
        """A follow-up session, with each party's own answers."""
        day, answers = FOLLOW_UPS[number]
        session = self.follow_up(number, day)
        for party in (self.a, self.b):
            first, rating, atmosphere = answers[party.name]
            self.check_in(party, {"C1": first}, atmosphere=atmosphere, ratings={"C4": rating}, session=session)
        self.end(session)
        told = (f"{party.called} C1 {answers[party.name][0]}" for party in (self.a, self.b))
        self.stage.tell(f"  follow-up held: {', '.join(told)}")
        if day != FOLLOW_UPS[-1][0]:
            self.stage.missing(self.mediator, self.number, "close")
            self.sees("follow-up")
