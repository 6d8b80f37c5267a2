"""What is said and agreed in the first story, in its languages."""

from typing import Any

PROVIDER = "Esimerkkilän hyvinvointialue, sovittelijat"

COMMITMENTS: tuple[dict[str, Any], ...] = (
    {
        "label": "C1",
        "owners": ["A", "B"],
        "starts_on": "2027-02-08",
        "fi": (
            "Pidämme yhteisinä arkipäivinä kymmenen minuutin vuoronvaihdon klo 14.50.",
            "vähintään 9 kertaa 10:stä neljän viikon aikana",
        ),
        "en": (
            "We hold a ten-minute handover at 14:50 on shared weekdays.",
            "at least 9 times out of 10 during four weeks",
        ),
    },
    {
        "label": "C2",
        "owners": ["B"],
        "starts_on": "2027-02-08",
        "fi": (
            "Kirjaan keskeneräiset käynnit ja muutokset tehtävälistaan ennen vuoron päättymistä.",
            "enintään yksi kirjaus puuttuu kahdessa viikossa",
        ),
        "en": (
            "I enter unfinished visits and changes in the task list before the shift ends.",
            "at most one entry is missing in two weeks",
        ),
    },
    {
        "label": "C3",
        "owners": ["A"],
        "starts_on": "2027-02-08",
        "fi": (
            "Kysyn Pekalta ennen kuin muutan käyntijärjestystä, paitsi kiireellisessä tilanteessa, "
            "jolloin kerron heti jälkeenpäin.",
            "mitään ei muuteta ilmoittamatta",
        ),
        "en": (
            "I ask Pekka before changing the visit order, except in urgent cases, when I say so right afterwards.",
            "nothing is changed without notice",
        ),
    },
    {
        "label": "C4",
        "owners": ["A", "B"],
        "starts_on": "2027-02-02",
        "fi": (
            "Kirjoitamme viestit kokonaisina lauseina; vaikean asian hoidamme puhelimessa tai kasvokkain.",
            "kummankin oma arvio on vähintään 4 asteikolla 1–5",
        ),
        "en": (
            "We write messages in full sentences; difficult matters by phone or face to face.",
            "each rates it at least 4 on a scale of 1 to 5",
        ),
    },
    {
        "label": "C5",
        "owners": ["A", "B"],
        "starts_on": "2027-02-02",
        "fi": (
            "Otamme harmin ensin puheeksi keskenämme kahden työpäivän sisällä, jos se tuntuu turvalliselta.",
            "kumpikin kertoo seurannassa, miten se on sujunut",
        ),
        "en": (
            "We first raise a grievance with each other within two working days, if that feels safe.",
            "each says at the follow-up how it went",
        ),
    },
    {
        "label": "C6",
        "owners": ["manager"],
        "due_on": "2027-02-08",
        "fi": (
            "Varaan vuorolistaan klo 14.50–15.00 vuoronvaihdolle, kun Aino ja Pekka ovat samana päivänä töissä.",
            "näkyy vuorolistassa",
        ),
        "en": (
            "I reserve 14:50–15:00 in the rota for handover when Aino and Pekka work the same day.",
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
