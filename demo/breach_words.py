"""What is said and agreed in the second story, in its languages."""

from typing import Any

PROBLEM = {
    "fi": {
        "words": "Ohjeet annetaan ja kuitataan meillä kahdella eri tavalla, ja muutoksista kerrotaan radiossa kiireessä. "
        "Siksi kuormia on myöhästynyt, sävy on koventunut ja kumpikin kokee, ettei häntä kuunnella.",
        "goals": ["Vuoron ohje on selvä ennen ajon alkua.", "Puhumme radiossa niin kuin asiakkaalle puhuttaisiin."],
    },
    "en": {
        "words": "We give and acknowledge instructions in two different ways, and changes are told over the radio in a hurry. "
        "Therefore loads have been late, the tone has hardened and each of us feels not listened to.",
        "goals": [
            "The shift instruction is clear before driving starts.",
            "We talk on the radio as we would to a customer.",
        ],
    },
}

NOTICE = {
    "fi": "Sovittelu on käyty, ja siitä on sopimus, jota seurataan. Sisältö on luottamuksellinen.",
    "en": "Mediation has been held; there is an agreement which is being followed up. The content is confidential.",
}

OPTIONS = (
    ("Vuorojen limitys 15 min", None),
    ("Kolmen lauseen radiokäytäntö", None),
    ("P2:n vuoron vaihto", "kumpikaan ei pidä hyvänä"),
    ("Kuulokkeet ja oma kanava", None),
    ("Kirjallinen ohjetaulu", "tuntuu hitaalta"),
    ("Viikoittainen kymmenen minuutin keskustelu", None),
)

FIRST: tuple[dict[str, Any], ...] = (
    {
        "label": "C1",
        "owners": ["P1", "P2"],
        "starts_on": "2027-03-23",
        "fi": (
            "Käytämme radiossa kolmea sovittua lausetta: ohje, kuittaus, tarkennus.",
            "≤ 2 poikkeamaa viikossa, oma laskenta",
        ),
        "en": (
            "On the radio we use three agreed phrases: order, acknowledge, clarify.",
            "≤ 2 deviations a week, own count",
        ),
    },
    {
        "label": "C2",
        "owners": ["P1"],
        "starts_on": "2027-03-29",
        "fi": ("Pidän P2:n kanssa 15 minuutin vuoron aloituksen ennen ajoa joka vuorossa.", "9/10 vuorossa"),
        "en": ("I hold a 15-minute start with P2 before driving every shift.", "9 of 10 shifts"),
    },
    {
        "label": "C3",
        "owners": ["P1", "P2"],
        "starts_on": "2027-04-02",
        "fi": ("Kymmenen minuutin keskustelu perjantaisin klo 13.30.", "4/5 pidetty"),
        "en": ("Ten-minute talk on Fridays at 13:30.", "4 of 5 held"),
    },
    {
        "label": "C4",
        "owners": ["P1"],
        "starts_on": "2027-03-23",
        "fi": ("Korjaan virheen kahden kesken, en radiossa.", "0 korjausta radiossa"),
        "en": ("I correct an error one-to-one, not on the radio.", "0 corrections on radio"),
    },
    {
        "label": "C5",
        "owners": ["manager"],
        "due_on": "2027-04-16",
        "fi": ("Hankin kuulokkeet ja oman radiokanavan.", "käytössä"),
        "en": ("I obtain headsets and a separate channel.", "in use"),
    },
)

SECOND: tuple[dict[str, Any], ...] = (
    FIRST[0],
    {
        "label": "C2",
        "owners": ["P1", "P2"],
        "starts_on": "2027-05-10",
        "fi": (
            "P1 kirjoittaa vuoron ohjeet tauluun ennen vuoron alkua; P2 kuittaa nimikirjaimin ja kysyy epäselvän viiden "
            "minuutin aikana.",
            "9/10 vuorossa kuitattu",
        ),
        "en": (
            "P1 writes the shift's instructions on the board before the start; P2 initials them and asks about unclear "
            "points within five minutes.",
            "9 of 10 shifts initialled",
        ),
    },
    {
        "label": "C3",
        "owners": ["P1", "P2"],
        "starts_on": "2027-05-13",
        "fi": ("Keskustelu torstaisin klo 13.30.", "4/5 pidetty"),
        "en": ("Talk on Thursdays at 13:30.", "4 of 5 held"),
    },
    {
        "label": "C4",
        "owners": ["P1"],
        "starts_on": "2027-05-05",
        "fi": (
            "P1 sanoo radiossa vain ”jutellaan” ja korjaa asian kahden kesken saman vuoron aikana.",
            "0 muuta korjausta radiossa; P2:n arvio ≥ 4",
        ),
        "en": (
            "On the radio P1 says only “let's talk” and corrects one-to-one within the same shift.",
            "0 other corrections on radio; P2 rating ≥ 4",
        ),
    },
    {"label": "C5", "ended": "done"},
    {
        "label": "C6",
        "owners": ["P2"],
        "starts_on": "2027-05-05",
        "fi": (
            "Kerron P1:lle samana päivänä, jos sävy tai muutos häiritsee, lauseella ”pysäytetään hetkeksi”.",
            "käytetään tarvittaessa; kummankin arvio ≥ 3",
        ),
        "en": (
            "I tell P1 the same day if tone or a change disturbs me, with the phrase “let's stop for a moment”.",
            "used when needed; both rate ≥ 3",
        ),
    },
    {
        "label": "C7",
        "owners": ["manager"],
        "due_on": "2027-06-11",
        "fi": (
            "Arvioin vuorojen limityksen, kun vuorolista avautuu, ja kerron päätöksen molemmille.",
            "päätös annettu",
        ),
        "en": ("I assess the shift overlap when the rota opens and tell both the decision.", "decision given"),
    },
)

CHANGES = {
    "C1": "unchanged",
    "C2": "changed",
    "C3": "changed",
    "C4": "changed",
    "C5": "done",
    "C6": "new",
    "C7": "new",
}
