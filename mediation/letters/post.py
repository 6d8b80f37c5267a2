"""The post: sends letters through an SMTP server, or writes them as .eml files into a folder."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as ON_THE_WIRE
from pathlib import Path
from threading import Lock
from typing import Protocol
from urllib.parse import unquote, urlsplit

import idna

from mediation import files
from mediation.errors import BadSetup, Malformed, MediationError, Unavailable
from mediation.settings import Settings

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Timeouts:
    """How many seconds a mail server may take to accept a connection, to answer, and to take the letter itself.

    After the final dot it may check the letter for ten minutes (RFC 5321, 4.5.3.2). If we hung up before, we would send the
    letter again, and the reader would get both.
    """

    connect: float = 20
    answer: float = 120
    letter: float = 600

    @property
    def whole(self) -> float:
        """The longest that one letter can take: 13 answers before it, with TLS and sign-in, then DATA, content and dot.

        And two before that, where a connection that was kept turns out to be over.
        """
        return 2 * self.connect + self.connect + 13 * self.answer + 3 * self.letter


TIMEOUTS = Timeouts()


class Deferred(Unavailable):
    """The mail server does not take this letter now but may later. It may take others now."""


class Post(Protocol):
    """Sends messages. A letter may be sent again after a failure, with the same Message-ID."""

    def send(self, letter_id: str, message: EmailMessage) -> None:
        """Accept responsibility for the message, or refuse.

        `Deferred`: this letter cannot be sent now. Any other `Unavailable`: no letter can be sent now. `Malformed`: this
        letter can never be sent.
        """

    def pause(self) -> None:
        """No letter is due for now. Never fails."""


class Folder:
    """Writes each letter as `<letter id>.eml` into a folder. The names reveal neither recipients nor reasons."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, letter_id: str, message: EmailMessage) -> None:
        """Write the letter, completely or not at all. Refuses with `post-folder-unwritable`."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.replace(self.path / f"{letter_id}.eml", message.as_bytes(policy=ON_THE_WIRE))
        except OSError as error:
            raise Unavailable("post-folder-unwritable") from error

    def pause(self) -> None:
        """Nothing to do."""


class Smtp:
    """Sends letters to the mail server at `smtp://[user@]host[:port]`, over TLS if the server offers it.

    The letters of a round go over one connection, until `pause`.
    `hello` is our name in EHLO. Refuses with `setting-unknown-mail` an address that it cannot parse.
    """

    def __init__(
        self, url: str, password: str = "", *, hello: str = "localhost", timeouts: Timeouts = TIMEOUTS
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
        self.hello, self.timeouts = hello, timeouts
        self._kept: _SmtpWithTimeouts | None = None
        self._one_at_a_time = Lock()

    def send(self, letter_id: str, message: EmailMessage) -> None:
        """Send the letter; when this returns, the server has accepted it.

        Refuses with `post-unreachable`, `post-untrusted` (its certificate), `post-sign-in-refused`,
        `post-not-encrypted` (the password would travel in the clear), `letter-address-refused` and `letter-refused`,
        or with `letter-deferred` when it may accept this letter later. Codes only, for a server's answer may quote the letter.
        """
        try:
            with self._one_at_a_time:
                self._send(message)
        except smtplib.SMTPRecipientsRefused as refused:
            [(code, words)] = refused.recipients.values()
            raise _refusal("letter-address-refused", code, words) from None
        except smtplib.SMTPDataError as refused:
            raise _refusal("letter-refused", refused.smtp_code, refused.smtp_error) from None
        except smtplib.SMTPSenderRefused as refused:  # the sender is ours, so this is not the letter's fault
            closing = refused.smtp_code == _CLOSING
            raise (Unavailable("post-unreachable") if closing else Deferred("letter-deferred")) from None
        except smtplib.SMTPNotSupportedError:
            raise Malformed("letter-refused") from None
        except ssl.SSLError as error:
            raise Unavailable("post-untrusted") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable("post-unreachable") from error

    def pause(self) -> None:
        """End the conversation with the server. If QUIT fails, all letters are accepted or refused none the less."""
        with self._one_at_a_time:
            kept, self._kept = self._kept, None
            if kept is not None:
                with suppress(smtplib.SMTPException, OSError):
                    kept.quit()
                kept.close()

    def _send(self, message: EmailMessage) -> None:
        server, self._kept = self._kept, None
        if server is None or not self._takes(server, message):
            server = _SmtpWithTimeouts(self.host, self.port, self.hello, self.timeouts)
            with _closed_where_that_fails(server):
                self._sign_in(server)
                server.hand_over(message)
        self._kept = server

    def _takes(self, kept: "_SmtpWithTimeouts", message: EmailMessage) -> bool:
        """Whether a connection that was kept takes a letter; False if it was over before it had the letter.

        A server may close it at any time, also after so many letters. Where it broke in the middle of the letter nobody
        knows whether the server has it: that is refused like on a new connection.
        """
        with _closed_where_that_fails(kept):
            try:
                kept.hand_over(message, within=self.timeouts.connect)
            except (smtplib.SMTPException, OSError) as error:
                if kept.has_letter or (isinstance(error, _REFUSED) and _CLOSING not in _answers(error)):
                    raise
                kept.close()
                return False
        return True

    def _sign_in(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        elif self.user and self.host not in LOOPBACK:
            raise Unavailable("post-not-encrypted")
        if self.user:
            try:
                server.login(self.user, self._password)
            except (smtplib.SMTPException, UnicodeError):  # smtplib cannot send a password beyond ASCII
                raise Unavailable("post-sign-in-refused") from None


class _SmtpWithTimeouts(smtplib.SMTP):
    """An SMTP connection with another timeout for each phase."""

    def __init__(self, host: str, port: int, hello: str, timeouts: Timeouts) -> None:
        self._timeouts, self._within = timeouts, timeouts.answer
        self.has_letter = False
        super().__init__(host, port, hello, timeouts.connect)

    def hand_over(self, message: EmailMessage, *, within: float | None = None) -> None:
        """Send a letter; `within` so many seconds the server has to answer before it gets the letter itself."""
        self.has_letter, self._within = False, within or self._timeouts.answer
        self.send_message(message, _address_in(message, "From"), _address_in(message, "To"))

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is not None:
            self.sock.settimeout(self._within)
        return super().getreply()

    def data(self, msg: str | bytes) -> tuple[int, bytes]:  # type: ignore[override]
        self.has_letter, self._within = True, self._timeouts.letter
        try:
            return super().data(msg)
        finally:
            self._within = self._timeouts.answer

    def quit(self) -> tuple[int, bytes]:
        """QUIT, with a short timeout: there is nothing to wait for."""
        self._within = self._timeouts.connect
        return super().quit()


@contextmanager
def _closed_where_that_fails(server: smtplib.SMTP) -> Iterator[None]:
    try:
        yield
    except BaseException:
        server.close()
        raise


_REFUSED = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)


def _answers(refused: smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused) -> set[int]:
    if isinstance(refused, smtplib.SMTPRecipientsRefused):
        return {code for code, _ in refused.recipients.values()}
    return {refused.smtp_code}


def _refusal(code: str, answer: int, words: bytes | str) -> MediationError:
    """The refusal for an answer: 421 the server closes, 4xx it may accept the letter later, 5xx it never does.

    But a 5xx about us says nothing about the letter (RFC 3463: security and policy, such as a relay that does not know us;
    RFC 5321: a wrong order of commands, no sign-in). The letter is tried again until somebody has fixed that.
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
    """The one address in `text`, shown as `name`. Refuses with `letter-address-unusable` if there is not exactly one."""
    try:
        address = Address(addr_spec=text)
        domain = address.domain
        return Address(name, address.username, domain if domain.isascii() else idna.encode(domain, uts46=True).decode())
    except (ValueError, IndexError, MessageError):
        raise Malformed("letter-address-unusable") from None


def post_for(settings: Settings) -> Post:
    """The post of an installation. Refuses with `setting-unknown-mail` and `setting-unusable-mail-from`."""
    try:
        domain = mail_address(settings.mail_from).domain
    except Malformed:
        raise BadSetup("setting-unusable-mail-from") from None
    kind, _, path = settings.mail.partition(":")
    if kind == "folder" and path:
        return Folder(Path(path))
    return Smtp(settings.mail, settings.smtp_password, hello=domain)
