"""The story of a work supervision: a work community of six with their manager, for a year."""

from demo.stage import Actor, Stage
from demo.story import Story

MEMBERS = ("Sanna", "Olli", "Kaisa", "Timo", "Elina", "Jari")


def play(stage: Stage) -> str:
    """Play the whole year; returns the number of the case. Raises `StoryBroken` if something differs from the story."""
    return SupervisionStory(stage).play()


class SupervisionStory(Story):
    """The people of the story, and its days in their order."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        employer = stage.organisation("Esimerkkilän hyvinvointialue, lastensuojelun avohuolto")
        provider = stage.organisation("Esimerkkilän työnohjaajat")
        self.employer = employer
        self.hr = stage.person(
            "tilaaja", called="Leena Lahtinen", organisation=employer, office="hr", email="leena@example.org"
        )
        self.mediator = stage.person(
            "työnohjaaja",
            called="Raili Rinne",
            organisation=provider,
            office="mediator",
            email="raili@example.org",
        )
        names = ("Sanna Salo", "Olli Oja", "Kaisa Kivi", "Timo Tamm", "Elina Eskola", "Jari Järvi")
        self.members = {
            short: stage.person(short, called=called, email=f"{short.lower()}@example.org")
            for short, called in zip(MEMBERS, names, strict=True)
        }
        self.manager = stage.person("Marko", called="Marko Mäkelä", email="marko@example.org")

    def everyone(self) -> list[Actor]:
        """Those who take part."""
        return [*self.members.values(), self.manager]

    def play(self) -> str:
        """Every day of the story."""
        self.inquiry()
        self.mapping()
        return self.number

    def inquiry(self) -> None:
        """The employer asks for supervision: need and how many, no names."""
        stage = self.stage
        stage.at("2027-01-11 09:00")
        asked = {
            "workflow": "supervision",
            "organisation": self.employer,
            "language": "fi",
            "subject": "Työnohjaus kuuden hengen tiimille, jonka työ on muuttunut",
            "parties": [],
        }
        self.number = self.hr.post("/api/cases", asked)["number"]
        stage.tell(f"  asked for as {self.number}")
        self.hr.post(self.at("order"), {"terms": "110 euroa tunti, alv 0 %. Peruutus viimeistään 48 tuntia ennen."})
        self.hr.post(self.at("mediators"), {"person": self.mediator.person})

    def mapping(self) -> None:
        """The supervisor declares ties, meets the team, and each says whether to go on."""
        stage = self.stage
        stage.at("2027-01-18 09:00")
        for one in self.members.values():
            self.mediator.post(self.at("participants"), {"person": one.person, "role": "supervisee"})
        self.mediator.post(self.at("participants"), {"person": self.manager.person, "role": "manager"})
        self.learn_ids()
        self.declare_no_ties("En tunne ketään tiimistä entuudestaan.", self.everyone())
        self.move("begin-mapping")
        self.session("mapping", "2027-01-25 13:00", 90, present=[one.name for one in self.everyone()])
        for one in self.everyone():
            one.post(self.at("consents"), {"answer": "given"})
        self.move("draw-up-contract")
