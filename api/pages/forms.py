"""Forms: the fields that the body of an act asks for, and what a browser sends of them as that body's JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from mediation.words.catalogue import LANGUAGES, has_words, say
from mediation.words.fields import SHORT

Schema = Mapping[str, Any]
Sent = Sequence[tuple[str, str]]

HIDDEN = "_"  # what begins with it belongs to the form itself: token, key, tag
OWN_WORDS = "own"  # a list of lines, one a row of a text area

_BY_FIELD = {  # the family of words for the choices of a field, where it is not called like the field
    "basis": "attendance-basis",
    "attendance_basis": "attendance-basis",
    "ground": "attendance-ground",
    "cause": "suspension",
    "billing_period": "billing-period",
    "kind": "session-kind",
    "serves": "phase",
    "safeguards": "safeguard",
    "language": "language-name",
}


@dataclass(frozen=True)
class Choice:
    """One of several answers: the value that is sent and its words."""

    value: str
    words: str


@dataclass(frozen=True)
class FormField:
    """A field of a form.

    `kind` is `line`, `text`, `lines` (one a row), `choice`, `choices` (several), `flag`, `day`, `moment`, `time`, `count`,
    or `group` (of `parts`). `name` is where its value stands in the body, as `texts.fi`. `fault` is the sentence of a refusal.
    """

    name: str
    kind: str
    label: str
    needed: bool = False
    limit: int | None = None
    hint: str = ""
    choices: Sequence[Choice] = ()
    parts: Sequence["FormField"] = ()
    value: str = ""
    values: Sequence[str] = ()
    fault: str = ""

    @property
    def html_id(self) -> str:
        """Its id on the page: an id may not begin with a digit nor hold a dot."""
        return "f-" + self.name.replace(".", "-")


Known = Mapping[str, Sequence[Choice]]  # by the name of a field: whom or what it can name by id


@dataclass(frozen=True)
class Form:
    """What an act asks for: the schema of its body in JSON, and what ids it can name, in the reader's language."""

    schema: Schema
    language: str
    known: Known = field(default_factory=dict)

    def fields(self, sent: Sent = (), faults: Mapping[str, str] | None = None) -> list[FormField]:
        """The fields in their order, with what was sent already and the refusals by the name of a field."""
        return [
            _with_sent(one, sent, faults or {})
            for name, schema in self.schema.get("properties", {}).items()
            if (one := self._field(name, schema, name in self.schema.get("required", ())))
        ]

    def _field(self, name: str, schema: Schema, needed: bool, label: str = "") -> FormField | None:
        schema = _told(self.schema, schema)
        last = name.rpartition(".")[2]
        label = label or _label(last, self.language)
        made = FormField(name, "line", label, needed, schema.get("maxLength"), schema.get("description", ""))
        kind = schema.get("type")
        if last in self.known:
            several = kind == "array"
            return replace(made, kind="choices" if several else "choice", choices=self.known[last])
        if "enum" in schema:
            return replace(made, kind="choice", choices=self._choices(last, schema["enum"]))
        if kind == "boolean":
            return replace(
                made, kind="flag", choices=[Choice(one, say(f"form.{one}", self.language)) for one in YES_NO]
            )
        if kind == "integer":
            return replace(made, kind="count", limit=schema.get("maximum"))
        if kind == "array":
            return self._several(made, schema["items"])
        if kind == "object":
            return self._group(made, schema)
        written = {"date": "day", "date-time": "moment"}.get(schema.get("format", ""))
        if written is None and "[0-5][0-9]" in schema.get("pattern", ""):
            written = "time"
        long = (schema.get("maxLength") or SHORT) > SHORT
        return replace(made, kind=written or ("text" if long else "line"))

    def _choices(self, name: str, codes: Sequence[str]) -> list[Choice]:
        family = _BY_FIELD.get(name, name.replace("_", "-"))
        return [
            Choice(
                code, say(f"{family}.{code}", self.language) if has_words(f"{family}.{code}", self.language) else code
            )
            for code in codes
        ]

    def _several(self, made: FormField, items: Schema) -> FormField | None:
        items = _told(self.schema, items)
        last = made.name.rpartition(".")[2]
        if "enum" in items:
            return replace(made, kind="choices", choices=self._choices(last, items["enum"]))
        return replace(made, kind="lines", limit=items.get("maxLength"))

    def _group(self, made: FormField, schema: Schema) -> FormField | None:
        """Parts of their own: declared ones, or a text in each language."""
        inner = schema.get("properties")
        if inner is not None:
            required = schema.get("required", ())
            parts = [
                self._field(f"{made.name}.{name}", one, made.needed and name in required) for name, one in inner.items()
            ]
            return replace(made, kind="group", parts=[one for one in parts if one])
        each = schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()), None)
        names = schema.get("propertyNames", {}).get("enum", ())
        if not isinstance(each, dict) or set(names) != set(LANGUAGES):
            return None
        labels = {one: f"{made.label} ({say(f'in-language.{one}', self.language)})" for one in LANGUAGES}
        parts = [self._field(f"{made.name}.{one}", each, False, labels[one]) for one in LANGUAGES]
        return replace(made, kind="group", parts=[one for one in parts if one])


YES_NO = ("yes", "no")


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
    parts = [_with_sent(part, sent, faults) for part in one.parts]
    return replace(one, value=values[0] if values else "", values=values, parts=parts, fault=faults.get(one.name, ""))


def body_of(fields: Sequence[FormField], sent: Sent, zone: ZoneInfo) -> dict[str, Any]:
    """The JSON body that a browser's form amounts to: what was left empty is left out, unless it is a needed text."""
    body: dict[str, Any] = {}
    for one in fields:
        value = _value(one, [value for name, value in sent if name == one.name], sent, zone)
        if value is not None:
            body[one.name.rpartition(".")[2]] = value
    return body


def _value(one: FormField, values: Sequence[str], sent: Sent, zone: ZoneInfo) -> Any:
    if one.kind == "group":
        return body_of(one.parts, sent, zone) or ({} if one.needed else None)
    if one.kind == "choices":
        return list(values) if values or one.needed else None
    if one.kind == "lines":
        lines = [line for value in values for line in value.splitlines() if line.strip()]
        return lines if lines or one.needed else None
    value = values[0].replace("\r\n", "\n") if values else ""
    if not value.strip():
        return "" if one.needed and one.kind in {"line", "text"} else None
    if one.kind == "flag":
        return {"yes": True, "no": False}.get(value, value)
    if one.kind == "count":
        return int(value) if value.strip().isdecimal() and len(value) < 12 else value
    return _moment(value, zone) if one.kind == "moment" else value


def _moment(value: str, zone: ZoneInfo) -> str:
    """A local time of the workplace as a moment; what is none is sent on as it is, and refused there."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()
