"""rdbscope.toml: validated with file and line, merged from several places, shown with its sources."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdbscope.cli.options import read_options
from rdbscope.config import configuration
from rdbscope.config.formats import problem_of
from rdbscope.config.lines import line_of
from rdbscope.config.validate import schema, validate
from rdbscope.errors import UsageError
from rdbscope.sources import expand
from tests.conftest import Run


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a project inside and an empty home."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RDBSCOPE_CONFIG", raising=False)
    (tmp_path / "project" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project" / "below")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("\n\n[histroy]\nfull = 3", ":3: no such setting: 'histroy'; did you mean 'history'?"),
        ("# c\n[history]\nfull = 3\nkeep_dayly = 7", ":4: [history] has no 'keep_dayly'; did you mean 'keep_daily'?"),
        ("[history]\nfull = 0", ":2: 'history.full' is 0; it must be 1 or more"),
        ("[history]\nfull = true", ":2: 'history.full' is a whole number"),
        ("history = 3", ":1: 'history' is a table: [history]"),
        ('[[nodes]]\ndumps = "a"\n[[nodes]]\nrole = "slave"\ndumps = "b"', ":4: 'nodes[1].role' is 'slave'"),
        ('[[nodes]]\ndumps = "a"\n\n[[nodes]]\nrole = "master"', ":4: [[nodes]] needs 'dumps'"),
        ("nodes = 3", ":1: 'nodes' is a list of tables: [[nodes]]"),
        ('mail.host = "h"\nmail.from = "f"\nmail.to = []', ":3: 'mail.to' is empty"),
        ('db = ""', ":1: 'db' is empty"),
        ('[mail]\nhost = "h"\nfrom = "f"\nto = ["t"]\nport = 70000', ":5: 'mail.port' is 70000; it must be between 1"),
        ('[owners]\n"cart:*" = 3', ":2: 'owners.cart:*' is a text"),
        ("[checks]\nparams = {large-value = 3}", ":2: 'checks.params.large-value' is a table"),
        ("zzz = 1", ":1: no such setting: 'zzz'; known: db, "),
        ("a = ", ": cannot be read: "),
        ('[[nodes]]\ndumps = "a"\nmaxmemory = 99999999999999999999999', ":3: 'nodes[0].maxmemory' is 99999"),
        ('[[nodes]]\ndumps = "a"\nmaxmemory = -5', ":3: 'nodes[0].maxmemory' is -5; it must be between 0"),
        ('[[nodes]]\ndumps = "a"\nmaxmemory = "99999999999TB"', ":3: 'nodes[0].maxmemory' is wrong: '999999"),
        (f'[[nodes]]\ndumps = "a"\nmaxmemory = "{"9" * 400}"', ":3: 'nodes[0].maxmemory' is wrong: '99999999999"),
        ('[[nodes]]\ndumps = "a"\nmaxmemory = "many"', ":3: 'nodes[0].maxmemory' is wrong: 'many' is no size"),
        ('memory_limit = "lots"', ":1: 'memory_limit' is wrong: 'lots' is no size in bytes; write it like"),
        ('memory_limit = "1MB"', ":1: 'memory_limit' is wrong: a memory limit of 1MB is too small"),
        ('[mail]\nhost = "h"\nfrom = "("\nto = ["a@b"]', ":3: 'mail.from' is '('; write an address"),
        ('[mail]\nhost = "h"\nfrom = "a@b, c@d"\nto = ["a@b"]', ":3: 'mail.from' is more than one address"),
        ('[mail]\nhost = "h"\nfrom = "a@b"\nto = ["c@d", "<"]', ":4: 'mail.to[1]' is '<'; write an address"),
        ('[mail]\nhost = "h"\nfrom = "a@b"\nto = ["a@["]', ":4: 'mail.to[0]' is 'a@['"),
        ('[mail]\nhost = "h"\nfrom = "a@b"\nto = ["a@b\\nBcc: c@d"]', ":4: 'mail.to[0]' is 'a@b\\nBcc: c@d'"),
        ("db = " + "[" * 100_000, ": cannot be read: nested too deeply"),
        ('db = "a\\u0000b"', ":1: 'db' holds a NUL character, as no path does"),
        ('[nightly]\nlog = "a\\u0000b"', ":2: 'nightly.log' holds a NUL character"),
        ('[[nodes]]\ndumps = "a\\u0000b"', ":2: 'nodes[0].dumps' holds a NUL character"),
        ('[checks]\nfolders = ["a", "a\\u0000b"]', ":2: 'checks.folders[1]' holds a NUL character"),
        ('db = "~nosuch/b"', ":1: 'db' is '~nosuch/b'; there is no such user's home"),
        ('[nightly]\nfresh_within = "soon"', ":2: 'nightly.fresh_within' is 'soon'; write it like 26h or 2d"),
        ('[nightly]\nfresh_within = "0h"', ":2: 'nightly.fresh_within' is '0h'"),
        ('[nightly]\nfresh_within = "-5h"', ":2: 'nightly.fresh_within' is '-5h'"),
        ('[nightly]\nfresh_within = "never"', ":2: 'nightly.fresh_within' is 'never'"),
        ('[nightly]\nfresh_within = ""', ":2: 'nightly.fresh_within' is empty"),
        ('[nightly]\nfresh_within = "999999999999999999999d"', ":2: 'nightly.fresh_within' is '99999"),
    ],
)
def test_a_problem_has_its_line(place: Path, text: str, problem: str) -> None:
    file = place / "project" / "rdbscope.toml"
    file.write_text(text + "\n")
    with pytest.raises(UsageError) as raised:
        configuration()
    assert str(raised.value).startswith(f"{file}{problem}")


@pytest.mark.parametrize("name", ["h[os]t", "x*", "a?", "[", "plain"])
def test_a_glob_holds_in_a_folder_of_any_name(place: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = place / name
    folder.mkdir()
    for one in ("x-1.rdb", "x[1].rdb", "y.rdb"):
        (folder / one).touch()
    (folder / "rdbscope.toml").write_text(
        f'db = "h*.duckdb"\nnodes = [{{dumps = "x-*.rdb"}}, {{dumps = "x[[]*"}}, {{dumps = "x[1].rdb"}},'
        f'{{dumps = "y.rdb"}}, {{dumps = "{folder}/y.rdb"}}]\n'
    )
    monkeypatch.setenv("RDBSCOPE_CONFIG", str(folder / "rdbscope.toml"))
    values = configuration().values
    assert values["db"] == str(folder / "h*.duckdb")
    found = [[Path(source) for source in expand(node["dumps"])] for node in values["nodes"]]
    assert found == [[folder / one] for one in ("x-1.rdb", "x[1].rdb", "x[1].rdb", "y.rdb", "y.rdb")]


@pytest.mark.parametrize(
    "text",
    ["a@b", "root", "Ops <ops@example.org>", '"N, O" <a@b>', "a@b, C <c@d>", "ä@b.c", "a@[127.0.0.1]", '"a b"@c'],
)
def test_addresses_as_mail_knows_them(text: str) -> None:
    assert problem_of("addresses", text) is None


@pytest.mark.parametrize(
    "text", ["<", "(", "a@", "@b", "@", "[", "a@[1", "undisclosed:;", ",", " ", "a b", "a@b c@d", "a\0@b"]
)
def test_addresses_that_are_none(text: str) -> None:
    assert problem_of("addresses", text) is not None


def test_the_project_wins_over_the_user(place: Path) -> None:
    (place / "home" / "rdbscope").mkdir(parents=True)
    users = place / "home" / "rdbscope" / "rdbscope.toml"
    users.write_text('db = "mine.duckdb"\nnamespaces = ["a"]\n[history]\nfull = 5\nkeep_daily = 9\n')
    project = place / "project" / "rdbscope.toml"
    project.write_text('namespaces = ["b", "c"]\n\n[history]\nfull = 2\n[checks]\nfolders = ["ops"]\n')
    said = configuration()
    assert said.values["db"] == str(users.parent / "mine.duckdb")
    assert said.values["namespaces"] == ["b", "c"]
    assert said.values["history"] == {"full": 2, "keep_daily": 9}
    assert said.values["checks"]["folders"] == [str(project.parent / "ops")]
    assert {name: str(origin) for name, origin in said.origins.items()} == {
        ("db",): f"{users}:1",
        ("namespaces",): f"{project}:1",
        ("history", "full"): f"{project}:4",
        ("history", "keep_daily"): f"{users}:5",
        ("checks", "folders"): f"{project}:6",
    }


def test_urls_are_no_paths(place: Path) -> None:
    (place / "project" / "rdbscope.toml").write_text('[[nodes]]\ndumps = "s3://backups/*.rdb"\n')
    assert configuration().values["nodes"] == [{"dumps": "s3://backups/*.rdb"}]


def test_show_says_where_each_value_comes_from(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rdbscope.toml").write_text(
        'db = "a.duckdb"\n[[suppress]]\ncheck = "x"\nkey = "*"\nreason = "r"\nuntil = 2027-01-31\n'
    )
    done = run("config", "show", "--format", "jsonl", env={"RDBSCOPE_DB": "b.duckdb"})
    rows = {row["setting"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert rows["db"] == {"setting": "db", "value": "b.duckdb", "source": "variable RDBSCOPE_DB"}
    assert rows["suppress"]["source"] == f"{tmp_path / 'rdbscope.toml'}:2"
    assert json.loads(rows["suppress"]["value"])[0]["until"] == "2027-01-31"


def test_the_schema_is_one_that_editors_read(run: Run) -> None:
    printed = json.loads(run("config", "schema").stdout)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert printed == schema()


def test_the_memory_limit_of_the_file_is_for_duckdb_alone(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "rdbscope.toml").write_text('memory_limit = "100MB"\n')
    monkeypatch.setenv("RDBSCOPE_CONFIG", str(place / "rdbscope.toml"))
    assert read_options().replay_limit is None
    assert read_options(replay_memory="2GiB").replay_limit == 2 << 30


def test_a_memory_limit_of_the_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rdbscope.toml").write_text('memory_limit = "lots"\n')
    done = run("query", "select 1")
    assert done.returncode == 2 and b"lots" in done.stderr


_INNER = ["full", "dumps", "role", "check", "key", "reason", "until", "host", "from", "to", "port", "cache", "params"]
_NAMES = [*sorted(schema()["properties"]), *_INNER]
_VALUES = st.recursive(
    st.booleans() | st.integers(-2, 70_000) | st.sampled_from(["", "a", "master", "html"]) | st.just(date(2027, 1, 31)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(schema()["properties"])), _VALUES, max_size=3))
def test_our_walk_agrees_with_a_json_schema_validator(values: dict[str, Any]) -> None:
    def refused() -> bool:
        try:
            validate(values, Path("rdbscope.toml"), "")
        except UsageError:
            return True
        return False

    # Editors see dates as texts, which is the one difference between TOML and JSON.
    def dated(one: Any, inner: bool) -> Any:
        if isinstance(one, dict):
            return {name: dated(item, name == "until") for name, item in one.items()}
        if isinstance(one, list):
            return [dated(item, False) for item in one]
        if inner:
            return one.isoformat() if isinstance(one, date) else 0
        return [None] if isinstance(one, date) else one

    checker = jsonschema.FormatChecker(())
    for name in ("path", "glob", "duration", "size", "memory", "address", "addresses"):
        checker.checks(name)(lambda one, name=name: not isinstance(one, str) or not one or not problem_of(name, one))
    valid = jsonschema.Draft202012Validator(schema(), format_checker=checker).is_valid(dated(values, False))
    assert valid is not refused()


def test_lines_of_keys_in_every_spelling() -> None:
    text = '"db" = 1\n[ a . "b c" ]\nx.y = 2\n[[a.list]]\n[[a.list]]\nz = 3\n'
    assert line_of(text, ("db",)) == 1
    assert line_of(text, ("a", "b c", "x", "y")) == 3
    assert line_of(text, ("a", "list", 1, "z")) == 6
    assert line_of(text, ("a", "list", 1, "missing")) == 5
    assert line_of(text, ("none",)) is None


def test_every_setting_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "configuration.md").read_text("utf-8")
    for name, node in schema()["properties"].items():
        assert f"`{name}`" in page
        assert node["description"] in page


def test_the_variable_names_another_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "project" / "rdbscope.toml").write_text('db = "project.duckdb"\n')
    other = place / "other.toml"
    other.write_text('db = "other.duckdb"\n')
    monkeypatch.setenv("RDBSCOPE_CONFIG", os.fspath(other))
    assert configuration().values["db"] == str(place / "other.duckdb")
