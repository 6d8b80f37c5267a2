"""Forms: the fields that the body of an act asks for, in the reader's language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter

from mediation.words.catalogue import LANGUAGES, has_words, say
from mediation.words.fields import EMAIL_LIMIT, PEOPLE, SHORT
from mediation.words.workflow_words import WorkflowLanguage

Schema = Mapping[str, Any]
Sent = Sequence[tuple[str, str]]

_BY_FIELD = {  # the family of words for the choices of a field, where it is not called like the field
    "basis": "attendance-basis",
    "attendance_basis": "attendance-basis",
    "ground": "attendance-ground",
    "cause": "suspension",
    "billing_period": "billing-period",
    "kind": "session-kind",
    "wished_form": "supervision-form",
    "wished_kind": "supervision-kind",
    "serves": "phase",
    "safeguards": "safeguard",
    "language": "language-name",
    "prevailing": "language-name",
    "shown": "language-name",
    "answers": "answer",
    "notices": "notice-audience",
    "scopes": "token-scope",
    "named": "kept-words",
    "where": "form",
}
# Families of words for choices whose field is called alike in several acts: the first that has words for all of them.
_CHOSEN = {"array": "choices", "integer": "number"}
_FAMILIES: Sequence[str] = (
    *(
        "consent",
        "ties",
        "report",
        "wellbeing",
        "leaving",
        "screening-outcome",
        "breach",
        "issue-state",
        "option-state",
    ),
    *("concern-settled", "sign-in-way", "understanding-answer", "notice-audience", "answer", "attendance"),
    *("second-factor", "supervision-form", "supervision-kind"),
)


@dataclass(frozen=True)
class Choice:
    """One of several answers: the value that is sent and its words; `note` says what follows from it."""

    value: str
    words: str
    note: str = ""


@dataclass(frozen=True)
class FormField:
    """A field of a form.

    `kind` is `line`, `text`, `lines` (one a row), `counts` (numbers, one a row), `choice`, `number` (a choice that is sent
    as a number), `choices` (several), `flag`, `day`, `moment`, `time`, `count`, `group` (of `parts`), `rows` (a list of
    groups) or `hidden`. `name` is where its value stands in the body, as `texts.fi`. `fault` is the sentence of a refusal.
    `folded` ones stand at the end of the form, where one opens them: what is filled already, or seldom needed. The label of
    a `quiet` one is not seen, only heard.
    """

    name: str
    kind: str
    label: str
    needed: bool = False
    limit: int | None = None
    choices: Sequence[Choice] = ()
    parts: Sequence["FormField"] = ()
    value: str = ""
    values: Sequence[str] = ()
    fault: str = ""
    folded: bool = False
    quiet: bool = False
    hint: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it has to be seen though it is folded: something is written in it, or wrong."""
        is_written = self.kind in {"text", "line", "lines", "counts", "choices"} and any(
            one.strip() for one in self.values
        )
        return bool(self.fault) or is_written or any(one.is_open for one in self.parts)

    @property
    def html_id(self) -> str:
        """Its id on the page: an id may not begin with a digit nor hold a dot."""
        return "f-" + self.name.replace(".", "-")


Known = Mapping[str, Sequence[Choice]]  # by the name of a field: whom or what it can name by id


