"""What hash templates (Redis 8.10) add to the memory of keys, for those who read keys without a database.

A template's bytes are charged to the keys that use it in equal shares, and how many they are is known at the end of the
file only. So a dump of a version that has templates is read twice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from rdbscope.errors import DumpError, InputError
from rdbscope.sources import OpenSource, open_source
from rdbscope.sources.opened import can_be_read_again

if TYPE_CHECKING:
    from rdbscope._native import Reader
    from rdbscope.options import ReadOptions

    Watch = Callable[[OpenSource, Reader], contextlib.AbstractContextManager[object]]

# The first version of the format whose servers write templates.
_SINCE = 15


def may_have(source: OpenSource) -> bool:
    """Whether the version of its format has hash templates."""
    family, version = source.rdb_version or ("", 0)
    return family == "redis" and version >= _SINCE


def can_be_counted(source: OpenSource) -> bool:
    """Whether the source can be read once more."""
    return source.native_input() is not source or _is_log(source) or can_be_read_again(source.name)


def shares(source: OpenSource, options: ReadOptions, *, watch: Watch) -> dict[int, int]:
    """What each key of a template is charged, by the template's id, from a pass of its own.

    Args:
        source: stays as it is.
        options: salvage, and the server to model.
        watch: shows progress while the reader runs.

    Raises:
        DumpError: the dump is damaged.
        InputError: it cannot be read.
    """
    from rdbscope import _native

    with contextlib.ExitStack() as stack:
        again = source
        if source.native_input() is source and not _is_log(source):
            again = stack.enter_context(open_source(source.name))
        reader = options.reader(again.native_input())
        try:
            with watch(again, reader):
                return reader.template_shares()
        except _native.DumpError as problem:
            raise again.failure or DumpError(source.name, problem) from problem
        except OSError as problem:
            raise again.failure or InputError(f"{source.name}: {problem}") from problem


def _is_log(source: OpenSource) -> bool:
    return hasattr(source, "open_part")
