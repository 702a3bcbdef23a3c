"""What may be opened: local files, standard input and URLs, compressed or not, recognised by content."""

from rdbscope.sources.expand import expand
from rdbscope.sources.opened import OpenSource, open_source

__all__ = ["OpenSource", "expand", "open_source"]