@dataclass(frozen=True)
class Form:
    """What an act asks for: the schema of its body in JSON, and what ids it can name, in the reader's language.

    `known` are also the keys of a field that has a part for each of them, such as the questions of a screening. A text in
    several languages has a part for each of `languages`. `rows` says how many empty rows a list of parts ends with.
    """

    schema: Schema
    language: str
    known: Known = field(default_factory=dict)
    languages: Sequence[str] = LANGUAGES
    rows: int = 1

    def fields(self, sent: Sent = (), faults: Mapping[str, str] | None = None) -> list[FormField]:
        """The fields in their order, with what was sent already and the refusals by the name of a field."""
        needed = self.schema.get("required", ())
        fields = (self._field(name, schema, name in needed, sent) for name, schema in self._declared)
        return [_with_sent(one, sent, faults or {}) for one in fields]

    @property
    def _declared(self) -> Sequence[tuple[str, Schema]]:
        return [*self.schema.get("properties", {}).items()]

    def _field(self, name: str, schema: Schema, needed: bool, sent: Sent, label: str = "") -> FormField:
        schema = _told(self.schema, schema)
        last = name.rpartition(".")[2]
        made = FormField(name, "line", label or _label(last, self.language), needed, schema.get("maxLength"))
        make = _MAKERS.get(schema.get("type", ""), Form._text)
        if "enum" in schema:
            return replace(made, kind="choice", choices=self._choices(schema.get("words", last), self._codes(schema)))
        told = schema.get("words", last)
        if told in self.known and schema.get("type") != "object":
            kind = _CHOSEN.get(schema.get("type", ""), "choice")
            return replace(made, kind=kind, choices=self.known[told])
        return make(self, made, schema, sent)

    def _flag(self, made: FormField, schema: Schema, sent: Sent) -> FormField:
        own = f"flag.{made.name.rpartition('.')[2]}"
        if not has_words(own, self.language):
            return replace(made, kind="flag", choices=[self._choice("yes-no", one) for one in YES_NO])
        choices = [self._choice(own, one) for one in reversed(YES_NO)]  # what is usual stands first
        return replace(made, kind="flag", label=say(own, self.language), choices=choices)

    def _count(self, made: FormField, schema: Schema, sent: Sent) -> FormField:
        return replace(made, kind="count", limit=schema.get("maximum"))

    def _text(self, made: FormField, schema: Schema, sent: Sent) -> FormField:
        written = {"date": "day", "date-time": "moment"}.get(schema.get("format", ""))
        if "[0-5][0-9]" in schema.get("pattern", ""):
            written = "time"
        is_long = (schema.get("maxLength") or SHORT) > EMAIL_LIMIT
        return replace(made, kind=written or ("text" if is_long else "line"))

    def _choices(self, name: str, codes: Sequence[str]) -> list[Choice]:
        own = name.replace("_", "-")
        families = (_BY_FIELD.get(name, own), own, *_FAMILIES)
        family = next(one for one in families if all(has_words(f"{one}.{code}", self.language) for code in codes))
        return [self._choice(family, code) for code in codes]

    def _codes(self, schema: Schema) -> Sequence[str]:
        """The codes to choose from: of what each workflow declares, those of the one that is spoken of."""
        workflow = self.language.workflow if isinstance(self.language, WorkflowLanguage) else ""
        codes: Sequence[str] = schema.get("x-of-workflow", {}).get(workflow, schema["enum"])
        return codes

    def _choice(self, family: str, code: str) -> Choice:
        note = f"note.{family}.{code}"
        has_note = has_words(note, self.language)
        return Choice(code, say(f"{family}.{code}", self.language), say(note, self.language) if has_note else "")

    def _several(self, made: FormField, schema: Schema, sent: Sent) -> FormField:
        items = _told(self.schema, schema["items"])
        if "enum" in items:
            return replace(made, kind="choices", choices=self._choices(made.name.rpartition(".")[2], items["enum"]))
        if items.get("type") != "object":
            kind = "counts" if items.get("type") == "integer" else "lines"
            return replace(made, kind=kind, limit=items.get("maxLength"))
        rest = (
            name.removeprefix(f"{made.name}.").partition(".")[0] for name, _ in sent if name.startswith(f"{made.name}.")
        )
        there = {int(row) for row in rest if row.isdecimal() and len(row) < 3}
        rows = range(min(max(there, default=-1) + 1 + self.rows, schema.get("maxItems", PEOPLE)))
        parts = [self._field(f"{made.name}.{row}", items, False, sent, f"{made.label} {row + 1}") for row in rows]
        return replace(made, kind="rows", parts=parts)

    def _group(self, made: FormField, schema: Schema, sent: Sent) -> FormField:
        """Parts of their own: declared ones, one for each known key, or a text in each language."""
        if (inner := schema.get("properties")) is not None:
            required = schema.get("required", ())
            parts = [
                self._field(f"{made.name}.{name}", one, made.needed and name in required, sent)
                for name, one in inner.items()
            ]
            return replace(made, kind="group", parts=parts)
        each = schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()))
        last, names = made.name.rpartition(".")[2], schema.get("propertyNames", {}).get("enum", ())
        keys = self.known.get(last)
        if keys is None and set(names) - set(LANGUAGES):
            keys = self._choices(last, names)
        if keys is None:
            keys = [Choice(one, f"{made.label} ({say(f'in-language.{one}', self.language)})") for one in self.languages]
        parts = [
            self._field(f"{made.name}.{one.value}", self._of_key(made, each), False, sent, one.words) for one in keys
        ]
        return replace(made, kind="group", parts=parts)

    def _of_key(self, made: FormField, each: Schema) -> Schema:
        """What each part of a keyed field is: one of a few codes or numbers where those are known, by the name of the field."""
        codes = _CODES_OF_KEYS.get(made.name)
        if codes:
            return {"type": "string", "enum": codes, "words": made.name}
        return {**each, "words": _NUMBERS_OF_KEYS[made.name]} if made.name in _NUMBERS_OF_KEYS else each


