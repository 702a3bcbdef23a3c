"""The dumps that are measured: made by the crate's generator, or given."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

CRATE = Path(__file__).resolve().parent.parent / "parsers"

#: Keys (documents) of the full dumps, as the budgets have them.
FULL_KEYS = {"small": 12_000_000, "values": 200_000}

#: The newest version that the `redis-check-rdb` of distributions in long use (7.0) reads.
DEFAULT_RDB_VERSION = 10


@dataclass(frozen=True)
class Dump:
    """A dump on disk; `size_bytes` and `keys` are counted, not believed."""

    name: str
    path: Path
    size_bytes: int
    keys: int
    rdb_version: int


def build_examples() -> Path:
    """Builds the crate's examples (generator, floor, walk) and gives their folder.

    Raises:
        subprocess.CalledProcessError: cargo failed.
    """
    command = ["cargo", "build", "--release", "--no-default-features", "--examples", "--quiet"]
    subprocess.run(command, cwd=CRATE, check=True)
    return CRATE / "target" / "release" / "examples"


def make(examples: Path, folder: Path, shape: str, keys: int, rdb_version: int = DEFAULT_RDB_VERSION) -> Dump:
    """Makes the dump of this shape and size, unless an earlier run left it in `folder`.

    Raises:
        subprocess.CalledProcessError: the generator failed.
    """
    path = folder / f"{shape}-{keys}-v{rdb_version}.rdb"
    if not path.exists():
        part = path.with_suffix(".part")
        options = ["--keys", str(keys), "--rdb-version", str(rdb_version)]
        subprocess.run([examples / "make_dump", shape, part, *options], check=True, stdout=subprocess.DEVNULL)
        part.rename(path)
    return take(examples, path, name=shape)


def take(examples: Path, path: Path, name: str | None = None) -> Dump:
    """Takes a dump that exists.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no dump that the parser can walk to its end.
    """
    with path.open("rb") as file:
        magic = file.read(9)
    walked = subprocess.run([examples / "walk", path], check=False, capture_output=True, text=True)
    found = re.match(r"(\d+) keys", walked.stdout)
    if walked.returncode != 0 or found is None or not magic[-3:].isdigit():
        raise ValueError(f"{path} is no sound dump: {walked.stderr.strip()}")
    return Dump(
        name=name or path.name,
        path=path.resolve(),
        size_bytes=path.stat().st_size,
        keys=int(found[1]),
        rdb_version=int(magic[-3:]),
    )
