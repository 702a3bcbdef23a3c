"""`rdbscope explain`: what a check looks for, why, and what to do."""

from __future__ import annotations

import textwrap

import click

from rdbscope import console


@click.command()
@click.argument("check_id", metavar="[ID]", required=False)
def explain(check_id: str | None) -> None:
    """Explains a check; without ID it lists them all."""
    from rdbscope import config
    from rdbscope.checks.catalog import catalog, named
    from rdbscope.checks.settings import settings

    known = catalog(settings(config.configuration()).folders)
    if check_id is None:
        for one in known.values():
            click.echo(f"{one.check_id:26} {one.severity!s:7} {one.title}")
        return
    check = named(known, check_id)
    width = min(console.terminal_width(), 100)

    def paragraph(label: str, text: str) -> None:
        click.echo(textwrap.fill(text, width, initial_indent=f"{label:8}", subsequent_indent=" " * 8))

    click.echo(f"{check.check_id}: {check.title}")
    click.echo(f"severity {check.severity}, confidence {check.confidence}")
    click.echo()
    paragraph("why", check.why)
    paragraph("fix", check.fix)
    paragraph("before", check.before)
    paragraph("after", check.after)
    if check.needs:
        paragraph("needs", ", ".join(check.needs))
    for parameter in check.params:
        paragraph(
            "param", f"{check.check_id}.{parameter.name}={parameter.default_text} ({parameter.unit}): {parameter.help}"
        )