YES_NO = ("yes", "no")
# Fields with a part for each question, participant, commitment, time or goal.
KEYED = ("answers", "attendance", "reports", "can_come", "ratings", "by_goal")
_CODES_OF_KEYS = {
    "answers": ("yes", "no", "unknown"),
    "attendance": ("present", "absent", "caught-up"),
    "can_come": ("can", "if-must", "cannot"),
}
_NUMBERS_OF_KEYS = {"ratings": "rating"}
_MAKERS: Mapping[str, Callable[[Form, FormField, Schema, Sent], FormField]] = {
    "boolean": Form._flag,
    "integer": Form._count,
    "array": Form._several,
    "object": Form._group,
}


def schema_of(body: Any) -> Schema:
    """The JSON schema of a body."""
    return TypeAdapter(body).json_schema()


def _told(root: Schema, schema: Schema) -> Schema:
    """A schema with its reference followed, and without "or nothing"."""
    while True:
        if "$ref" in schema:
            found = root["$defs"][schema["$ref"].rpartition("/")[2]]
            schema = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
        elif "anyOf" in schema:
            some = [one for one in schema["anyOf"] if one.get("type") != "null"]
            listed = next((one for one in some if one.get("type") == "array"), some[0])
            schema = {**listed, **{key: value for key, value in schema.items() if key != "anyOf"}}
        elif len(schema.get("allOf", ())) == 1:
            schema = {**schema["allOf"][0], **{key: value for key, value in schema.items() if key != "allOf"}}
        else:
            return schema


def _label(name: str, language: str) -> str:
    code = f"field.{name}"
    return say(code, language) if has_words(code, language) else say("field.body", language)


def _with_sent(one: FormField, sent: Sent, faults: Mapping[str, str]) -> FormField:
    values = [value for name, value in sent if name == one.name]
    values = [line for value in values for line in value.splitlines()] if one.kind == "choices" else values
    sent_below = below(one, sent)
    parts = [_with_sent(part, sent_below, faults) for part in one.parts]
    fault = faults.get(one.name, "") or (_fault_of_line(one, faults) if one.kind in {"lines", "counts"} else "")
    return replace(one, value=values[0] if values else "", values=values, parts=parts, fault=fault)


def line_of(name: str) -> str:
    """The field that has a line for what a refusal names as `goals.fi.2`: `goals.fi`; the name itself, where it is no line."""
    field_name, _, line = name.rpartition(".")
    return field_name if line.isdecimal() else name


def _fault_of_line(one: FormField, faults: Mapping[str, str]) -> str:
    return next((fault for name, fault in faults.items() if line_of(name) == one.name), "")


def below(one: FormField, sent: Sent) -> Sent:
    """What was sent for the parts of a field: looked for once, or a form of many rows takes a second."""
    return [(name, value) for name, value in sent if name.startswith(f"{one.name}.")] if one.parts else ()
