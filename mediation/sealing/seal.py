"""Puts the electronic seal on a finished PDF: one signature over the whole file, always in the same form."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore

from mediation.errors import BadSetup, Unavailable
from mediation.sealing import chained_cms, cms
from mediation.sealing.chained_cms import Chain
from mediation.sealing.chained_verification import CHAINED_DIGITS
from mediation.sealing.own_certificate import OwnCertificate, signing
from mediation.sealing.revocation import revocations
from mediation.sealing.seal_key import SealKey
from mediation.sealing.time_stamps import Authority
from mediation.sealing.verification import CONTENTS_DIGITS

# Invisible, outside the page and with a name for screen readers, as PDF/A and PDF/UA want it.
_FIELD = SigFieldSpec(
    "Seal",
    readable_field_name="Sähköinen leima – Elektronisk stämpel – Electronic seal",
    invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
)


STAMP_NAME = "Aikaleima – Tidsstämpel – Time-stamp"


class _Addition(IncrementalPdfFileWriter):
    """pyHanko's writer of additions to a PDF, without two things that it adds on its own."""

    def _update_meta(self) -> None:
        # It would rewrite the XMP metadata and break the extension schemas that PDF/A wants (pyHanko issue 755, still so in
        # 0.38). Sealing does not change what the metadata say.
        pass

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> ArrayObject:
        # It would be random; ours follows from the file, so that sealing again gives the same bytes.
        prev.stream.seek(0)
        first, _ = prev.trailer["/ID"]
        return ArrayObject(
            [ByteStringObject(first.original_bytes), ByteStringObject(sha256(prev.stream.read()).digest()[:16])]
        )


def seal(pdf: bytes, key: SealKey, at: datetime) -> bytes:
    """`pdf`, as `Sheet.pdf` makes it, with the electronic seal of `key` added to its end.

    `at` (with a time zone) is stated as the time of sealing, to the second. The same arguments give the same bytes.
    """
    return _sealed(pdf, at, CONTENTS_DIGITS, lambda digest: cms.sign(digest, key.private, key.certificate))


@dataclass(frozen=True)
class Sealer:
    """What seals: the installation's own key or a certificate of one's own, and an authority that stamps the time, if any.

    With `lasting`, what is needed to check the seal later is added, and the whole is stamped once more (PAdES B-LTA).
    """

    key: SealKey | OwnCertificate
    authority: Authority | None = None
    lasting: bool = False

    @property
    def level(self) -> str:
        """Which level of PAdES its seals have (ETSI EN 319 142-1)."""
        return "B-B" if self.authority is None else "B-LTA" if self.lasting else "B-T"

    @property
    def chain(self) -> Chain:
        """The certificates that a seal brings along."""
        return Chain(self.key.certificate) if isinstance(self.key, SealKey) else self.key.chain


def seal_with(pdf: bytes, sealer: Sealer, at: datetime) -> bytes:
    """`pdf` with the seal of `sealer`, like `seal`, which does it where there is neither own certificate nor authority.

    An authority is asked over the network: never call it while a transaction is open. Refuses with `time-stamp-missing`
    (Unavailable) where it does not answer, with `seal-own-ended` where the own certificate has ended since the start, and like
    `revocations`; nothing is sealed then.
    """
    if isinstance(sealer.key, SealKey) and sealer.authority is None:
        return seal(pdf, sealer.key, at)
    chain, authority = sealer.chain, sealer.authority
    if isinstance(sealer.key, OwnCertificate) and at > sealer.key.ends:
        raise Unavailable("seal-own-ended")
    with_key = signing(sealer.key.private) if isinstance(sealer.key, SealKey) else sealer.key.with_key

    def signed(digest: bytes) -> bytes:
        signature = chained_cms.sign(digest, chain, with_key)
        stamp = authority.stamp(signature) if authority is not None else None
        return chained_cms.assemble(digest, chain, signature, stamp)

    sealed = _sealed(pdf, at, CHAINED_DIGITS, signed)
    return _lasting(sealed, chain, authority, at) if sealer.lasting and authority is not None else sealed


def _sealed(pdf: bytes, at: datetime, digits: int, sign: Callable[[bytes], bytes]) -> bytes:
    # A PDF/A validator wants the addition to begin on a line of its own.
    writer = _Addition(BytesIO(pdf if pdf.endswith(b"\n") else pdf + b"\n"))
    steps: Generator[Any, Any, Any] = PdfCMSEmbedder(new_field_spec=_FIELD).write_cms("Seal", writer)
    next(steps)
    moment = at.astimezone(UTC).replace(microsecond=0)
    steps.send(SigObjSetup(SignatureObject(moment, subfilter=SigSeedSubFilter.PADES, bytes_reserved=digits)))
    prepared, output = steps.send(SigIOSetup(md_algorithm="sha256"))
    steps.close()  # we do the last step: it would write the signature in capital letters
    contents = sign(prepared.document_digest).hex().encode()
    if len(contents) > digits:
        raise BadSetup("seal-own-too-large")
    output.seek(prepared.reserved_region_start + 1)
    output.write(contents)  # zeros follow already
    return bytes(output.getvalue())


def _lasting(sealed: bytes, chain: Chain, authority: Authority, at: datetime) -> bytes:
    """The sealed file with the certificates and what says that they are not revoked, stamped as a whole."""
    writer = _Addition(BytesIO(sealed if sealed.endswith(b"\n") else sealed + b"\n"))
    certificates = [asn1.Certificate.load(one.public_bytes(Encoding.DER)) for one in chain.all]
    told = revocations(chain, at)
    lists = [asn1_crl.CertificateList.load(one) for one in told.lists]
    answers = [asn1_ocsp.OCSPResponse.load(one) for one in told.answers]
    DocumentSecurityStore.supply_dss_in_writer(
        writer, None, certs=[*certificates, *authority.roots], crls=lists, ocsps=answers, validation_context=None
    )
    stamper = PdfTimeStamper(authority, "Stamp", _FIELD.invis_sig_settings, STAMP_NAME)

    async def stamped() -> Any:
        return await stamper.async_timestamp_pdf(writer, "sha256", bytes_reserved=CHAINED_DIGITS)

    whole = bytes(authority.tried(stamped).getvalue())
    start = whole.rindex(b"/Contents <") + len(b"/Contents <")
    end = whole.index(b">", start)
    # In small digits, as everywhere: in capitals the same stamp would be other bytes.
    return whole[:start] + whole[start:end].lower() + whole[end:]
