"""The post: what carries a letter to its reader, an SMTP server or a folder of .eml files."""

import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as ON_THE_WIRE
from pathlib import Path
from smtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)
from typing import Protocol
from urllib.parse import unquote, urlsplit

from mediation import files
from mediation.errors import BadSetup, Malformed, MediationError, Unavailable
from mediation.settings import Settings

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Patience:
    """How many seconds a mail server may take: to be connected to, for an answer, and for the letter itself.

    After the final dot it may look the letter through for ten minutes (RFC 5321, 4.5.3.2): who hangs up before sends it
    again, and the reader gets both.
    """

    connect: float = 20
    answer: float = 120
    letter: float = 600

    @property
    def whole(self) -> float:
        """The longest that one letter takes: 13 answers before it, with TLS and a sign-in, and DATA, content and dot."""
        return self.connect + 13 * self.answer + 3 * self.letter


PATIENCE = Patience()


class Deferred(Unavailable):
    """The mail server does not take this letter now, but may later, and may take others: it asks us to come again."""


class Post(Protocol):
    """Carries messages. The same letter may be sent again after a failure: its message has the same Message-ID."""

    def send(self, letter_id: str, message: EmailMessage) -> None:
        """Take the message over for good, or refuse.

        `Deferred`: not this one, not now. Any other `Unavailable`: no letter gets through now. `Malformed`: this one
        never does.
        """


class Folder:
    """Writes each letter as `<letter id>.eml` into a folder, for a person or a machine to pick up.

    The name is the id alone: whoever lists the folder learns nothing of who is written to, or why.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, letter_id: str, message: EmailMessage) -> None:
        """Write the letter so that it is there whole or not at all. Refuses with `post-folder-unwritable`."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.replace(self.path / f"{letter_id}.eml", message.as_bytes(policy=ON_THE_WIRE))
        except OSError as error:
            raise Unavailable("post-folder-unwritable") from error


class Smtp:
    """Hands letters to the mail server at `smtp://[user@]host[:port]`, over TLS where the server offers it.

    `hello` is the name we greet it by, `patience` how long we wait for it. Refuses with `setting-unknown-mail` an address
    it cannot read.
    """

    def __init__(
        self, url: str, password: str = "", *, hello: str = "localhost", patience: Patience = PATIENCE
    ) -> None:
        try:
            parts = urlsplit(url)
            self.host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise BadSetup("setting-unknown-mail") from error
        if parts.scheme != "smtp" or not self.host:
            raise BadSetup("setting-unknown-mail")
        self.user, self._password = unquote(parts.username or ""), password
        self.port = port or (587 if self.user else 25)
        self.hello, self.patience = hello, patience

    def send(self, letter_id: str, message: EmailMessage) -> None:
        """Hand the letter over; when this returns, the server has taken it.

        Refuses with `post-unreachable`, `post-untrusted` (its certificate), `post-sign-in-refused`,
        `post-not-encrypted` (the password would travel in the clear), `letter-address-refused` and `letter-refused`,
        or with `letter-deferred` when it may take this letter later. Codes only: what a server says may quote the letter.
        """
        try:
            self._send(message)
        except SMTPRecipientsRefused as refused:
            [(code, words)] = refused.recipients.values()
            raise _refusal("letter-address-refused", code, words) from None
        except SMTPDataError as refused:
            raise _refusal("letter-refused", refused.smtp_code, refused.smtp_error) from None
        except SMTPSenderRefused as refused:  # the sender is ours: the letter cannot help it
            closing = refused.smtp_code == _CLOSING
            raise (Unavailable("post-unreachable") if closing else Deferred("letter-deferred")) from None
        except SMTPNotSupportedError:
            raise Malformed("letter-refused") from None
        except ssl.SSLError as error:
            raise Unavailable("post-untrusted") from error
        except (SMTPException, OSError) as error:
            raise Unavailable("post-unreachable") from error

    def _send(self, message: EmailMessage) -> None:
        server = _PatientSmtp(self.host, self.port, self.hello, self.patience)
        try:
            self._introduce(server)
            server.send_message(message, _address_in(message, "From"), _address_in(message, "To"))
            with suppress(SMTPException, OSError):  # the letter is taken: a farewell that fails must not send it again
                server.quit()
        finally:
            server.close()

    def _introduce(self, server: SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        elif self.user and self.host not in LOOPBACK:
            raise Unavailable("post-not-encrypted")
        if self.user:
            try:
                server.login(self.user, self._password)
            except (SMTPException, UnicodeError):  # smtplib can say no letter beyond ASCII in a password
                raise Unavailable("post-sign-in-refused") from None


class _PatientSmtp(SMTP):
    """A conversation that waits for each answer as long as is due to it."""

    def __init__(self, host: str, port: int, hello: str, patience: Patience) -> None:
        self._patience, self._within = patience, patience.answer
        super().__init__(host, port, hello, patience.connect)

    def getreply(self) -> tuple[int, bytes]:
        """The next answer."""
        if self.sock is not None:
            self.sock.settimeout(self._within)
        return super().getreply()

    def data(self, msg: str | bytes) -> tuple[int, bytes]:  # type: ignore[override]
        """The letter itself."""
        self._within = self._patience.letter
        try:
            return super().data(msg)
        finally:
            self._within = self._patience.answer

    def quit(self) -> tuple[int, bytes]:
        """A farewell, for which nobody waits long: the letter is taken, and only then written down as delivered."""
        self._within = self._patience.connect
        return super().quit()


def _refusal(code: str, answer: int, words: bytes | str) -> MediationError:
    """What an answer means: 421 that the server goes, 4xx that it may take the letter later, 5xx that it never does.

    But a 5xx about us (RFC 3463: security and policy, such as a relay that does not know us; RFC 5321: a wrong order of
    commands, no sign-in) says nothing of the letter: it is tried again, until somebody has mended that.
    """
    if answer == _CLOSING:
        return Unavailable("post-unreachable")
    if answer < _PERMANENT or answer in _ABOUT_US or words[:4] in (b"5.7.", "5.7."):
        return Deferred("letter-deferred")
    return Malformed(code)


_CLOSING, _PERMANENT = 421, 500
_ABOUT_US = {500, 501, 502, 503, 504, 530, 534, 535, 538}


def _address_in(message: EmailMessage, header: str) -> str:
    [address] = message[header].addresses
    return str(address.addr_spec)


def mail_address(text: str, name: str = "") -> Address:
    """The one address in `text`, shown as `name`. Refuses with `letter-address-unusable` anything more or less."""
    try:
        address = Address(addr_spec=text)
        return Address(name, address.username, address.domain.encode("idna").decode("ascii"))
    except (ValueError, IndexError, MessageError):
        raise Malformed("letter-address-unusable") from None


def post_for(settings: Settings) -> Post:
    """The post of an installation. Refuses with `setting-unknown-mail` and `setting-unusable-mail-from`."""
    try:
        domain = mail_address(settings.mail_from).domain
    except Malformed:
        raise BadSetup("setting-unusable-mail-from") from None
    kind, _, place = settings.mail.partition(":")
    if kind == "folder" and place:
        return Folder(Path(place))
    return Smtp(settings.mail, settings.smtp_password, hello=domain)
