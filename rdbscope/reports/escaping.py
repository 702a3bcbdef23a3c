r"""Bytes that no output may pass on: control characters, which a terminal or a spreadsheet would act on."""

from __future__ import annotations

import re

# C0 without the line end that separates rows, DEL, and C1 in UTF-8.
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")


def escape_controls(chunk: bytes, form: str) -> bytes:
    r"""Replaces control characters in UTF-8 text; `form` is how one is written, for example `\x%02x` or `\u%04x`."""
    if _CONTROL.search(chunk) is None:
        return chunk
    return _CONTROL.sub(lambda found: (form % found[0][-1]).encode(), chunk)
