"""HTML pages that are closed: every text is escaped, no request leaves them, nothing but our own script runs."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rdbscope.console import safe_text

if TYPE_CHECKING:
    import jinja2


def render(template: Path, values: Mapping[str, object], *, style: str, script: str | None = None) -> str:
    """The page of a template.

    Args:
        template: the file, which has places for `policy`, `style` and, with a script, `script`.
        values: what the template shows; texts are escaped, control characters in them made visible.
        style: name of the style sheet beside it.
        script: name of the script beside it.
    """
    ours = {"style": style} if script is None else {"style": style, "script": script}
    texts = {kind: template.with_name(name).read_text("utf-8") for kind, name in ours.items()}
    allowed = "; ".join(f"{kind}-src {_hash(text)}" for kind, text in texts.items())
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    return _compiled(template).render(policy=policy, **{kind: _Trusted(text) for kind, text in texts.items()}, **values)


@cache
def _compiled(template: Path) -> jinja2.Template:
    """Compiled once: a nightly job renders hundreds of pages."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template.parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: safe_text(value) if type(value) is str else value,
    )
    return environment.get_template(template.name)


class _Trusted(str):
    """A file of ours, in which nothing must be escaped."""

    def __html__(self) -> str:
        return str(self)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
