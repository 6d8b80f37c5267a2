"""The words of what somebody agrees to, in every language: blocks of a heading and paragraphs, made from a template.

`templates/texts/<kind>.<language>.txt` is Jinja2. A line that begins with `# ` is a heading, one with `## ` the heading of
a block that is printed in a box; an empty line ends a paragraph.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mediation.templates import TEMPLATES
from mediation.words.catalogue import LANGUAGES

Block = dict[str, Any]  # heading, paragraphs, boxed
_HEADING = re.compile("(##?) (.*)")
_TEMPLATES = Environment(
    loader=FileSystemLoader(TEMPLATES / "texts"),
    undefined=StrictUndefined,
    autoescape=False,  # plain text
    trim_blocks=True,
    lstrip_blocks=True,
)


def text_in_every_language(kind: str, data_in: Callable[[str], Mapping[str, object]]) -> dict[str, list[Block]]:
    """The blocks of the text `kind` by language; `data_in` gives what fills its blanks in a language.

    What fills a blank stays on its line, so that no name and no line of an organisation can look like a heading.
    """
    return {language: _blocks(kind, language, data_in(language)) for language in LANGUAGES}


def _blocks(kind: str, language: str, data: Mapping[str, object]) -> list[Block]:
    filled = _TEMPLATES.get_template(f"{kind}.{language}.txt").render(_on_one_line(data))
    blocks: list[Block] = [{"heading": "", "paragraphs": [], "boxed": False}]
    for paragraph in (one.strip("\n") for one in re.split(r"\n{2,}", filled) if one.strip()):
        heading = _HEADING.match(paragraph)
        if heading is None:
            blocks[-1]["paragraphs"].append(paragraph)
            continue
        blocks.append({"heading": heading[2], "paragraphs": [], "boxed": heading[1] == "##"})
        rest = paragraph[heading.end() :].strip("\n")
        blocks[-1]["paragraphs"] += [rest] if rest else []
    return [one for one in blocks if one["heading"] or one["paragraphs"]]


def _on_one_line(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Mapping):
        return {name: _on_one_line(one) for name, one in value.items()}
    return [_on_one_line(one) for one in value] if isinstance(value, Iterable) else value
