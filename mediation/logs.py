"""Logs: one line of JSON for each thing that happened, with ids and codes, and never the words of anybody."""

import json
import logging
import traceback
from datetime import UTC, datetime

OURS = ("mediation", "api", "demo", "__main__")
REQUESTS = "mediation.requests"


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object: when, how bad, who says it, and what.

    Of an exception only its kind and its places are told, and of other people's loggers only what their programs say by
    themselves: an exception's own words, and what fills the blanks of a message, may quote what somebody wrote.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {"at": moment, "level": record.levelname.lower(), "logger": record.name}
        if record.name == REQUESTS:
            line |= json.loads(record.getMessage())
        else:
            ours = record.name.partition(".")[0] in OURS
            line["message"] = record.getMessage() if ours else str(record.msg)
        if record.exc_info and record.exc_info[1] is not None:
            line |= {"error": class_name(record.exc_info[1]), "places": places(record.exc_info[1])}
        return json.dumps(line, ensure_ascii=False)


def set_up_logs(*, requests: bool = False) -> None:
    """Write warnings and errors to standard error; and, where `requests` says so, a line for every request."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler])
    logging.getLogger(REQUESTS).setLevel(logging.INFO if requests else logging.WARNING)


def class_name(error: BaseException) -> str:
    """The kind of an exception."""
    return f"{type(error).__module__}.{type(error).__qualname__}"


def places(error: BaseException) -> list[str]:
    """Where an exception came from, the innermost place first: files, lines and functions, nothing of what they held."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
