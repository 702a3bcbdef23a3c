"""Which snapshots stay: pure arithmetic on dates."""

from __future__ import annotations

from datetime import datetime, timezone

from hypothesis import given
from hypothesis import strategies as st

from rdbscope.history.retention import Kept, Plan, Rule, plan, rule

DAY = 86_400_000


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp() * 1000)


def test_days_weeks_and_months() -> None:
    # One snapshot per day of 120 days up to Sunday 2026-03-01.
    last = at("2026-03-01T04:00")
    history = [Kept(number, "a", last - (119 - number) * DAY, True) for number in range(120)]
    found = plan(history, Rule(full=3, daily=7, weekly=4, monthly=3))
    staying = {one.snapshot_id for one in history} - set(found.drop)
    days = {
        datetime.fromtimestamp(history[number].at_ms / 1000, tz=timezone.utc).date().isoformat() for number in staying
    }
    assert days == {
        *(f"2026-02-{day}" for day in (23, 24, 25, 26, 27, 28)),
        "2026-03-01",  # seven days, and the week and the month that are under way
        *("2026-02-22", "2026-02-15", "2026-02-08"),  # the Sundays of the three weeks before
        "2026-01-31",  # the month before February, whose last day is among the seven
    }
    assert set(found.thin) == staying - {117, 118, 119}


def test_each_node_by_itself_and_several_a_day() -> None:
    first = at("2026-01-10T01:00")
    history = [
        Kept(1, "a", first, True),
        Kept(2, "a", first + 3_600_000, True),
        Kept(3, "a", first + DAY, True),
        Kept(4, "b", first - 900 * DAY, True),
    ]
    assert plan(history, Rule(full=1, daily=2, weekly=0, monthly=0)) == Plan(drop=(1,), thin=(2,))
    assert plan(history, Rule(full=1, daily=0, weekly=0, monthly=0)) == Plan(drop=(1, 2), thin=())
    assert plan([], Rule()) == Plan((), ())


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 400 * DAY), st.booleans()), max_size=40),
    st.tuples(st.integers(1, 4), st.integers(0, 9), st.integers(0, 5), st.integers(0, 5)),
)
def test_a_second_time_changes_nothing(rows: list[tuple[str, int, bool]], numbers: tuple[int, int, int, int]) -> None:
    given_rule = Rule(*numbers)
    history = [Kept(number, *row) for number, row in enumerate(rows)]
    once = plan(history, given_rule)
    assert not set(once.drop) & set(once.thin)
    left = [
        Kept(one.snapshot_id, one.lineage, one.at_ms, one.detailed and one.snapshot_id not in once.thin)
        for one in history
        if one.snapshot_id not in once.drop
    ]
    assert plan(left, given_rule) == Plan((), ())
    for node in {one.lineage for one in history}:
        newest = max((one for one in history if one.lineage == node), key=lambda one: (one.at_ms, one.snapshot_id))
        assert newest.snapshot_id not in (*once.drop, *once.thin)


def test_what_must_stay_stays_however_old() -> None:
    history = [Kept(number, "a", at("2026-03-01T04:00") - number * 40 * DAY, True) for number in range(6)]
    narrow = Rule(full=1, daily=1, weekly=0, monthly=0)
    assert plan(history, narrow) == Plan(drop=(1, 2, 3, 4, 5), thin=())
    assert plan(history, narrow, keep={4}) == Plan(drop=(1, 2, 3, 5), thin=(4,))


def test_options_come_before_the_configuration() -> None:
    configured = {"full": 2, "keep_daily": 9}
    given_options = {"full": None, "daily": 1, "weekly": None, "monthly": None}
    assert rule(configured, given_options) == Rule(full=2, daily=1, weekly=4, monthly=3)
