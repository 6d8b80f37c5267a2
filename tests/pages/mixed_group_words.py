"""What the people of the clicked mixed group say and write, in the language in which it is played."""

from collections.abc import Mapping

from tests.pages.supervision_words import SupervisionWords

MIXED_WORDS: Mapping[str, SupervisionWords] = {
    "fi": SupervisionWords(
        need="Työnohjausryhmä kahden kunnan erityisopettajille [KANARIA-G1]",
        order="115 euroa tunti, alv 0 %, jaetaan osallistujien määrän mukaan. [KANARIA-G1]",
        no_ties="En tunne ketään ryhmästä entuudestaan.",
        methods="Kukin tuo ryhmään tilanteita.",
        place="Naapurilan kunnantalo",
        purpose="Haluamme jakaa sen, minkä kanssa kukin on yksin. [KANARIA-G2]",
        goals=(("Tuomme ryhmään tilanteet, jotka jäävät vaivaamaan.", "Kukin on tuonut ainakin yhden tilanteen."),),
        learnt="Vaikeat keskustelut on helpompi aloittaa. [KANARIA-G2]",
        wishes="Jatketaan samalla tavalla.",
        learnt_at_last="Vaikeat keskustelut on helpompi aloittaa. [KANARIA-G2]",
        summary="Ryhmä on kokoontunut sovitusti ja suosittelee jatkoa.",
    ),
    "sv": SupervisionWords(
        need="En handledningsgrupp för två kommuners speciallärare [KANARIA-G1]",
        order="115 euro per timme, moms 0 %, delas enligt antalet deltagare. [KANARIA-G1]",
        no_ties="Jag känner ingen i gruppen sedan tidigare.",
        methods="Var och en tar med situationer till gruppen.",
        place="Kommunhuset i Grannby",
        purpose="Vi vill dela det som var och en är ensam med. [KANARIA-G2]",
        goals=(("Vi tar med det som blir kvar och gnager.", "Var och en har tagit med minst en situation."),),
        learnt="Det är lättare att börja svåra samtal. [KANARIA-G2]",
        wishes="Vi fortsätter på samma sätt.",
        learnt_at_last="Det är lättare att börja svåra samtal. [KANARIA-G2]",
        summary="Gruppen har träffats som avtalat och rekommenderar en fortsättning.",
    ),
    "en": SupervisionWords(
        need="A supervision group for the special needs teachers of two municipalities [KANARIA-G1]",
        order="115 euros an hour, VAT 0%, shared by how many take part. [KANARIA-G1]",
        no_ties="I have not met anybody in the group before.",
        methods="Each brings situations to the group.",
        place="The town hall of Naapurila",
        purpose="We want to share what each is alone with. [KANARIA-G2]",
        goals=(("We bring what stays on our minds to the group.", "Each has brought at least one situation."),),
        learnt="Hard talks are easier to begin. [KANARIA-G2]",
        wishes="Let us go on in the same way.",
        learnt_at_last="Hard talks are easier to begin. [KANARIA-G2]",
        summary="The group has met as agreed and recommends going on.",
    ),
}
