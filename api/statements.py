"""What parties say: statements, views, turns, ground rules, readiness; and the mediators' notes."""

from pydantic import ConfigDict, Field

from api.bodies import Body, ByParticipant, Recorded
from api.dependencies import WriteSeat, Writing
from api.door import case_doors, does
from api.problems import View
from api.views import IdsView, IdView
from mediation.acts import marks
from mediation.acts import statements as acts
from mediation.words.fields import Id, Ids, LanguageCode, Text, choices, one_of

statements = case_doors("statements")
views = case_doors("views")
notes = case_doors("notes")
ground_rules = case_doors("ground-rules")
opening_turns = case_doors("opening-turns")
readiness = case_doors("readiness")
impasses = case_doors("impasses")
routers = (statements, views, notes, ground_rules, opening_turns, readiness, impasses)


class StatementBody(Recorded):
    """What a party says, to `mediator` only or to the `table`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"audience": "mediator", "words": "Kerron vain sinulle.", "language": "fi"}]}
    )
    audience: str = choices(acts.AUDIENCES)
    words: Text
    language: LanguageCode = "fi"


class ViewBody(Recorded):
    """A party's own view of causes and effects; `passed` when they do not wish to speak. Empty words: said in the room."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"words": "Viestit jäävät lukematta.", "language": "fi"}]}
    )
    passed: bool = Field(default=False, strict=True)
    words: Text = ""
    language: LanguageCode = "fi"


class ReleaseBody(Recorded):
    """The exact sentence to release."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sentence": "Minua loukkasi viestin sävy."}]})
    sentence: Text


class WordsBody(Recorded):
    """Own words in place of what was recorded."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "Sanoin näin.", "language": "fi"}]})
    words: Text
    language: LanguageCode = "fi"


class NoteBody(Body):
    """A private note."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"words": "Tauko noin tunnin välein.", "language": "fi"}]}
    )
    words: Text
    language: LanguageCode = "fi"


class TurnsBody(Body):
    """Who has had their opening turn."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"participants": ["pT5aQx0LkWm2Bc7DfGhJ"]}]})
    participants: Ids = Field(min_length=1)


@statements.post("", status_code=201, openapi_extra=does("speak-privately", "speak-to-table"))
def speak(body: StatementBody, seat: WriteSeat, db: Writing) -> IdView:
    """Say something, to the mediator only or to the table."""
    # A slip of the pen in a program must not tell everybody what was meant for one.
    private = one_of(body.audience, acts.AUDIENCES, "audience") == "mediator"
    act = acts.speak_privately if private else acts.speak_to_table
    return IdView(id=act(db, seat, body.words, language=body.language, manner=body.manner()).id)


@statements.post("/{statement}/releases", status_code=201, openapi_extra=does("release-words"))
def release(statement: Id, body: ReleaseBody, seat: WriteSeat, db: Writing) -> IdView:
    """Release one exact sentence of an own private statement to the table."""
    return IdView(id=acts.release_words(db, seat, statement, body.sentence, body.manner()).id)


@statements.post("/{statement}/corrections", status_code=201)
def correct(statement: Id, body: WordsBody, seat: WriteSeat, db: Writing) -> IdView:
    """Put own words in place of what was recorded of you."""
    row = acts.correct_statement(db, seat, statement, body.words, language=body.language, manner=body.manner())
    return IdView(id=row.id)


@statements.post("/{statement}/renewals", status_code=201, openapi_extra=does("renew-statement"))
def renew(statement: Id, body: ByParticipant, seat: WriteSeat, db: Writing) -> IdView:
    """Let a mediator who came later read an own private statement."""
    return IdView(id=acts.renew_statement(db, seat, statement, body.manner()).id)


@views.post("", status_code=201, openapi_extra=does("state-view", "pass-view"))
def state_view(body: ViewBody, seat: WriteSeat, db: Writing) -> IdsView:
    """State your own view, or pass; gives what was stated, nothing where you passed or said it in the room."""
    if body.passed:
        for one in body.manners():
            acts.pass_view(db, seat, one)
        return IdsView(ids=[])
    rows = [acts.state_view(db, seat, body.words, language=body.language, manner=one) for one in body.manners()]
    return IdsView(ids=[row.id for row in rows if row is not None])


@notes.post("", status_code=201, openapi_extra=does("write-note"))
def write_note(body: NoteBody, seat: WriteSeat, db: Writing) -> IdView:
    """Write a private note, for yourself alone (mediators)."""
    return IdView(id=acts.write_note(db, seat, body.words, language=body.language).id)


@ground_rules.post("/acceptances", status_code=201, openapi_extra=does("accept-ground-rules"))
def accept_ground_rules(body: ByParticipant, seat: WriteSeat, db: Writing) -> IdsView:
    """Accept the ground rules."""
    return IdsView(ids=[marks.accept_ground_rules(db, seat, one).id for one in body.manners()])


@opening_turns.post("", status_code=201, openapi_extra=does("mark-opening-turn"))
def mark_turns(body: TurnsBody, seat: WriteSeat, db: Writing) -> IdsView:
    """Mark that parties have told their own view and feelings, uninterrupted (mediators)."""
    return IdsView(ids=[marks.mark_opening_turn(db, seat, one).id for one in body.participants])


class ImpasseView(View):
    """Ways on that the field offers when the table is stuck."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ways_on": ["pause", "open-caucus"]}]})
    ways_on: list[str]


@impasses.post("", status_code=201, openapi_extra=does("mark-impasse"))
def mark_impasse(seat: WriteSeat, db: Writing) -> ImpasseView:
    """Mark that the table is stuck (mediators); gives the ways on."""
    return ImpasseView(ways_on=list(marks.mark_impasse(db, seat)))


@readiness.post("", status_code=201, openapi_extra=does("say-ready"))
def say_ready(body: ByParticipant, seat: WriteSeat, db: Writing) -> IdsView:
    """Say that you have been heard and are ready to look for ways out."""
    return IdsView(ids=[marks.say_ready(db, seat, one).id for one in body.manners()])
