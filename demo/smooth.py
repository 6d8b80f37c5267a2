"""The first story (domain notes, case 10.1): two nurses, an agreement that is kept, and a case closed after three follow-ups."""

from typing import Any

from demo.stage import Actor, Stage, StoryBroken

COMMITMENTS: tuple[dict[str, Any], ...] = (
    {
        "owners": ["A", "B"],
        "starts_on": "2027-02-08",
        "fi": (
            "Pidämme yhteisinä arkipäivinä kymmenen minuutin vuoronvaihdon klo 14.50.",
            "≥ 9/10 pidetty neljässä viikossa",
        ),
        "en": ("We hold a ten-minute handover at 14:50 on shared weekdays.", "≥ 9 of 10 held in four weeks"),
    },
    {
        "owners": ["B"],
        "starts_on": "2027-02-08",
        "fi": (
            "Kirjaan keskeneräiset käynnit ja muutokset tehtävälistaan ennen vuoron päättymistä.",
            "≤ 1 puuttuva kirjaus kahdessa viikossa",
        ),
        "en": (
            "I enter unfinished visits and changes in the task list before the shift ends.",
            "≤ 1 missing entry in two weeks",
        ),
    },
    {
        "owners": ["A"],
        "starts_on": "2027-02-08",
        "fi": (
            "Kysyn B:ltä ennen kuin muutan käyntijärjestystä, paitsi kiireellisessä tilanteessa, "
            "jolloin kerron heti jälkeenpäin.",
            "0 ilmoittamatonta muutosta",
        ),
        "en": (
            "I ask B before changing the visit order, except in urgent cases, when I tell right afterwards.",
            "0 unannounced changes",
        ),
    },
    {
        "owners": ["A", "B"],
        "starts_on": "2027-02-02",
        "fi": (
            "Kirjoitamme viestit kokonaisina lauseina; vaikean asian hoidamme puhelimessa tai kasvokkain.",
            "oma arvio ≥ 4/5",
        ),
        "en": (
            "We write messages in full sentences; difficult matters by phone or face to face.",
            "own rating ≥ 4 of 5",
        ),
    },
    {
        "owners": ["A", "B"],
        "starts_on": "2027-02-02",
        "fi": (
            "Otamme harmin puheeksi ensin keskenämme kahden työpäivän sisällä; vasta sitten esihenkilölle, yhdessä.",
            "seurannassa: mikään asia ei ohittanut tätä askelta",
        ),
        "en": (
            "We raise a grievance first with each other within two working days; only then to the manager, together.",
            "at follow-up: no matter skipped this step",
        ),
    },
    {
        "owners": ["manager"],
        "due_on": "2027-02-08",
        "fi": (
            "Varaan vuorolistaan klo 14.50–15.00 vuoronvaihdolle, kun A ja B ovat samana päivänä töissä.",
            "näkyy vuorolistassa",
        ),
        "en": (
            "I reserve 14:50–15:00 in the rota for handover when A and B work the same day.",
            "visible in the rota",
        ),
    },
)

PROBLEM = {
    "fi": {
        "words": "Tieto keskeneräisistä käynneistä ja muutoksista ei siirry meiltä toisillemme yhdellä sovitulla tavalla. "
        "Siksi käyntejä on jäänyt kesken, viestimme ovat kiristyneet ja olemme alkaneet välttää toisiamme.",
        "goals": [
            "Kumpikin tietää vuoron alussa, mikä on kesken.",
            "Puhumme ongelmista ensin toisillemme, asiallisesti.",
        ],
    },
    "en": {
        "words": "Information about unfinished visits and changes does not pass between us in one agreed way. "
        "Therefore visits have been left unfinished, our messages have become tense and we have begun to avoid each other.",
        "goals": [
            "At the start of a shift each of us knows what is unfinished.",
            "We speak about problems first to each other, respectfully.",
        ],
    },
}

NOTICE = {
    "fi": "Sovittelu on käyty ja siinä on tehty sopimus. Sisältö on luottamuksellinen.",
    "en": "Mediation has been held and an agreement has been made. Its content is confidential.",
}

OPTIONS = (  # words, and why it was set aside (None: adopted)
    ("Kymmenen minuutin vuoronvaihto klo 14.50", None),
    ("Yhteinen pikaviestiryhmä omissa puhelimissa", "asiakastietoja yksityisissä puhelimissa"),
    ("Keskeneräiset käynnit yhteen tehtävälistaan", None),
    ("Aina eri vuorot", "ei palvele kumpaakaan tavoitetta"),
    ("Vaikea asia puheeksi kahden työpäivän sisällä", None),
    ("Esihenkilö varaa vuorolistaan ajan vuoronvaihdolle", None),
)

