"""What the people of the story of parent guidance write: the inquiry, its frame, its goals and evaluations."""

NEED = "Olemme perhehoitajia ja kaipaamme apua siihen, miten kannamme arkea yhdessä emmekä vuorotellen uuvu."
TIMES = "Arki-illat, mieluiten torstai"
NO_TIES = "En tunne kumpaakaan teistä entuudestaan, enkä tee työtä perhehoitoa järjestävälle hyvinvointialueelle."

FORM = {"form": "group", "kind": "parent-guidance", "shape": "parents"}
FRAME = {
    "session_count": 6,
    "minutes": 90,
    "weeks": 2,
    "starts_on": "2027-02-18",
    "ends_on": "2027-06-30",
    "where": "on-site",
    "place": "Esimerkkilän työnohjaajat, Rantakatu 4",
    "evaluation_after": [3],
    "texts": {
        "fi": {
            "methods": "Keskustelua arjen tilanteista. Joka toinen tapaaminen voidaan pitää etänä.",
            "ending": "Kumpi tahansa voi lopettaa ilmoittamalla siitä.",
        }
    },
}
PURPOSE = "Haluamme löytää tavan olla vanhempina samalla puolella, myös silloin kun olemme eri mieltä."
GOALS = (
    ("Sovimme rajoista ennen kuin kerromme niistä kotona.", "Kumpikaan ei kuule uudesta rajasta viimeisenä."),
    ("Kummallakin on viikossa ilta, jona on vapaa.", "Ilta on merkitty keittiön kalenteriin."),
)
HALFWAY = "Puhumme rajoista ennen kuin sanomme niitä ääneen. Vapaat illat jäävät vielä usein pitämättä."
WISHES = "Seuraavaksi mietimme, keneltä pyydämme apua."
AT_LAST = "Olemme useammin samalla puolella. Vapaa ilta pidetään, kun siitä on sovittu ajoissa."
AFRAID = "Minun on helppo sanoa, mitä ajattelen."
