"""Plain text for letters: on one line, without invisible characters, and in lines that mail programs may join."""

import re
import unicodedata

WIDTH = 72  # of a line of mail, the space at its end included
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def visible(text: str) -> str:
    """`text` with line feeds, and without invisible characters such as controls and marks of writing direction."""
    plain = _BREAKS.sub("\n", text).replace("\t", " ")
    return "".join(one for one in plain if one == "\n" or unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co"})


def one_line(text: str) -> str:
    """`text` on one line and `visible`, so that a name cannot look like another line of the letter."""
    return " ".join(visible(text).split())


def flowed(text: str) -> str:
    """`text` in lines that a mail program may join or show as they are (format=flowed, RFC 3676)."""
    return "\n".join(line for paragraph in text.split("\n") for line in _flow(paragraph.rstrip()))


def _flow(paragraph: str) -> list[str]:
    lines = [""]
    for word in re.findall(" *[^ ]+ *", paragraph):
        if lines[-1] and len(lines[-1]) + len(word) > WIDTH:
            lines.append("")
        lines[-1] += word
    return [f" {line}" if line.startswith((" ", ">", "From ")) else line for line in lines]
