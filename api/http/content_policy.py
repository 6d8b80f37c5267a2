"""What a browser may do with an answer of ours: nothing with data, and with a page only what that page brings along."""

from base64 import b64encode
from hashlib import sha256

# For whatever is no page: should a browser ever take it for one, nothing in it is run, loaded, framed or sent.
DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page_policy(*, style: str = "", script: str = "", connects: bool = False) -> str:
    """The Content-Security-Policy of a page with this very style and script in it, and no other.

    `connects`: its script may ask us, and nobody else.
    """
    parts = [DATA_POLICY]
    parts += [f"style-src {_digest(style)}"] if style else []
    parts += [f"script-src {_digest(script)}"] if script else []
    parts += ["connect-src 'self'"] if connects else []
    return "; ".join(parts)


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
