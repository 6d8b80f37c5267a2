"""What is said and agreed in the second story, in its languages."""

from typing import Any

PROBLEM = {
    "fi": {
        "words": "Ohjeet annetaan ja kuitataan meillä kahdella eri tavalla, ja muutoksista kerrotaan radiossa kiireessä. "
        "Siksi kuormia on myöhästynyt, sävy on koventunut ja kumpikin kokee, ettei häntä kuunnella.",
        "goals": ["Vuoron ohje on selvä ennen ajon alkua.", "Puhumme radiossa niin kuin asiakkaalle puhuttaisiin."],
    },
    "en": {
        "words": "We give and acknowledge instructions in two different ways, and changes are announced over the radio in a "
        "hurry. Therefore loads have been late, the tone has hardened and each of us feels not listened to.",
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
    ("Vuorojen limitys, 15 minuuttia", None),
    ("Kolmen lauseen radiokäytäntö", None),
    ("Daniel vaihtaa toiseen vuoroon", "kumpikaan ei pidä hyvänä"),
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
            "enintään kaksi poikkeamaa viikossa, omasta laskustamme",
        ),
        "en": (
            "On the radio we use three agreed phrases: order, acknowledge, clarify.",
            "at most two slips a week, by our own count",
        ),
    },
    {
        "label": "C2",
        "owners": ["P1"],
        "starts_on": "2027-03-29",
        "fi": (
            "Pidän Danielin kanssa joka vuorossa ennen ajoa 15 minuutin aloituksen.",
            "vähintään 9 vuorossa 10:stä",
        ),
        "en": (
            "I hold a 15-minute start with Daniel before driving every shift.",
            "in at least 9 shifts out of 10",
        ),
    },
    {
        "label": "C3",
        "owners": ["P1", "P2"],
        "starts_on": "2027-04-02",
        "fi": ("Kymmenen minuutin keskustelu perjantaisin klo 13.30.", "vähintään 4 kertaa 5:stä"),
        "en": ("Ten-minute talk on Fridays at 13:30.", "at least 4 times out of 5"),
    },
    {
        "label": "C4",
        "owners": ["P1"],
        "starts_on": "2027-03-23",
        "fi": ("Korjaan virheen kahden kesken, en radiossa.", "yhtään virhettä ei korjata radiossa"),
        "en": ("I correct an error one-to-one, not on the radio.", "no error is corrected on the radio"),
    },
    {
        "label": "C5",
        "owners": ["manager"],
        "due_on": "2027-04-16",
        "fi": ("Hankin kuulokkeet ja oman radiokanavan.", "kuulokkeet ja kanava ovat käytössä"),
        "en": ("I obtain headsets and a separate channel.", "headsets and channel are in use"),
    },
)

SECOND: tuple[dict[str, Any], ...] = (
    FIRST[0],
    {
        "label": "C2",
        "owners": ["P1", "P2"],
        "starts_on": "2027-05-10",
        "fi": (
            "Leena kirjoittaa vuoron ohjeet tauluun ennen vuoron alkua. Daniel kuittaa ne nimikirjaimillaan ja kysyy "
            "viiden minuutin aikana, jos jokin jää epäselväksi.",
            "ohjeet on kuitattu vähintään 9 vuorossa 10:stä",
        ),
        "en": (
            "Leena writes the shift’s instructions on the board before the start; Daniel initials them and asks about "
            "unclear points within five minutes.",
            "the instructions are initialled in at least 9 shifts out of 10",
        ),
    },
    {
        "label": "C3",
        "owners": ["P1", "P2"],
        "starts_on": "2027-05-13",
        "fi": ("Keskustelu torstaisin klo 13.30.", "vähintään 4 kertaa 5:stä"),
        "en": ("Talk on Thursdays at 13:30.", "at least 4 times out of 5"),
    },
    {
        "label": "C4",
        "owners": ["P1"],
        "starts_on": "2027-05-05",
        "fi": (
            "Leena sanoo radiossa vain ”jutellaan” ja korjaa asian kahden kesken saman vuoron aikana.",
            "mitään muuta ei korjata radiossa; Danielin arvio on vähintään 4",
        ),
        "en": (
            "On the radio Leena says only “let’s talk” and corrects one-to-one within the same shift.",
            "nothing else is corrected on the radio; Daniel rates it at least 4",
        ),
    },
    {"label": "C5", "ended": "done"},
    {
        "label": "C6",
        "owners": ["P2"],
        "starts_on": "2027-05-05",
        "fi": (
            "Kerron Leenalle samana päivänä, jos sävy tai muutos häiritsee, lauseella ”pysäytetään hetkeksi”.",
            "käytän lausetta tarvittaessa; kummankin arvio on vähintään 3",
        ),
        "en": (
            "I tell Leena the same day if tone or a change disturbs me, with the phrase “let’s stop for a moment”.",
            "I use the phrase when needed; each rates it at least 3",
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
