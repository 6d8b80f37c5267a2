"""The words of what somebody agrees to, in every language: blocks of a heading and paragraphs, made from a template.

`templates/texts/<kind>.<language>.txt` is Jinja2 (templates/texts/README.md says what fills each). A line that begins with
`# ` is a heading, the first one the title; `## ` is the heading of a block that is printed in a box; an empty line ends a
paragraph, and a line that begins with `• ` is one of a list.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mediation.templates import TEMPLATES
from mediation.words.catalogue import LANGUAGES
from mediation.words.commissioner import commissioner_sees
from mediation.words.workflow_templates import own_templates
from mediation.words.workflow_words import WorkflowLanguage

Block = dict[str, Any]  # heading, paragraphs, boxed
_HEADING = re.compile("(##?) (.*)")
_TEMPLATES = Environment(
    loader=FileSystemLoader(TEMPLATES / "texts"),
    undefined=StrictUndefined,
    autoescape=False,  # plain text
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals["commissioner_sees"] = commissioner_sees
_FILLED = "\0"  # before what fills a blank, until the headings are found: it has none


def text_in_every_language(
    kind: str, data_in: Callable[[str], Mapping[str, object]], workflow: str = ""
) -> dict[str, list[Block]]:
    """The blocks of the text `kind` by language, as a workflow words it; `data_in` gives what fills its blanks in a language.

    What fills a blank stays on its line and is never a heading, so that no line of an organisation can leave its box.
    """
    spoken = [WorkflowLanguage(language, workflow) for language in LANGUAGES]
    return {str(language): _blocks(kind, language, data_in(language)) for language in spoken}


def _blocks(kind: str, language: str, data: Mapping[str, object]) -> list[Block]:
    templates = own_templates(_TEMPLATES, "texts", language)
    return blocks_of(templates.get_template(f"{kind}.{language}.txt").render(_on_one_line(data), language=language))


def blocks_of(filled: str) -> list[Block]:
    """The blocks of a text whose blanks were filled by `on_one_line`."""
    blocks: list[Block] = [{"heading": "", "paragraphs": [], "boxed": False}]
    for paragraph in (one.strip("\n") for one in re.split(r"\n{2,}", filled) if one.strip()):
        heading = _HEADING.match(paragraph)
        if heading is None:
            blocks[-1]["paragraphs"].append(paragraph)
            continue
        blocks.append({"heading": heading[2], "paragraphs": [], "boxed": heading[1] == "##"})
        rest = paragraph[heading.end() :].strip("\n")
        blocks[-1]["paragraphs"] += [rest] if rest else []
    return [_without_signs(one) for one in blocks if one["heading"] or one["paragraphs"]]


def _without_signs(block: Block) -> Block:
    paragraphs = [one.replace(_FILLED, "") for one in block["paragraphs"]]
    return {**block, "heading": block["heading"].replace(_FILLED, ""), "paragraphs": paragraphs}


def on_one_line(text: str) -> str:
    """`text` as it fills a blank: it stays on its line and is never a heading."""
    line = " ".join(text.split())
    return _FILLED + line if line else line


def _on_one_line(value: Any) -> Any:
    if isinstance(value, str):
        return on_one_line(value)
    if isinstance(value, Mapping):
        return {name: _on_one_line(one) for name, one in value.items()}
    return [_on_one_line(one) for one in value] if isinstance(value, Iterable) else value
