"""Content-Security-Policy: data may load and run nothing, a page only its own style and script."""

from base64 import b64encode
from hashlib import sha256

# For all that is not a page: if a browser shows it as one, it must not run, load, frame or send anything.
DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page_policy(*, style: str = "", script: str = "", connects: bool = False) -> str:
    """The policy of a page with exactly this inline style and script. `connects`: its script may send requests to us."""
    parts = [DATA_POLICY]
    parts += [f"style-src {_digest(style)}"] if style else []
    parts += [f"script-src {_digest(script)}"] if script else []
    parts += ["connect-src 'self'"] if connects else []
    return "; ".join(parts)


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
