"""Letters of a round go over one connection to the mail server; one that ends in the middle loses no letter and doubles none."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from mediation.letters.delivery import Delivered, deliver_due
from mediation.letters.post import Smtp, Timeouts
from tests.letters.test_outbox import Letterbox, Mailroom, filled, filled_postgres, mail_server, mailroom, on_sqlite  # noqa: F401 - the fixtures

SEVEN = ("Aino", "Pekka", "Meri", "Aino", "Pekka", "Meri", "Aino")
Doing = Callable[[Any, int], str | None]


@dataclass
class Switchboard(Letterbox):
    """A mail server that knows its connections, and does something to one at a letter of a round, counted from 1."""

    at_mail: Doing = lambda server, number: None
    at_recipient: Doing = lambda server, number: None
    at_the_end: Doing = lambda server, number: None
    begun: int = 0
    connections: set[Any] = field(default_factory=set)
    goodbyes: int = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.begun += 1
        self.connections.add(session.peer)
        answer = self.at_mail(server, self.begun)
        if answer is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer or "250 go on"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        return self.at_recipient(server, self.begun) or await super().handle_RCPT(
            server, session, envelope, address, options
        )

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        return self.at_the_end(server, self.begun) or answer

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        self.goodbyes += 1
        return await super().handle_QUIT(server, session, envelope)


def at(number: int, doing: Callable[[Any], str | None]) -> Doing:
    return lambda server, now: doing(server) if now == number else None


def hang_up(server: Any) -> None:
    server.transport.abort()


def announce_seven(here: Mailroom) -> None:
    for hours, name in enumerate(SEVEN):  # at different hours, so that none becomes one with another
        here.announce(name, due_at=here.now - timedelta(hours=9 - hours))


def ids(box: Letterbox) -> Counter[str]:
    return Counter(str(one["Message-ID"]) for one in box.taken)


def test_the_letters_of_a_round_go_over_one_connection_which_is_ended_with_it(mailroom: Mailroom) -> None:  # noqa: F811
    announce_seven(mailroom)
    with mail_server(box := Switchboard()) as url:
        post = Smtp(url)
        while deliver_due(mailroom.database, post, mailroom.settings, limit=1).more:
            pass
        assert (len(ids(box)), len(box.connections), box.goodbyes) == (7, 1, 1)
        mailroom.announce("Aino")
        assert deliver_due(mailroom.database, post, mailroom.settings) == Delivered(1, 0, 0)
        assert (len(ids(box)), len(box.connections), box.goodbyes) == (8, 2, 2)
    assert set(ids(box).values()) == {1}


@pytest.mark.parametrize(
    "so",
    [
        {"at_mail": at(4, lambda server: "421 that is enough for one connection")},
        {"at_mail": at(4, hang_up)},
        {"at_recipient": at(4, lambda server: "421 going down")},
        {"at_recipient": at(4, hang_up)},
    ],
    ids=["421 at the sender", "hung up at the sender", "421 at the recipient", "hung up at the recipient"],
)
def test_a_connection_that_ends_before_a_letter_is_handed_over_is_followed_by_another_at_once(
    on_sqlite: Mailroom,  # noqa: F811
    so: dict[str, Doing],
) -> None:
    announce_seven(on_sqlite)
    with mail_server(box := Switchboard(**so)) as url:
        assert deliver_due(on_sqlite.database, Smtp(url), on_sqlite.settings) == Delivered(7, 0, 0)
    assert (len(box.connections), set(ids(box).values()), len(ids(box))) == (2, {1}, 7)


def test_a_server_that_falls_silent_between_two_letters_is_left_for_a_new_connection(
    on_sqlite: Mailroom,  # noqa: F811
) -> None:
    announce_seven(on_sqlite)

    def fall_silent(server: Any) -> None:
        server.transport.write = lambda data: None

    with mail_server(box := Switchboard(at_mail=at(4, fall_silent))) as url:
        post = Smtp(url, timeouts=Timeouts(connect=0.5, answer=60, letter=60))
        assert deliver_due(on_sqlite.database, post, on_sqlite.settings) == Delivered(7, 0, 0)
    assert (len(box.connections), set(ids(box).values()), len(ids(box))) == (2, {1}, 7)


def test_a_letter_whose_end_nobody_answered_is_sent_again_as_the_same_and_the_others_once(
    on_sqlite: Mailroom,  # noqa: F811
) -> None:
    """Nobody knows then whether the server has it: a mailbox shows one of two with the same Message-ID."""
    announce_seven(on_sqlite)
    with mail_server(box := Switchboard(at_the_end=at(4, hang_up))) as url:
        post = Smtp(url)
        assert deliver_due(on_sqlite.database, post, on_sqlite.settings) == Delivered(3, 1, 0)
        on_sqlite.now += timedelta(minutes=2)
        assert deliver_due(on_sqlite.database, post, on_sqlite.settings) == Delivered(4, 0, 0)
    assert sorted(ids(box).values()) == [1, 1, 1, 1, 1, 1, 2]
    assert [one.attempts for one in on_sqlite.letters()].count(1) == 7


def test_a_letter_that_is_refused_on_a_kept_connection_fails_alone(on_sqlite: Mailroom) -> None:  # noqa: F811
    announce_seven(on_sqlite)
    with mail_server(box := Switchboard(refused=frozenset({"pekka@example.fi"}))) as url:
        assert deliver_due(on_sqlite.database, Smtp(url), on_sqlite.settings) == Delivered(5, 0, 2)
    assert set(ids(box).values()) == {1}


def test_a_letter_takes_two_transactions(mailroom: Mailroom) -> None:  # noqa: F811
    announce_seven(mailroom)
    ended: list[str] = []
    for how in ("commit", "rollback"):
        event.listen(mailroom.database.engine, how, lambda connection, how=how: ended.append(how))
    with mail_server(Letterbox()) as url:
        assert deliver_due(mailroom.database, Smtp(url), mailroom.settings) == Delivered(7, 0, 0)
    assert len(ended) <= 2 * 7 + 2, ended
