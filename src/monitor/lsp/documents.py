"""The open documents: pygls' workspace with exact edits.

Its own documents divide lines as Python does, at a form feed or U+2028 too, which the protocol
does not: an edit below such a character would land on the wrong line.
"""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types
from pygls.workspace import TextDocument, Workspace

from monitor.lsp.lines import Encoding, Lines


def encoding_of(kind: types.PositionEncodingKind | str | None) -> Encoding:
    """Return how characters are counted; the protocol's default is UTF-16."""
    if kind == types.PositionEncodingKind.Utf8:
        return "utf-8"
    return "utf-32" if kind == types.PositionEncodingKind.Utf32 else "utf-16"


class ExactDocument(TextDocument):
    """A document whose text after any edits is the client's."""

    def _apply_incremental_change(self, change: types.TextDocumentContentChangePartial) -> None:
        start, end = change.range.start, change.range.end
        lines = Lines(self.source, encoding_of(self.position_codec.encoding))
        self._source = lines.edited(
            (start.line, start.character), (end.line, end.character), change.text
        )

    @property
    def lines(self) -> Sequence[str]:
        """The lines with their ends, as the protocol divides them."""
        return Lines(self.source).divided()


class ExactWorkspace(Workspace):
    """A workspace of such documents."""

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> TextDocument:
        return ExactDocument(
            doc_uri,
            source=source,
            version=version,
            language_id=language_id,
            sync_kind=self._sync_kind,
            position_codec=self._position_codec,
        )
