"""The wheel carries the SQL, and works where no source is."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rdbscope.query_files import views
from tests.conftest import ROOT, environment


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT],
        check=True,
        capture_output=True,
        # The build backend calls the maturin that stands beside this interpreter.
        env=environment(PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"),
        timeout=600,
    )
    [built] = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_query_and_nothing_stray(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    queries = {f"rdbscope/queries/{path.relative_to(ROOT / 'queries')}" for path in (ROOT / "queries").rglob("*.sql")}
    assert queries and queries <= names
    store = {
        f"rdbscope/store/{path.relative_to(ROOT / 'rdbscope/store')}"
        for path in (ROOT / "rdbscope/store").rglob("*.sql")
    }
    assert store <= names
    reports = {f"templates/report.{kind}" for kind in ("html.j2", "css", "js")} | {"schema/report-1.json"}
    assert {f"rdbscope/reports/{name}" for name in reports} <= names
    assert {"rdbscope/py.typed", "rdbscope/_native.pyi"} <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"rdbscope"}
    assert "cp310-abi3" in wheel.name


def test_the_installed_wheel_works_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, wheel],
        check=True,
        timeout=300,
    )
    script = "import rdbscope, sys; from rdbscope.__main__ import main; assert 'installed' in rdbscope.__file__; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, "load", ROOT / "fixtures/demo/shop.rdb.gz"],
        cwd=tmp_path,
        capture_output=True,
        env=environment(PYTHONPATH=str(target)),
        check=False,
        timeout=120,
    )
    assert (done.returncode, b"3,684 keys" in done.stdout) == (0, True), done.stderr


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    lines = text[text.index("dependencies = [") : text.index("[project.optional-dependencies]")].splitlines()[1:]
    for before, line in itertools.pairwise(lines):
        if line.strip().startswith('"'):
            assert before.strip().startswith("#"), line


def test_every_query_file_has_a_header_that_is_yaml() -> None:
    import yaml

    for view in views():
        text = (ROOT / "queries" / "views" / f"{view.name}.sql").read_text("utf-8")
        header = yaml.safe_load(text.split("/*---\n")[1].split("---*/")[0])
        assert (header["title"], header.get("columns", {})) == (view.title, view.columns)


def test_the_version_has_one_source() -> None:
    import rdbscope

    crate = (ROOT / "parsers" / "Cargo.toml").read_text("utf-8")
    assert f'version = "{rdbscope.__version__}"' in crate.splitlines()
