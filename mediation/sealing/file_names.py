"""The names of an agreement's files: what each is, in its own language, and nothing of whose it is.

What has no language of its own, such as the sealed file, is named in the prevailing one. Files that were frozen or sealed
before there were these names keep theirs, for manifests list them by name.
"""

from mediation.documents.localise import Language


def agreement_file(language: str) -> str:
    """A frozen agreement: `sopimus-fi.pdf`. Refuses with `language-unknown`, as all of these do."""
    return f"{Language(language).say('file_agreement')}-{language}.pdf"


def annex_name(language: str, number: int | None = None) -> str:
    """An employer representative's annex, with a `number` where several represent the employer: `liite-tyonantaja`."""
    return Language(language).say("file_annex", number="" if number is None else f"-{number}")


def annex_file(language: str, number: int | None = None) -> str:
    """A frozen annex: `liite-tyonantaja-fi.pdf`."""
    return f"{annex_name(language, number)}-{language}.pdf"


def sealed_file(prevailing: str, version: int) -> str:
    """The sealed agreement: `allekirjoitettu-sopimus-v1.pdf`."""
    return f"{Language(prevailing).say('file_sealed')}-v{version}.pdf"


def sealed_annex_file(prevailing: str, version: int) -> str:
    """The sealed copy of one annex, which is its owner's alone: `allekirjoitettu-liite-tyonantaja-v1.pdf`."""
    return f"{Language(prevailing).say('file_sealed_annex')}-v{version}.pdf"


def evidence_name(language: str) -> str:
    """The evidence of a signature, in its signatory's language and without an ending: `todiste-allekirjoituksesta`."""
    return Language(language).say("file_evidence")
