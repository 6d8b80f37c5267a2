"""What the people of the clicked parent guidance say and write, in the language in which it is played."""

from collections.abc import Mapping

from tests.pages.supervision_words import SupervisionWords

PARENTS_WORDS: Mapping[str, SupervisionWords] = {
    "fi": SupervisionWords(
        need="Olemme perhehoitajia ja haluamme olla vanhempina samalla puolella. [KANARIA-P1]",
        no_ties="En tunne teitä entuudestaan.",
        methods="Keskustelua arjen tilanteista.",
        place="Rantakatu 4",
        purpose="Haluamme löytää tavan olla samalla puolella. [KANARIA-P2]",
        goals=(("Sovimme rajoista ennen kuin kerromme niistä.", "Kumpikaan ei kuule uudesta rajasta viimeisenä."),),
        learnt="Puhumme rajoista aikaisemmin. [KANARIA-P2]",
        wishes="Seuraavaksi mietimme, keneltä pyydämme apua.",
        learnt_at_last="Olemme useammin samalla puolella. [KANARIA-P2]",
    ),
    "sv": SupervisionWords(
        need="Vi är familjevårdare och vill som föräldrar stå på samma sida. [KANARIA-P1]",
        no_ties="Jag känner er inte sedan tidigare.",
        methods="Samtal om situationer i vardagen.",
        place="Strandgatan 4",
        purpose="Vi vill hitta ett sätt att stå på samma sida. [KANARIA-P2]",
        goals=(("Vi kommer överens om gränser innan vi berättar om dem.", "Ingen av oss får veta sist."),),
        learnt="Vi talar om gränser tidigare. [KANARIA-P2]",
        wishes="Härnäst funderar vi på vem vi ber om hjälp.",
        learnt_at_last="Vi står oftare på samma sida. [KANARIA-P2]",
    ),
    "en": SupervisionWords(
        need="We are foster parents and want to stand on the same side. [KANARIA-P1]",
        no_ties="I have not met you before.",
        methods="Talking about situations of every day.",
        place="Rantakatu 4",
        purpose="We want to find a way to stand on the same side. [KANARIA-P2]",
        goals=(("We agree on limits before we tell of them.", "Neither of us hears of a new limit last."),),
        learnt="We talk about limits earlier. [KANARIA-P2]",
        wishes="Next we think about whom to ask for help.",
        learnt_at_last="We stand on the same side more often. [KANARIA-P2]",
    ),
}
