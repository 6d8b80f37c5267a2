"""Hints about the words of a commitment: what makes it hang on somebody else, silence somebody, or stay vague.

They are shown to who drafts, beside the words, and hinder nothing: people may mean what they wrote.
"""

import re

HINTS = ("hangs-on-another", "silences", "vague")
_FOUND = {
    "hangs-on-another": r"""
        vasta\ (?:sitten|sen\ jälkeen|kun) | (?:sillä\ )?ehdolla | edellyttäen,?\ että | mikäli
        | jos\ (?:ja\ kun\ )?(?:toinen|hän)
        | först\ (?:därefter|sedan|när|efter) | under\ (?:förutsättning|villkor) | på\ villkor | förutsatt\ att
        | only\ (?:then|when|if|after) | on\ (?:the\ )?condition | provided\ that | as\ long\ as
    """,
    "silences": r"""
        ei\ (?:enää\ )?(?:kerro|puhu|valita|ota\ yhteyttä) | (?:olla|olemaan)\ kertomatta | vaikenee | pysyy\ hiljaa
        | (?:berättar|talar|pratar|klagar)\ (?:inte|aldrig) | inte\ (?:berätta|tala|prata|klaga|kontakta)\w* | håller\ tyst
        | (?:not|never|n't|won't)\ (?:tell|talk|speak|complain|contact|report)\w* | (?:keeps?|stays?|remains?)\ (?:quiet|silent)
    """,
    "vague": r"""
        pyrki\w+ | yrittä\w+ | tarvittaessa | mahdollisuuksien\ mukaan | paremmin | asiallise\w+ | mahdollisimman | kohtuullise\w+
        | försök\w+ | strävar | vid\ behov | om\ möjligt | i\ mån\ av\ möjlighet | bättre | så\ (?:snart|långt)\ som\ möjligt
        | tr(?:y|ies)\ to | strives? | if\ (?:needed|necessary|possible) | as\ (?:needed|appropriate) | better
        | as\ soon\ as\ possible
    """,
}
_HINTS = {code: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE | re.VERBOSE) for code, words in _FOUND.items()}


def hints_in(words: str) -> list[str]:
    """Which of HINTS the words of a commitment give reason for, in any of our languages."""
    return [code for code in HINTS if _HINTS[code].search(words)]
