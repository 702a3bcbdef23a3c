"""One key as a tree: what is known of it, and the terms that its memory is made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rdbscope.reports.colour import bold
from rdbscope.reports.human import size

if TYPE_CHECKING:
    from rdbscope.bill import Bill
    from rdbscope.reports.output import Output

# Shown first, in this order; the rest follows as it stands in the view.
_FIRST = ("type", "encoding", "kind", "elements", "memory_bytes", "allocated_bytes", "ttl_seconds")
_LABEL = 26


def write(facts: Sequence[dict[str, object]], bills: Sequence[Bill], out: Output, format_name: str) -> None:
    """Writes every key of the name, as a tree or as JSON."""
    by_db = {bill.db: bill for bill in bills}
    if format_name == "json":
        out.text(json.dumps([_machine(fact, by_db) for fact in facts], indent=2, ensure_ascii=False) + "\n")
        return
    for fact in facts:
        out.text(_tree(fact, by_db.get(_number(fact["db"])), out.colour))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _machine(fact: dict[str, object], bills: dict[int, Bill]) -> dict[str, object]:
    known = {name: value for name, value in fact.items() if value is not None}
    bill = bills.get(_number(fact["db"]))
    if bill is not None:
        known["bill"] = {
            "server": bill.server,
            "encoding": bill.encoding,
            "memory_bytes": bill.memory_bytes,
            "memory_exact": bill.memory_exact,
            "allocated_bytes": bill.allocated_bytes,
            "deviation_bytes": bill.deviation_bytes,
            "terms": [
                {"part": term.part, "counted_bytes": term.counted, "allocated_bytes": term.allocated}
                for term in bill.terms
            ],
        }
    return known


def _tree(fact: dict[str, object], bill: Bill | None, colour: bool) -> str:
    names = [name for name in _FIRST if fact.get(name) is not None]
    names += [name for name, value in fact.items() if value is not None and name not in (*_FIRST, "name", "db")]
    lines = [f"{bold(str(fact['name']), colour)}  (db {fact['db']})"]
    last = len(names) - 1 if bill is None else len(names)
    for number, name in enumerate(names):
        branch = "└" if number == last else "├"
        lines.append(f"{branch} {name:{_LABEL}} {_shown(name, fact[name])}")
    if bill is not None:
        lines += _bill(bill)
    return "\n".join(lines) + "\n"


def _shown(name: str, value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}" + (f" ({size(value)})" if name.endswith("_bytes") and value >= 1024 else "")
    return str(value)


def _bill(bill: Bill) -> list[str]:
    if bill.memory_bytes is None:
        return [f"└ memory in {bill.server}: unknown, only the module could tell"]
    chance = "" if bill.memory_exact else f", expected value (standard deviation {bill.deviation_bytes:,.0f})"
    lines = [f"└ memory in {bill.server}: {bill.memory_bytes:,} bytes{chance}"]
    lines.append(f"  {'':{_LABEL}} {'counted':>14} {'allocated':>14}")
    for number, term in enumerate(bill.terms):
        branch = "└" if number == len(bill.terms) - 1 else "├"
        lines.append(f"  {branch} {term.part:{_LABEL - 2}} {term.counted:>14,} {term.allocated:>14,}")
    return lines