# Per follow-up: when, then for A and B the answer to C1 (the others were kept), the rating of C4, the atmosphere.
FOLLOW_UPS = (
    ("2027-03-04", {"A": ("partly", 4, 3), "B": ("partly", 4, 4)}),
    ("2027-05-04", {"A": ("kept", 5, 4), "B": ("kept", 4, 4)}),
    ("2027-08-10", {"A": ("kept", 5, 5), "B": ("kept", 4, 4)}),
)


def play(stage: Stage) -> str:
    """Play the whole case; gives its number. Raises `StoryBroken` where something happens otherwise than told."""
    return SmoothStory(stage).play()


class SmoothStory:
    """The people of the story, and its days in their order."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        employer = stage.organisation("Esimerkkilän hyvinvointialue, kotihoidon iltatiimi")
        elsewhere = stage.organisation("Esimerkkilän hyvinvointialue, sovittelijat")
        self.employer = employer
        self.hr = stage.person("henkilöstöasiantuntija", organisation=employer, office="hr", email="hr@example.org")
        self.mediator = stage.person("sovittelija", organisation=elsewhere, office="mediator", email="meri@example.org")
        self.a = stage.person("A", email="a@example.org")
        self.b = stage.person("B", language="en", email="b@example.org")
        self.manager = stage.person("kotihoidon esihenkilö", email="manager@example.org")
        self.number, self.ids = "", dict[str, str]()

    def play(self) -> str:
        """Every day of the story."""
        self.referral()
        self.preparation()
        self.separate_meetings()
        self.one_sitting()
        self.signing()
        self.follow_ups()
        return self.number

    def at(self, path: str) -> str:
        """A path of the case."""
        return f"/api/cases/{self.number}/{path}"

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
        stage.end_of_day(self.hr, self.number, "not-started")

    def preparation(self) -> None:
        """Order, mediator, screening, ties, invitations, information meeting."""
        stage, hr, mediator = self.stage, self.hr, self.mediator
        stage.at("2027-01-13 09:00")
        hr.post(
            self.at("order"), {"terms": "Sovittelu kotihoidon iltatiimissä, sisäinen sovittelija.", "language": "fi"}
        )
        hr.post(self.at("mediators"), {"person": mediator.person})
        self._learn_ids()
        stage.missing(mediator, self.number, "open")
        mediator.post(self.at("screenings"), {"language": "fi"})
        answers = {f"S{number}": "no" for number in range(1, 19)} | {"S7": "yes", "S14": "yes", "S18": "yes"}
        mediator.post(self.at("screenings/answers"), {"answers": answers, "way": "said", "for": self.ids["A"]})
        mediator.post(self.at("screenings/decision"), {"outcome": "suitable"})
        stage.tell("  screened: suitable")
        stage.end_of_day(hr, self.number, "preparation")

        stage.at("2027-01-14 09:00")
        ties = {
            "has_ties": False,
            "words": "Työskentelen toisella palvelualueella. Sidonnaisuuksia ei ole.",
            "language": "fi",
        }
        declaration = mediator.post(self.at("declarations"), ties)["id"]
        for party in (self.a, self.b):
            party.post(self.at(f"declarations/{declaration}/answers"), {"answer": "accepted"})
            mediator.post(self.at("invitations"), {"participant": self.ids[party.name]})
        representative = {
            "person": self.manager.person,
            "capacity": "kotihoidon esihenkilö",
            "role": "employer-representative",
        }
        self.ids["manager"] = mediator.post(self.at("participants"), representative)["id"]
        stage.tell("  the mediator declares no ties; A and B accept")
        stage.end_of_day(hr, self.number, "preparation")

        self._session("information", "2027-01-18 13:00", 45, present=("A", "B"))
        stage.end_of_day(hr, self.number, "preparation")

    def separate_meetings(self) -> None:
        """Each party is met alone, and agrees to mediate."""
        stage, mediator = self.stage, self.mediator
        self._session("separate", "2027-01-19 10:00", 60, present=("A",), alone="A")
        self.a.post(
            self.at("statements"),
            _private("Kerron vain sinulle: olen jo kysellyt siirtoa toiseen tiimiin. [KANARIA-1A]"),
        )
        stage.end_of_day(self.hr, self.number, "preparation")
        self._session("separate", "2027-01-20 10:00", 75, present=("B",), alone="B")
        self.b.post(self.at("statements"), _private("I am afraid I will be made the scapegoat. [KANARIA-1B]", "en"))
        stage.end_of_day(self.hr, self.number, "preparation")

        stage.at("2027-01-21 09:00")
        note = {"words": "Molemmat valmiita; B tarvitsee tauon noin tunnin välein. [KANARIA-1M]", "language": "fi"}
        mediator.post(self.at("notes"), note)
        plan = {"kind": "joint", "planned_at": "2027-01-28T09:00:00+02:00", "minutes": 250}
        self.joint = mediator.post(self.at("sessions"), plan)["id"]
        stage.missing(mediator, self.number, "open")
        for party in (self.a, self.b):
            party.post(self.at("consents"), {"answer": "given"})
        stage.tell("  A and B agree to mediate")
        stage.end_of_day(self.hr, self.number, "preparation")

    def one_sitting(self) -> None:
        """Opening, problem definition, dialogue and solutions in one room, with one laptop."""
        stage, mediator, ids = self.stage, self.mediator, self.ids
        both = {"way": "said", "for": [ids["A"], ids["B"]]}
        stage.at("2027-01-28 09:00")
        self.move("open")
        mediator.post(self.at(f"sessions/{self.joint}/beginning"))
        mediator.put(
            self.at(f"sessions/{self.joint}/attendance"), {"attendance": {ids["A"]: "present", ids["B"]: "present"}}
        )
        mediator.post(self.at("ground-rules/acceptances"), both)
        mediator.post(self.at("opening-turns"), {"participants": [ids["A"], ids["B"]]})
        self.move("define-problem")
        stage.at("2027-01-28 10:00")
        self.a.post(
            self.at("views"),
            {
                "words": "Koen, että minulle jää keskeneräisiä käyntejä ilman tietoa. Kun kysyn, saan viestin, jossa on pelkkä "
                "huutomerkki. Olen alkanut jännittää iltavuoroja.",
                "language": "fi",
            },
        )
        self.b.post(
            self.at("views"),
            {
                "words": "The visit order is changed without asking, and entries stay open. I answer shortly because the phone "
                "rings all the time. It hurt me that the matter went to the manager before me.",
                "language": "en",
            },
        )
        version = mediator.post(self.at("problem-statements"), {"texts": PROBLEM})["version"]
        stage.missing(mediator, self.number, "start-dialogue")
        stage.at("2027-01-28 10:25")
        for party in (self.a, self.b):
            party.post(self.at(f"problem-statements/{version}/acceptances"))
        self.move("start-dialogue")
        stage.at("2027-01-28 11:30")
        mediator.post(self.at("readiness"), both)
        self.move("seek-solutions")
        self._options(both)
        stage.at("2027-01-28 13:00")
        for day, _ in FOLLOW_UPS:
            moment = f"{day}T12:00:00+0{3 if day > '2027-03-28' else 2}:00"
            mediator.post(self.at("sessions"), {"kind": "follow-up", "planned_at": moment, "minutes": 60})
        self._draft()
        stage.at("2027-01-28 13:10")
        mediator.post(self.at(f"sessions/{self.joint}/ending"), {"early": False})
        stage.end_of_day(self.hr, self.number, "solutions")

    def signing(self) -> None:
        """Sent in the morning, signed by all during the day, and the agreed notice on the next."""
        stage, mediator = self.stage, self.mediator
        stage.at("2027-02-01 07:30")
        mediator.post(self.at("agreement/sending"), {})
        stage.missing(mediator, self.number, "begin-follow-up")
        for moment, who in (("08:12", self.b), ("15:40", self.a), ("16:05", self.manager)):
            stage.at(f"2027-02-01 {moment}")
            digest = who.get(self.at("agreement"))["digest"]
            signed = who.post(self.at("agreement/signatures"), {"digest": digest})
            stage.tell(f"  {moment} {who.name} signs{' – the agreement is sealed' if signed['sealed'] else ''}")
        stage.at("2027-02-01 16:30")
        self.move("begin-follow-up")
        stage.end_of_day(self.hr, self.number, "follow-up")
        stage.at("2027-02-02 09:00")
        mediator.post(self.at("notices"))
        told = self.hr.get(f"/api/statuses/{self.number}")["notice"]
        if told != NOTICE:
            raise StoryBroken(f"the commissioner reads {told!r}")
        stage.tell(f"  notice to the commissioner: {told['fi']}")
        stage.end_of_day(self.hr, self.number, "follow-up")

    def follow_ups(self) -> None:
        """Three follow-ups, each party's own answers, and the case is closed."""
        stage, mediator = self.stage, self.mediator
        planned = [one for one in mediator.get(f"/api/cases/{self.number}")["sessions"] if one["kind"] == "follow-up"]
        for session, (day, answers) in zip(planned, FOLLOW_UPS, strict=True):
            stage.at(f"{day} 12:00")
            mediator.post(self.at(f"sessions/{session['id']}/beginning"))
            for party in (self.a, self.b):
                self._check_in(party, session["id"], *answers[party.name])
            mediator.post(self.at(f"sessions/{session['id']}/ending"), {"early": False})
            stage.tell(f"  follow-up held: {', '.join(f'{who} C1 {said[0]}' for who, said in answers.items())}")
            if day != FOLLOW_UPS[-1][0]:
                stage.missing(mediator, self.number, "close")
                stage.end_of_day(self.hr, self.number, "follow-up")
        self.move("close")
        stage.end_of_day(self.hr, self.number, "closed", "agreement")

    def move(self, transition: str) -> None:
        """Tell what is missing, and take the case on."""
        self.stage.missing(self.mediator, self.number, transition)
        self.stage.advance(self.mediator, self.number, transition)

    def _learn_ids(self) -> None:
        for one in self.mediator.get(f"/api/cases/{self.number}")["participants"]:
            self.ids[one["name"]] = one["id"]

    def _session(
        self, kind: str, moment: str, minutes: int, *, present: tuple[str, ...], alone: str | None = None
    ) -> None:
        self.stage.at(moment)
        plan: dict[str, Any] = {"kind": kind, "planned_at": f"{moment.replace(' ', 'T')}:00+02:00", "minutes": minutes}
        if alone:
            plan["with_participant"] = self.ids[alone]
        session = self.mediator.post(self.at("sessions"), plan)["id"]
        self.mediator.post(self.at(f"sessions/{session}/beginning"))
        attendance = {self.ids[name]: "present" for name in present}
        self.mediator.put(self.at(f"sessions/{session}/attendance"), {"attendance": attendance})
        self.mediator.post(self.at(f"sessions/{session}/ending"), {"early": False})
        self.stage.tell(f"  {kind} session held, {minutes} min{f', with {alone}' if alone else ''}")

    def _options(self, both: dict[str, Any]) -> None:
        self.stage.at("2027-01-28 12:00")
        for words, aside in OPTIONS:
            option = self.mediator.post(self.at("options"), {"words": words, "language": "fi"})["id"]
            if aside:
                self.mediator.put(self.at(f"options/{option}/state"), {"state": "set-aside", "reason": aside})
            else:
                self.mediator.post(self.at(f"options/{option}/responses"), {"response": "yes", **both})
                self.mediator.put(self.at(f"options/{option}/state"), {"state": "adopted"})
        self.stage.tell("  six options: four adopted, two set aside")

    def _draft(self) -> None:
        texts = {
            code: {
                "purpose": PROBLEM[code]["words"],
                "goals": PROBLEM[code]["goals"],
                "notices": {"commissioner": NOTICE[code], "work-community": NOTICE[code]},
            }
            for code in ("fi", "en")
        }
        commitments = [
            {
                "owners": [self.ids[name] for name in one["owners"]],
                "starts_on": one.get("starts_on"),
                "due_on": one.get("due_on"),
                "texts": {code: {"action": one[code][0], "measure": one[code][1]} for code in ("fi", "en")},
            }
            for one in COMMITMENTS
        ]
        draft = {"prevailing": "fi", "texts": texts, "commitments": commitments, "disclosure_decided": True}
        self.mediator.put(self.at("agreement"), draft)
        self.stage.tell("  the agreement is drafted: six commitments")

    def _check_in(self, party: Actor, session: str, first: str, rating: int, atmosphere: int) -> None:
        commitments = party.get(self.at("agreement"))["commitments"]
        reports: dict[str, Any] = {one["id"]: {"answer": "kept"} for one in commitments}
        reports[commitments[0]["id"]] = {"answer": first}
        reports[commitments[3]["id"]] = {"answer": "kept", "rating": rating}
        said = {"audience": "table", "session": session, "atmosphere": atmosphere, "reports": reports, "language": "fi"}
        party.post(self.at("check-ins"), said)


def _private(words: str, language: str = "fi") -> dict[str, str]:
    return {"audience": "mediator", "words": words, "language": language}
