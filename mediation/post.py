"""The post: what carries a letter to its reader, an SMTP server or a folder of .eml files."""

import ssl
from contextlib import suppress
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
from mediation.errors import BadSetup, Malformed, Unavailable
from mediation.settings import Settings

SECONDS = 20.0  # that a mail server may take for each answer
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Post(Protocol):
    """Carries messages. The same letter may be sent again after a failure: its message has the same Message-ID."""

    def send(self, letter_id: str, message: EmailMessage) -> None:
        """Take the message over for good, or refuse.

        `Unavailable`: no letter gets through now. `Malformed`: this one does not.
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

    `hello` is the name we greet it by. Refuses with `setting-unknown-mail` an address it cannot read.
    """

    def __init__(self, url: str, password: str = "", *, hello: str = "localhost", seconds: float = SECONDS) -> None:
        try:
            parts = urlsplit(url)
            self.host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise BadSetup("setting-unknown-mail") from error
        if parts.scheme != "smtp" or not self.host:
            raise BadSetup("setting-unknown-mail")
        self.user, self._password = unquote(parts.username or ""), password
        self.port = port or (587 if self.user else 25)
        self.hello, self.seconds = hello, seconds

    def send(self, letter_id: str, message: EmailMessage) -> None:
        """Hand the letter over; when this returns, the server has taken it.

        Refuses with `post-unreachable`, `post-untrusted` (its certificate), `post-sign-in-refused`,
        `post-not-encrypted` (the password would travel in the clear), `letter-address-refused` and `letter-refused`.
        Codes only: what a server says may quote the letter.
        """
        try:
            self._send(message)
        except SMTPRecipientsRefused:
            raise Malformed("letter-address-refused") from None
        except (SMTPSenderRefused, SMTPDataError, SMTPNotSupportedError):
            raise Malformed("letter-refused") from None
        except ssl.SSLError as error:
            raise Unavailable("post-untrusted") from error
        except (SMTPException, OSError) as error:
            raise Unavailable("post-unreachable") from error

    def _send(self, message: EmailMessage) -> None:
        server = SMTP(self.host, self.port, self.hello, self.seconds)
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
