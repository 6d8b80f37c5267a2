"""Puts the electronic seal on a finished PDF: one signature over the whole file, always in the same form."""

from collections.abc import Generator
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from mediation.sealing import cms
from mediation.sealing.seal_key import SealKey
from mediation.sealing.verification import CONTENTS_DIGITS

# Invisible, outside the page and with a name for screen readers, as PDF/A and PDF/UA want it.
_FIELD = SigFieldSpec(
    "Seal",
    readable_field_name="Sähköinen leima – Elektronisk stämpel – Electronic seal",
    invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
)


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
    # A PDF/A validator wants the addition to begin on a line of its own.
    writer = _Addition(BytesIO(pdf if pdf.endswith(b"\n") else pdf + b"\n"))
    steps: Generator[Any, Any, Any] = PdfCMSEmbedder(new_field_spec=_FIELD).write_cms("Seal", writer)
    next(steps)
    moment = at.astimezone(UTC).replace(microsecond=0)
    steps.send(SigObjSetup(SignatureObject(moment, subfilter=SigSeedSubFilter.PADES, bytes_reserved=CONTENTS_DIGITS)))
    prepared, output = steps.send(SigIOSetup(md_algorithm="sha256"))
    steps.close()  # we do the last step: it would write the signature in capital letters
    contents = cms.sign(prepared.document_digest, key.private, key.certificate).hex().encode()
    output.seek(prepared.reserved_region_start + 1)
    output.write(contents)  # zeros follow already
    return bytes(output.getvalue())
