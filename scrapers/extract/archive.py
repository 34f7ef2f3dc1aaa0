"""The parts of a ZIP-based document, read with suspicion: files come from the network and may be built to hurt."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Final

from lxml import etree

from tracker.errors import ExtractError
from tracker.models import Problem

# A law of the size of a code is a few MB of XML; documents with many pictures have some hundred parts.
MAX_MEMBERS: Final = 2_000
MAX_TOTAL: Final = 256 * 1024 * 1024
MAX_XML: Final = 64 * 1024 * 1024
MAX_RATIO: Final = 200
_RATIO_FLOOR: Final = 1024 * 1024  # small parts of repeated markup compress better than that and harm nobody
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 0x1
_RELATION: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


class Archive:
    """An opened ZIP file whose declared sizes are sane. Raises ExtractError (broken) for anything suspicious."""

    def __init__(self, body: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(body))
            members = self._zip.infolist()
        except (zipfile.BadZipFile, struct.error, ValueError, OverflowError, EOFError, NotImplementedError) as error:
            raise _broken("the archive is damaged or cut short: fetch the file again") from error
        self._members = {member.filename: member for member in members}
        if len(self._members) != len(members):
            raise _broken("the archive holds two parts of one name: programs would read it differently")
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_TOTAL:
            raise _broken(f"the archive unpacks to more than {MAX_MEMBERS} parts or {MAX_TOTAL} bytes: a bomb")
        for member in members:
            if member.flag_bits & _ENCRYPTED:
                raise _broken("the archive is encrypted: it cannot be read without its password")
            if member.compress_type not in _METHODS:
                raise _broken(f"the archive uses compression method {member.compress_type}, which documents do not")
            if member.file_size > max(_RATIO_FLOOR, MAX_RATIO * member.compress_size):
                raise _broken(f"a part of the archive unpacks to more than {MAX_RATIO} times its size: a bomb")

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """One part, no longer than its declared size."""
        member = self._members[name]
        if member.file_size > MAX_XML:
            raise _broken(f"a part of the archive is larger than {MAX_XML} bytes")
        try:
            return self._zip.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError, struct.error) as error:
            raise _broken("a part of the archive is damaged: fetch the file again") from error

    def xml(self, name: str) -> etree._Element | None:
        """One part as XML, None when there is no such part. No entity is expanded, no DTD allowed, nothing fetched."""
        if name not in self._members:
            return None
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False
        )
        try:
            root = etree.fromstring(self.read(name), parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise _broken("the XML of the document is damaged: fetch the file again") from error
        if root.getroottree().docinfo.doctype:
            raise _broken("the XML of the document declares a DTD, which Word never writes: not read")
        return root

    def target(self, part: str, kind: str) -> str | None:
        """The part that `part` (empty: the whole package) names in a relation whose type ends in `kind`."""
        folder, _, name = part.rpartition("/")
        relations = self.xml(f"{folder}/_rels/{name}.rels".lstrip("/"))
        if relations is None:
            return None
        for relation in relations.iter(_RELATION):
            if str(relation.get("Type", "")).endswith(f"/{kind}") and relation.get("TargetMode") != "External":
                target = str(relation.get("Target", ""))
                return target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")
        return None


def _broken(message: str) -> ExtractError:
    return ExtractError(Problem.BROKEN, message)
