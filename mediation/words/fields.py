"""What people may write, and how much: the types of the arguments of acts, from which bodies and forms are made."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, ValidationInfo, with_config
from pydantic_core import PydanticCustomError, PydanticKnownError

from mediation.errors import Malformed
from mediation.words.catalogue import LANGUAGES

SHORT = 200  # a name, a place, a capacity
LINE = 2_000  # a commitment, a goal, a reason
TEXT = 10_000  # a statement, a problem statement
PEOPLE = 50  # who take part in a case, and so also in any list of them
EMAIL_LIMIT = 254  # RFC 5321

ACT: Mapping[str, Any] = {}  # the context in which an act looks at its arguments: what its own refusals are for
STRICT = ConfigDict(
    extra="forbid", str_max_length=SHORT, allow_inf_nan=False, populate_by_name=True, revalidate_instances="always"
)

Part = TypeVar("Part")

CASE_NUMBER = "^[0-9]{4}-[0-9]{4,7}$"
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Control characters, lone surrogates, and marks that reverse the reading direction (`evil` would print as `live`).
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LONE = re.compile("[\ud800-\udfff]")  # surrogates
_BREAKS = re.compile(r"[\r\n\t]")
_SIX_DIGITS = re.compile(r"[0-9]{6}")


def is_readable(text: str) -> bool:
    """Whether a text has a character that somebody can see: no space, control character or invisible mark."""
    return any(unicodedata.category(one)[0] not in "ZC" for one in text)


def checked(text: str, field: str, limit: int = TEXT) -> str:
    """`text` as it was written. Refuses with `text-empty`, `text-too-long` and `text-not-unicode`, naming the field."""
    if not (is_readable(text) or _LONE.search(text)):
        raise Malformed("text-empty", field=field)
    if len(text) > limit:
        raise Malformed("text-too-long", field=field, limit=limit, length=len(text))
    if _LONE.search(text):
        raise Malformed("text-not-unicode", field=field)
    return text


def checked_line(text: str, field: str) -> str:
    """A short text like `checked`. Refuses, too, with `text-unprintable` one that breaks or could be read as another."""
    if UNPRINTABLE.search(checked(text, field, SHORT)):
        raise Malformed("text-unprintable", field=field)
    return text


def one_of(value: str, choices: tuple[str, ...] | frozenset[str], field: str) -> str:
    """`value`, when it is one of `choices`. Refuses with `choice-unknown`, listing them."""
    if value not in choices:
        raise Malformed("choice-unknown", field=field, choices=", ".join(sorted(choices)))
    return value


def must(is_right: Callable[[Any], object], code: str, **details: object) -> AfterValidator:
    """Let an act refuse with `code` and `details` an argument for which `holds` is false."""

    def check(value: Any, info: ValidationInfo) -> Any:
        if info.context is ACT and not is_right(value):
            raise PydanticCustomError(code, code, details)
        return value

    return AfterValidator(check)


def on_one_line() -> AfterValidator:
    """Let an act refuse with `text-unprintable` a line that breaks, or has a character that makes it read as another."""
    return must(lambda text: not UNPRINTABLE.search(text), "text-unprintable")


def on_lines() -> AfterValidator:
    """The same for a text that may have several lines."""
    return must(lambda text: not UNPRINTABLE.search(_BREAKS.sub(" ", text)), "text-unprintable")


def known(codes: Collection[str], code: str = "choice-unknown") -> AfterValidator:
    """Let an act refuse with `code`, listing these codes, what is none of them."""
    listed = ", ".join(sorted(codes) if code == "choice-unknown" else codes)
    return must(codes.__contains__, code, choices=listed)


def choices(codes: Collection[str], default: Any = ..., *, code: str = "choice-unknown") -> Any:
    """A field for one of these codes; an act refuses others with `code` ("": the act checks itself), listing them."""
    field = Field(default, max_length=40, json_schema_extra={"enum": list(codes)})
    field.metadata += [known(codes, code)] if code else []
    return field


def sent(name: str) -> Callable[[type[Part]], type[Part]]:
    """Let a frozen dataclass be a part of a body: it has this name in OpenAPI, and its fields have their limits."""

    def declare(part: type[Part]) -> type[Part]:
        part.__qualname__ = name
        return with_config(STRICT)(part)

    return declare


def _day(value: object) -> object:
    # Left alone, a number would be taken for a date, and digits in a text, too.
    is_text = isinstance(value, str) and _ISO_DAY.match(value)
    if not is_text and (isinstance(value, datetime) or not isinstance(value, date)):
        raise PydanticKnownError("date_type")
    return value


def _moment(value: object) -> object:
    is_text = isinstance(value, str) and _ISO_DAY.match(value)
    if not is_text and not isinstance(value, datetime):
        raise PydanticKnownError("datetime_type")
    return value


def counted(value: object) -> object:
    # Left alone, `true` would be taken for a number, and digits in a text, too.
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticKnownError("int_type")
    return value


def _six_digits(value: object) -> object:
    if not isinstance(value, str) or not _SIX_DIGITS.fullmatch(value):
        raise PydanticCustomError("six_digits", "six digits")
    return value


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,24}$")]
CaseNumber = Annotated[str, Field(pattern=CASE_NUMBER, examples=["2027-0001"])]
Email = Annotated[str, Field(max_length=EMAIL_LIMIT)]
Ids = Annotated[list[Id], Field(max_length=PEOPLE)]  # of participants
Line = Annotated[str, Field(max_length=LINE)]
Text = Annotated[str, Field(max_length=TEXT)]
NeededLine = Annotated[Line, must(is_readable, "text-empty")]
NeededText = Annotated[Text, must(is_readable, "text-empty")]
LanguageCode = Annotated[str, choices(LANGUAGES, code="language-unknown")]
AnyLanguage = Annotated[str, choices(LANGUAGES, code="")]  # the act that takes it checks whether we have it
Count = Annotated[int, Field(ge=0, le=1_000_000), BeforeValidator(counted)]
Rating = Annotated[int, Field(ge=1, le=5), BeforeValidator(counted)]
Code = Annotated[str, Field(pattern="^[0-9]{6}$"), BeforeValidator(_six_digits)]
Flag = Annotated[bool, Field(strict=True)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31)), BeforeValidator(_day)]
TimeOfDay = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["21:00"])]
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2199, 12, 31, tzinfo=UTC)),
    BeforeValidator(_moment),
]

MOST_OWN_LINES = 10
OwnLine = Annotated[str, Field(max_length=500), on_one_line()]
OwnLines = Annotated[
    dict[
        Annotated[str, known(LANGUAGES, "language-unknown")], Annotated[list[OwnLine], Field(max_length=MOST_OWN_LINES)]
    ],
    Field(
        max_length=len(LANGUAGES),
        description="The organisation's own lines by language, printed in a box of their own.",
    ),
]


def without_empty(lines: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Own lines by language, without those that are empty and the languages that have none."""
    written = {language: [one for one in some if one.strip()] for language, some in sorted(lines.items())}
    return {language: some for language, some in written.items() if some}
