"""The letters of a whole case: few, and each asks, tells or books something (workflow.md rule 20)."""

from collections import Counter

from demo import smooth
from mediation.letters.delivery import deliver_due
from tests.houses import House
from tests.stories.test_smooth_story import stage_in
from tests.world.letters import Pigeonhole, body_of

ASKS, TELLS, BOOKS = "asks", "tells", "books"
WHAT_FOR = {
    "Sinulle on kutsu": ASKS,
    "There is an invitation for you": ASKS,
    "Sinulta odotetaan vastausta": ASKS,
    "Your answer is awaited": ASKS,
    "Yksi kysymys odottaa vastaustasi": ASKS,
    "One question is waiting for your answer": ASKS,
    "Sinulle on varattu aika": BOOKS,
    "A time has been booked for you": BOOKS,
    "Sinulle on varattu aikoja": BOOKS,
    "Times have been booked for you": BOOKS,
    "Sinua odottaa jotakin uutta": TELLS,
    "Sinulle on uutta luettavaa": TELLS,
    "There is something new for you to read": TELLS,
    "Sinulle on ilmoitus": TELLS,
    "Sinulle on uusi tieto": TELLS,
    "There is an update for you": TELLS,
}


def test_the_smooth_case_sends_at_most_twenty_four_letters_each_of_which_asks_tells_or_books(
    sqlite_house: House,
) -> None:
    post, stage = Pigeonhole(), stage_in(sqlite_house, [])
    installation = stage.installation
    stage.post = lambda: deliver_due(installation.database, post, installation.settings, limit=1000)
    smooth.play(stage)
    stage.let_letters_go()
    subjects = [str(one["Subject"]) for one in post.letters]
    assert len(subjects) <= 24
    assert set(Counter(WHAT_FOR[one] for one in subjects)) == {ASKS, TELLS, BOOKS}
    for letter in post.letters:
        if letter["Subject"] in {"Sinulta odotetaan vastausta", "Sinulle on kutsu"}:
            assert "viimeistään " in body_of(letter)  # what asks for something says until when
