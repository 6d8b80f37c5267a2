"""The words of papers: prose about a case that tells its reader what they may know, with what people wrote set apart in it.

`templates/papers/<paper>.<language>.txt` is written like the texts that are agreed to (templates/papers/README.md). Its blocks
are printed by `paper.typ` and shown by a page: both have the same words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mediation.documents.localise import Language
from mediation.documents.texts import Block, blocks_of, on_one_line
from mediation.templates import TEMPLATES
from mediation.words.catalogue import say
from mediation.words.commissioner import commissioner_sees
from mediation.words.workflow_templates import own_templates

_QUOTE, _LINE = "\x01", "\x02"  # what a quotation is until the paragraphs are found: nobody's words have them then
_SIGNS = re.compile("[\x00-\x02]")
_LINE_ENDS = re.compile("\r\n?")


@dataclass(frozen=True)
class Quoted:
    """What somebody wrote, and in which of our languages: a paragraph of its own, and no heading or list whatever is in it."""

    words: str
    language: str

    def __bool__(self) -> bool:
        return bool(self.words.strip())

    def __str__(self) -> str:
        words = _LINE_ENDS.sub("\n", _SIGNS.sub("", self.words)).strip()
        return f"{_QUOTE}{self.language}{_QUOTE}{words.replace(chr(10), _LINE)}"


def _filled(value: Any) -> Any:
    return on_one_line(value) if isinstance(value, str) else value


_TEMPLATES = Environment(
    loader=FileSystemLoader(TEMPLATES / "papers"),
    undefined=StrictUndefined,
    autoescape=False,  # plain text
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=_filled,
)


def written_in(words: Mapping[str, str], language: str) -> Quoted:
    """What was written in a language, else in the first in which it was; empty where in none."""
    written = language if language in words else next(iter(words), language)
    return Quoted(words.get(written) or "", written)


def paper_in(paper: str, language: str, data: Mapping[str, object]) -> list[Block]:
    """The blocks of a paper in one language: `heading`, `boxed`, and `parts` of `words` and, of a quotation, its `language`.

    Besides `data` its template has `day`, `month`, `decimal`, `listed`, `say` and `commissioner_sees` in its language.
    Refuses with `language-unknown`.
    """
    own = Language(language)
    given = {
        "day": own.day,
        "month": partial(_month, own),
        "decimal": partial(format_decimal, locale=own.locale),
        "listed": own.listed,
        "say": lambda code: say(code, own.code),
        "commissioner_sees": commissioner_sees(own.code),
    }
    templates = own_templates(_TEMPLATES, "papers", own.code)
    blocks = blocks_of(templates.get_template(f"{paper}.{own.code}.txt").render({**data, **given}))
    return [
        {"heading": one["heading"], "boxed": one["boxed"], "parts": list(map(_part, one["paragraphs"]))}
        for one in blocks
    ]


def _part(paragraph: str) -> dict[str, Any]:
    before, *quoted = paragraph.split(_QUOTE)
    if not quoted:
        return {"words": paragraph, "language": None}
    if before or len(quoted) != 2:
        raise ValueError("a quotation is a paragraph of its own")
    language, words = quoted
    return {"words": words.replace(_LINE, "\n"), "language": language}


def _month(language: Language, month: str) -> str:
    return format_date(date.fromisoformat(f"{month}-01"), "LLLL yyyy", locale=language.locale)
