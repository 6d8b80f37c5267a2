"""What the people of the story of a mixed group write: the request, its frame, its goals, evaluation and summary."""

NEED = "Työnohjausryhmä varhaiskasvatuksen erityisopettajille, joita on kummassakin kunnassa vain muutama"
ORDER = "115 euroa tunti, alv 0 %, jaetaan osallistujien määrän mukaan. Peruutus viimeistään 48 tuntia ennen."
NO_TIES = "En tunne ketään ryhmästä entuudestaan, enkä ole tehnyt työtä kummallekaan kunnalle."

CITY, MUNICIPALITY = "Esimerkkilän kaupunki", "Naapurilan kunta"

FORM = {"form": "group", "kind": "client-work", "shape": "supervisees", "cap": 5}
FRAME = {
    "session_count": 6,
    "minutes": 90,
    "weeks": 3,
    "starts_on": "2027-02-16",
    "ends_on": "2027-06-30",
    "where": "on-site",
    "place": "Naapurilan kunnantalo, kokoushuone",
    "evaluation_after": [3],
    "texts": {"fi": {"participation": "Poissaolosta ilmoitetaan työnohjaajalle. Paikka täytetään jonosta."}},
}
PURPOSE = "Teemme samaa työtä kahdessa kunnassa ja haluamme jakaa sen, minkä kanssa kukin on muuten yksin."
GOALS = (
    ("Tuomme ryhmään tilanteet, jotka jäävät vaivaamaan.", "Kukin on tuonut ainakin yhden tilanteen kevään aikana."),
    ("Puhumme perheiden kanssa vaikeista asioista ajoissa.", "Ensimmäinen keskustelu käydään kuukauden sisällä."),
)
LEARNT = "Vaikeat keskustelut on helpompi aloittaa, kun niitä on harjoitellut toisten kanssa."
BY_GOAL = "Kukin on tuonut oman tilanteensa."
SUMMARY = "Ryhmä on kokoontunut sovitusti ja saavuttanut tavoitteensa. Se suosittelee jatkoa ensi vuodelle."
