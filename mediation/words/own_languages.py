"""Languages of one's own: any language by its ISO 639 code, beside the three in which we write, and what each is called."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from babel import Locale
from babel.core import get_global
from pydantic import Field

from mediation.errors import Malformed
from mediation.words.catalogue import LANGUAGES, LOCALES

_FILE = Path(__file__).with_name("own_languages.toml")
_CODE = re.compile(r"[a-z]{2,3}")
_NO_LANGUAGE = frozenset({"und", "mul", "mis", "zxx"})  # unknown, several, without a code, none
_TOLD: Mapping[str, Mapping[str, Any]] = tomllib.loads(_FILE.read_text("utf-8"))

OwnLanguage = Annotated[
    str,
    Field(
        max_length=3,
        examples=["et"],
        description="The ISO 639 code of a language that is none of fi, sv and en. What its speaker signs is read aloud to "
        "them and interpreted.",
    ),
]


def known_own_language(code: str) -> str:
    """The code of a language as Babel names it, `et` also of `est`.

    Refuses with `own-language-of-letters` one of those in which we write, and with `own-language-unknown` any other that
    Babel has no name for, or that stands for no language.
    """
    found = _canonical(code)
    if found in LANGUAGES:
        raise Malformed("own-language-of-letters", field="own_language")
    if not _CODE.fullmatch(found) or found in _NO_LANGUAGE or not all(_name(found, one) for one in LANGUAGES):
        raise Malformed("own-language-unknown", field="own_language")
    return found


def named(code: str, language: str) -> str:
    """What a language is called in one of ours: `viro`, `estniska`, `Estonian`."""
    return _name(code, language) or code


def into(code: str, language: str) -> str:
    """What a text is interpreted into, to stand after `tulkattu`, `tolkad till`, `interpreted into`.

    Finnish bends the name (`viroksi`); of a language whose bent name we do not have, it is said in brackets.
    """
    name, bent = named(code, language), _TOLD["into"].get(language)
    if bent is None:
        return name
    return str(bent[code]) if code in bent else str(_TOLD["otherwise_into"][language]).format(language=name)


def _canonical(code: str) -> str:
    return code if _name(code, LANGUAGES[0]) else _aliases().get(code, code)


def _name(code: str, language: str) -> str | None:
    return _TOLD["name"][language].get(code) or _babels_names(language).get(code)


@cache
def _babels_names(language: str) -> Mapping[str, str]:
    return dict(Locale.parse(LOCALES[language]).languages)


@cache
def _aliases() -> Mapping[str, str]:
    aliases: Any = get_global("language_aliases")
    return dict(aliases)
