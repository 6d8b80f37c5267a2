"""The letters of a whole case: few, and each asks, tells or books something, or reminds of a time (workflow.md rule 20)."""

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

REMINDERS = {"Muistutus", "Reminder"}


def test_the_smooth_case_sends_at_most_twenty_four_letters_that_ask_tell_or_book_and_one_reminder_of_each_time(
    sqlite_house: House,
) -> None:
    post, stage = Pigeonhole(), stage_in(sqlite_house, [])
    installation = stage.installation
    stage.post = lambda: deliver_due(installation.database, post, installation.settings, limit=1000)
    smooth.play(stage)
    stage.let_letters_go()
    reminders = [one for one in post.letters if one["Subject"] in REMINDERS]
    assert Counter(str(one["To"]) for one in reminders) == dict.fromkeys(("aino@example.org", "pekka@example.org"), 4)
    subjects = [str(one["Subject"]) for one in post.letters if one not in reminders]
    assert len(subjects) <= 24
    assert set(Counter(WHAT_FOR[one] for one in subjects)) == {ASKS, TELLS, BOOKS}
    for letter in post.letters:
        if letter["Subject"] == "Sinulta odotetaan vastausta":
            assert "viimeistään " in body_of(letter)  # what asks for something says until when
