"""What the people of the supervision story write: its frame, its goals, evaluations and the summary to the orderer."""

PROVIDER = "Esimerkkilän työnohjaajat"
NEED = "Työnohjaus kuuden hengen tiimille, jonka työ on muuttunut"
ORDER = "110 euroa tunti, alv 0 %. Peruutus viimeistään 48 tuntia ennen."
NO_TIES = "En tunne ketään tiimistä entuudestaan, enkä ole tehnyt työtä tälle työnantajalle."

FORM = {"form": "work-community", "kind": "work-community", "shape": "with-manager", "cap": 7}
FRAME = {
    "session_count": 14,
    "minutes": 90,
    "weeks": 3,
    "starts_on": "2027-02-22",
    "ends_on": "2028-01-31",
    "where": "on-site",
    "place": "Esimerkkilän perhekeskus, kokoushuone",
    "evaluation_after": [7],
    "texts": {"fi": {"methods": "Keskustelua työtilanteista, joskus pareittain."}},
}
PURPOSE = "Tiimin työ on muuttunut, ja haluamme tutkia, miten teemme sitä yhdessä."
GOALS = (
    ("Otamme vaikeat asiat puheeksi ajoissa.", "Asia on esillä viikon sisällä siitä, kun joku huomasi sen."),
    ("Jaamme kiireen niin, ettei kukaan jää yksin.", "Kysymme maanantaisin, kenellä on eniten."),
    ("Sovimme, mihin tiimi sanoo ei.", "Yhteinen lista on seinällä, ja esihenkilö pitää siitä kiinni."),
)
LEARNT = "Osaamme pyytää apua aikaisemmin. Kiire ei ole vähentynyt, mutta siitä puhutaan."
WISHES = "Haluamme jatkossa käydä läpi yhden tilanteen tarkemmin joka kerralla."
LEARNT_AT_LAST = "Puheeksi ottamisesta tuli tapa. Rajoista sovitaan nyt esihenkilön kanssa."
BY_GOAL = "Tästä tuli osa arkea."
SUMMARY = (
    "Työnohjausta on pidetty sovitusti. Tiimi on saavuttanut tavoitteensa pääosin ja jatkaa itse rajoista sopimista "
    "esihenkilönsä kanssa."
)
