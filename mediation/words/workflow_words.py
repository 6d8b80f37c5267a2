"""The words that a workflow has of its own: codes that the product does not have, and its own wording of those that it shares.

A workflow brings a folder: `fi.po`, `sv.po` and `en.po` with words by code, and beside them templates that come before those of
the product, as far as it has any: `letters/`, `texts/` and `papers/`, and `documents/words.<language>.toml`. What the folder
does not say is said in the words of the product.
"""

from pathlib import Path

_FOLDERS: dict[str, Path] = {}  # by the code of the workflow


class WorkflowLanguage(str):
    """A language in the words of a workflow: wherever a language is handed on, the workflow's own words go with it.

    It is equal to the language. Without a workflow it says what the product says.
    """

    workflow: str

    def __new__(cls, language: str, workflow: str = "") -> "WorkflowLanguage":
        """The language, such as `fi`, in the words of the workflow with this code."""
        spoken = super().__new__(cls, language)
        spoken.workflow = workflow
        return spoken


def bring_words(workflow: str, folder: Path) -> None:
    """Let a workflow say what is in this folder in words of its own."""
    _FOLDERS[workflow] = folder


def take_words_away(workflow: str) -> None:
    """Let a workflow have no words of its own any more; it need not have had any."""
    _FOLDERS.pop(workflow, None)


def own_folder(language: str) -> Path | None:
    """The folder of the workflow in whose words a language is spoken, if it brought one."""
    return _FOLDERS.get(language.workflow) if isinstance(language, WorkflowLanguage) else None


def folders_in_order(language: str, product: Path) -> tuple[Path, ...]:
    """The folders of words in the order in which they are asked.

    A plain language speaks of no workflow, or of several at once: what the product does not say, then any workflow may.
    """
    if isinstance(language, WorkflowLanguage) and language.workflow:
        own = own_folder(language)
        return (product,) if own is None else (own, product)
    return (product, *_FOLDERS.values())
