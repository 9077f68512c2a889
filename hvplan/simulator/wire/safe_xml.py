"""XML from a stranger: no document types, no entities, no odd encodings, bounded depth."""

from __future__ import annotations

import codecs
import xml.etree.ElementTree as ET

MAX_DEPTH = 200


class Malformed(ValueError):
    """What was sent is not what the protocol says; the text tells where."""


def parse(data: bytes | bytearray | memoryview) -> ET.Element:
    """Read one document in UTF-8, or in UTF-16 with its mark (both are what WS-Management takes). Raises Malformed."""
    raw = bytes(data)
    coding = "utf-16" if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    try:
        text = raw.decode(coding)
    except UnicodeDecodeError as error:
        raise Malformed(f"not {coding} text: {error.reason} at byte {error.start}") from None
    # `<!` begins a document type, an entity, a comment or a CDATA section; no client writes any of them.
    if "<!" in text:
        raise Malformed("document types, entities, comments and CDATA sections are not taken")
    try:
        root = ET.fromstring(text)  # noqa: S314  (no document type can be in it, and its depth is checked below)
    except (ET.ParseError, ValueError) as error:
        raise Malformed(str(error)) from None
    _check_depth(root)
    return root


def parse_message(data: bytes) -> ET.Element:
    """Read the CLIXML of a message, which begins with its element as the real engine wants it. Raises Malformed."""
    if data[:1] != b"<" or data[:2] == b"<?":
        raise Malformed("a message begins with its element, with neither space nor declaration before it")
    return parse(data)


def _check_depth(root: ET.Element) -> None:
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise Malformed(f"elements nest deeper than {MAX_DEPTH} levels")
