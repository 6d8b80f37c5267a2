"""Logs: one line of JSON per event, with ids and codes, never with words that somebody wrote."""

import json
import logging
import traceback
from datetime import UTC, datetime

OURS = ("mediation", "api", "demo", "__main__")
REQUESTS = "mediation.requests"


class JsonLines(logging.Formatter):
    """Formats a log record as a JSON object: time, level, logger and message.

    Of an exception only the class and the lines of code are logged, of other libraries only the message without its
    arguments: the text of an exception and the arguments may quote what somebody wrote.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {"at": moment, "level": record.levelname.lower(), "logger": record.name}
        if record.name == REQUESTS:
            line |= json.loads(record.getMessage())
        else:
            ours = record.name.partition(".")[0] in OURS
            line["message"] = record.getMessage() if ours else str(record.msg)
        if record.exc_info and record.exc_info[1] is not None:
            line |= {"error": class_name(record.exc_info[1]), "places": stack_of(record.exc_info[1])}
        return json.dumps(line, ensure_ascii=False)


def set_up_logs(*, requests: bool = False) -> None:
    """Write warnings and errors to standard error and, with `requests`, a line for every request."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler])
    logging.getLogger(REQUESTS).setLevel(logging.INFO if requests else logging.WARNING)


def class_name(error: BaseException) -> str:
    """The class of an exception, with its module."""
    return f"{type(error).__module__}.{type(error).__qualname__}"


def stack_of(error: BaseException) -> list[str]:
    """The stack of an exception, innermost first: files, lines and functions, without values."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
