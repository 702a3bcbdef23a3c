"""Sources named by a URL, opened with fsspec as one sequential stream."""

from __future__ import annotations

import re
from typing import BinaryIO, cast

from rdbscope.errors import InputError, SourceNotFoundError, one_line
from rdbscope.sources.tap import Tap

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_EXTRAS = {
    "s3": "s3",
    "s3a": "s3",
    "gs": "gcs",
    "gcs": "gcs",
    "az": "azure",
    "abfs": "azure",
    "http": "http",
    "https": "http",
}


def is_url(name: str) -> bool:
    """Whether `name` has a scheme, such as `s3://bucket/dump.rdb`."""
    return _SCHEME.match(name) is not None


def open_url(url: str, tap: type[Tap] = Tap) -> tuple[Tap, int | None]:
    """Opens `url` and returns the stream and its size in bytes where the service tells it.

    Args:
        url: where it is.
        tap: how it is read.

    Raises:
        InputError: the scheme is unknown, its package is not installed, or the service refuses.
    """
    import fsspec

    try:
        filesystem, path = fsspec.core.url_to_fs(url)
        size = filesystem.info(path).get("size")
        # Read-ahead only: the dump is read once, front to back.
        stream = filesystem.open(path, "rb", block_size=tap.block_bytes, cache_type="readahead")
    except FileNotFoundError as problem:
        raise SourceNotFoundError(f"{url}: no such object") from problem
    except ImportError as problem:
        raise InputError(f"{url}: {problem}", hint=install_hint(url)) from problem
    except Exception as problem:
        raise InputError(f"{url}: cannot be opened: {one_line(problem)}") from problem
    return tap(cast(BinaryIO, stream)), size


def expand_url(url: str) -> list[str]:
    """The objects that a URL with `*`, `?` or `[` in its path names, in order.

    Raises:
        InputError: nothing matches, or the service refuses.
    """
    import fsspec

    try:
        filesystem, pattern = fsspec.core.url_to_fs(url)
        found = sorted(filesystem.unstrip_protocol(path) for path in filesystem.glob(pattern))
    except ImportError as problem:
        raise InputError(f"{url}: {problem}", hint=install_hint(url)) from problem
    except Exception as problem:
        raise InputError(f"{url}: cannot be listed: {one_line(problem)}") from problem
    if not found:
        raise SourceNotFoundError(f"{url}: nothing matches")
    return found


def install_hint(url: str) -> str | None:
    """How to install what reads this kind of URL, where an extra does."""
    extra = _EXTRAS.get(url.split("://", 1)[0].lower())
    return f"install it with: pip install 'rdbscope[{extra}]'" if extra else None
