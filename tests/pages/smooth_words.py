"""What the people of the first story say and write (domain notes, case 10.1), in the language in which it is played."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demo import smooth


@dataclass(frozen=True)
class Words:
    """The words of a story; a commitment is its owners, its days, what is promised and how one notices."""

    subject: str
    capacities: tuple[str, str, str]
    terms: str
    no_ties: str
    told: tuple[str, str]  # to the mediator alone
    note: str
    views: tuple[str, str]
    problem: str
    goals: tuple[str, str]
    options: tuple[tuple[str, str | None], ...]  # words, and why it was set aside
    commitments: tuple[tuple[tuple[str, ...], str, str], ...]
    notice: str


DAYS: tuple[tuple[str, str], ...] = tuple(
    (one.get("starts_on", ""), one.get("due_on", "")) for one in smooth.COMMITMENTS
)
_OWNERS: Mapping[str, str] = {"A": "Aino Aalto", "B": "Pekka Peltonen", "manager": "Raija Rantala"}
OWNERS = tuple(tuple(_OWNERS[name] for name in one["owners"]) for one in smooth.COMMITMENTS)


def _promised(language: str) -> tuple[tuple[tuple[str, ...], str, str], ...]:
    return tuple((owners, *one[language]) for owners, one in zip(OWNERS, smooth.COMMITMENTS, strict=True))


def _problem(language: str) -> dict[str, Any]:
    text: Any = smooth.PROBLEM[language]
    return {"problem": text["words"], "goals": tuple(text["goals"]), "notice": smooth.NOTICE[language]}


WORDS: Mapping[str, Words] = {
    "fi": Words(
        subject="Yhteistyö iltavuoron vaihdoissa",
        capacities=("lähihoitaja", "sairaanhoitaja", "kotihoidon esihenkilö"),
        terms="Sovittelu kotihoidon iltatiimissä, sisäinen sovittelija.",
        no_ties="Työskentelen toisella palvelualueella. Sidonnaisuuksia ei ole.",
        told=(
            "Kerron vain sinulle: olen jo kysellyt siirtoa toiseen tiimiin. [KANARIA-1A]",
            "Pelkään, että minusta tehdään syntipukki. [KANARIA-1B]",
        ),
        note="Molemmat valmiita; Pekka tarvitsee tauon noin tunnin välein. [KANARIA-1M]",
        views=(
            "Koen, että minulle jää keskeneräisiä käyntejä ilman tietoa. Kun kysyn, saan viestin, jossa on pelkkä "
            "huutomerkki. Olen alkanut jännittää iltavuoroja.",
            "Käyntijärjestys muuttuu kysymättä, ja kirjaukset jäävät auki. Vastaan lyhyesti, koska puhelin soi koko ajan. "
            "Minua loukkasi, että asia vietiin esihenkilölle ennen minua.",
        ),
        options=smooth.OPTIONS,
        commitments=_promised("fi"),
        **_problem("fi"),
    ),
    "sv": Words(
        subject="Samarbetet vid byten av kvällsskift",
        capacities=("närvårdare", "sjukskötare", "chef för hemvården"),
        terms="Medling i hemvårdens kvällsteam, intern medlare.",
        no_ties="Jag arbetar inom ett annat serviceområde. Det finns inga bindningar.",
        told=(
            "Det här säger jag bara till dig: jag har redan frågat om att flytta till ett annat team. [KANARIA-1A]",
            "Jag är rädd att jag görs till syndabock. [KANARIA-1B]",
        ),
        note="Båda är redo; Pekka behöver en paus ungefär en gång i timmen. [KANARIA-1M]",
        views=(
            "Jag upplever att oavslutade besök lämnas till mig utan besked. När jag frågar får jag ett meddelande med bara "
            "ett utropstecken. Jag har börjat bäva för kvällsskiften.",
            "Besöksordningen ändras utan att någon frågar, och anteckningar lämnas öppna. Jag svarar kort eftersom "
            "telefonen ringer hela tiden. Det sårade mig att saken togs till chefen före mig.",
        ),
        problem="Information om oavslutade besök och ändringar går inte mellan oss på ett överenskommet sätt. Därför har "
        "besök blivit halvgjorda, våra meddelanden har blivit stramare och vi har börjat undvika varandra.",
        goals=(
            "Var och en vet vid skiftets början vad som är ogjort.",
            "Vi talar om problem först med varandra, sakligt.",
        ),
        notice="Medling har hållits och en överenskommelse har ingåtts. Innehållet är konfidentiellt.",
        options=(
            ("Tio minuters skiftbyte kl. 14.50", None),
            ("Gemensam snabbmeddelandegrupp i egna telefoner", "klientuppgifter i privata telefoner"),
            ("Oavslutade besök i en gemensam uppgiftslista", None),
            ("Alltid olika skift", "hjälper inte mot något av målen"),
            ("Svåra saker tas upp inom två arbetsdagar", None),
            ("Chefen reserverar tid i skiftlistan för skiftbytet", None),
        ),
        commitments=tuple(
            (owners, *promised)
            for owners, promised in zip(
                OWNERS,
                (
                    (
                        "Vi håller på gemensamma vardagar ett tio minuters skiftbyte kl. 14.50.",
                        "minst 9 gånger av 10 under fyra veckor",
                    ),
                    (
                        "Jag för in oavslutade besök och ändringar i uppgiftslistan innan skiftet slutar.",
                        "högst en anteckning saknas på två veckor",
                    ),
                    (
                        "Jag frågar Pekka innan jag ändrar besöksordningen; när det brådskar berättar jag genast efteråt.",
                        "ingenting ändras utan besked",
                    ),
                    (
                        "Vi skriver meddelanden i hela meningar; svåra saker tar vi per telefon eller ansikte mot ansikte.",
                        "vars och ens eget betyg är minst 4 på skalan 1–5",
                    ),
                    (
                        "Vi tar upp det som skaver först sinsemellan inom två arbetsdagar, om det känns tryggt.",
                        "vid uppföljningen: var och en berättar hur det gick",
                    ),
                    (
                        "Jag reserverar kl. 14.50–15.00 i skiftlistan för skiftbytet när Aino och Pekka arbetar samma dag.",
                        "syns i skiftlistan",
                    ),
                ),
                strict=True,
            )
        ),
    ),
    "en": Words(
        subject="Working together at the change of the evening shift",
        capacities=("practical nurse", "registered nurse", "home-care manager"),
        terms="Mediation in the evening team of home care, by a mediator of the house.",
        no_ties="I work in another service area. There are no ties.",
        told=(
            "Only for you: I have already asked about a transfer to another team. [KANARIA-1A]",
            "I am afraid I will be made the scapegoat. [KANARIA-1B]",
        ),
        note="Both ready; Pekka needs a break about every hour. [KANARIA-1M]",
        views=(
            "I feel that unfinished visits are left to me without notice. When I ask, I get a message with only an "
            "exclamation mark. I have begun to dread evening shifts.",
            "The visit order is changed without asking, and entries stay open. I answer curtly because the phone rings all "
            "the time. It hurt me that the matter went to the manager before me.",
        ),
        options=(
            ("Ten-minute handover at 14:50", None),
            ("Shared chat group on own phones", "client data on private phones"),
            ("Unfinished visits into one task list", None),
            ("Always different shifts", "serves neither goal"),
            ("Difficult matter raised within two working days", None),
            ("Manager reserves rota time for handover", None),
        ),
        commitments=_promised("en"),
        **_problem("en"),
    ),
}
