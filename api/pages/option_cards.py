"""Options as cards: the words of each, what the parties answered, and the buttons with which that is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.taps import Tap, said_by
from mediation.acts.options import RESPONSES, respond_to_option
from mediation.case.seat import Seat
from mediation.case.visibility import Level, sees, sees_full
from mediation.reading.people import PersonLine, read_people
from mediation.reading.responses import ResponseLine, read_responses
from mediation.reading.words import OptionLine, read_options
from mediation.store.database import Db
from mediation.workflow.declaration import Trait, Way


@dataclass(frozen=True)
class Answered:
    """A party, what they answered (nothing yet: None), and the buttons with which it is recorded, if it may be."""

    name: str | None
    response: ResponseLine | None
    taps: Sequence[Tap]


@dataclass(frozen=True)
class Card:
    """An option, the answers that this reader may see, and what who leads may make of it.

    `chosen` chooses it, once every party has said yes; `aside` is the key of a form with the reason why it is not.
    """

    option: OptionLine
    answered: Sequence[Answered]
    chosen: Tap | None
    aside: str


@dataclass(frozen=True)
class Board:
    """The options as cards; and the parties, for whom who leads records what they propose."""

    cards: Sequence[Card]
    proposers: Sequence[PersonLine]


def read_board(db: Db, seat: Seat, level: Level) -> Board:
    """The options as cards. A party sees and gives their own answer alone, so that nobody answers after the others."""
    options, responses = read_options(db, seat, level), read_responses(db, seat)
    people = read_people(db, seat, sees(seat.roles, "participants"))
    parties = [one for one in people if set(one.roles) & seat.workflow.who(Trait.CONSENTS)]
    asked = parties if sees_full(seat.roles, "mark") else [one for one in parties if one.id == seat.participant_id]
    cards = [
        _card(db, seat, option, [(one, responses.get((option.id, one.id))) for one in asked]) for option in options
    ]
    return Board(cards, parties)


def _card(db: Db, seat: Seat, option: OptionLine, asked: Sequence[tuple[PersonLine, ResponseLine | None]]) -> Card:
    agreed = bool(asked) and all(said is not None and said.value == "yes" for _, said in asked)
    chosen = agreed and option.state != "adopted" and _may(seat, "adopt-option")
    fields, at = [("state", "adopted")], f"o-{option.id}"
    return Card(
        option,
        [Answered(one.name, said, _taps(db, seat, option, one, said)) for one, said in asked],
        Tap(_state(option), "adopt-option", fields, "act.adopt-option", db.new_id(), anchor=at) if chosen else None,
        db.new_id() if option.state != "set-aside" and _may(seat, "set-aside-option") else "",
    )


def _taps(db: Db, seat: Seat, option: OptionLine, one: PersonLine, said: ResponseLine | None) -> list[Tap]:
    """Yes, maybe and no: for who leads as a party said it in the room, unless that party has answered in own hand."""
    parties, own = seat.workflow.who(Trait.CONSENTS), one.id == seat.participant_id
    is_open = option.state == "open" and bool(seat.open_acts().get(respond_to_option.code, frozenset()) & parties)
    if not is_open or (not own and said is not None and said.way != Way.SAID):
        return []
    way, name = ((), "") if own else (said_by(one.id), one.name or "")
    path, at = f"options/{option.id}/responses", f"o-{option.id}"
    return [
        Tap(
            path,
            respond_to_option.code,
            [("response", value), *way],
            f"response.{value}",
            db.new_id(),
            name,
            said is not None and said.value == value,
            at,
        )
        for value in RESPONSES
    ]


def _state(option: OptionLine) -> str:
    return f"options/{option.id}/state"


def _may(seat: Seat, act: str) -> bool:
    return act in seat.may_do()
