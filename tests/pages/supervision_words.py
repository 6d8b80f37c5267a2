"""What the people of the clicked supervision say and write, in the language in which it is played."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class SupervisionWords:
    """The words of a supervision; a goal is what is wished for and how one notices that it is nearer."""

    need: str
    no_ties: str
    methods: str
    place: str
    purpose: str
    goals: tuple[tuple[str, str], ...]
    learnt: str
    wishes: str
    learnt_at_last: str
    order: str = ""
    summary: str = ""


WORDS: Mapping[str, SupervisionWords] = {
    "fi": SupervisionWords(
        need="Työnohjaus tiimille, jonka työ on muuttunut",
        order="110 euroa tunti, alv 0 %. [KANARIA-W1]",
        no_ties="En tunne ketään tiimistä entuudestaan.",
        methods="Keskustelua työtilanteista, joskus pareittain.",
        place="Esimerkkilän perhekeskus",
        purpose="Tiimin työ on muuttunut, ja haluamme tutkia, miten teemme sitä yhdessä. [KANARIA-W2]",
        goals=(
            ("Otamme vaikeat asiat puheeksi ajoissa.", "Asia on esillä viikon sisällä."),
            ("Jaamme kiireen niin, ettei kukaan jää yksin.", "Kysymme maanantaisin, kenellä on eniten."),
        ),
        learnt="Osaamme pyytää apua aikaisemmin. [KANARIA-W3]",
        wishes="Yksi tilanne tarkemmin joka kerralla.",
        learnt_at_last="Puheeksi ottamisesta tuli tapa. [KANARIA-W4]",
        summary="Työnohjausta on pidetty sovitusti, ja tiimi on saavuttanut tavoitteensa pääosin.",
    ),
    "sv": SupervisionWords(
        need="Arbetshandledning för ett team vars arbete har förändrats",
        order="110 euro per timme, moms 0 %. [KANARIA-W1]",
        no_ties="Jag känner ingen i teamet sedan tidigare.",
        methods="Samtal om situationer i arbetet, ibland i par.",
        place="Exempelby familjecenter",
        purpose="Teamets arbete har förändrats, och vi vill undersöka hur vi gör det tillsammans. [KANARIA-W2]",
        goals=(
            ("Vi tar upp svåra saker i tid.", "Saken har kommit upp inom en vecka."),
            ("Vi delar brådskan så att ingen blir ensam.", "Vi frågar på måndagar vem som har mest."),
        ),
        learnt="Vi kan be om hjälp tidigare. [KANARIA-W3]",
        wishes="En situation närmare varje gång.",
        learnt_at_last="Det blev en vana att ta upp saker. [KANARIA-W4]",
        summary="Arbetshandledningen har hållits som avtalat, och teamet har i huvudsak nått sina mål.",
    ),
    "en": SupervisionWords(
        need="Work supervision for a team whose work has changed",
        order="110 euros an hour, VAT 0%. [KANARIA-W1]",
        no_ties="I have not met anybody in the team before.",
        methods="Talking about situations at work, now and then in pairs.",
        place="The family centre of Esimerkkilä",
        purpose="The work of the team has changed, and we want to look at how we do it together. [KANARIA-W2]",
        goals=(
            ("We bring up hard things in time.", "A thing is brought up within a week."),
            ("We share the rush so that nobody is left alone.", "We ask on Mondays who has the most."),
        ),
        learnt="We can ask for help earlier. [KANARIA-W3]",
        wishes="One situation more closely each time.",
        learnt_at_last="Bringing things up became a habit. [KANARIA-W4]",
        summary="The supervision was held as agreed, and the team has largely reached its goals.",
    ),
}
