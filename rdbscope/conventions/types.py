"""Types as people write them in a conventions table."""

from __future__ import annotations

import re

# Word to what TYPE answers; None where the word says nothing that TYPE could contradict.
_WORDS: dict[str, str | None] = {
    "string": "string",
    "str": "string",
    "text": "string",
    "int": "string",
    "integer": "string",
    "counter": "string",
    "number": "string",
    "float": "string",
    "bitmap": "string",
    "bitfield": "string",
    "hyperloglog": "string",
    "hll": "string",
    "blob": "string",
    "binary": "string",
    "list": "list",
    "queue": "list",
    "set": "set",
    "zset": "zset",
    "sortedset": "zset",
    "orderedset": "zset",
    "geo": "zset",
    "geoset": "zset",
    "hash": "hash",
    "hashmap": "hash",
    "map": "hash",
    "stream": "stream",
    "array": "array",
    "vectorset": "vectorset",
    "rejsonrl": "ReJSON-RL",
    "redisjson": "ReJSON-RL",
    "timeseries": "TSDB-TYPE",
    "tsdbtype": "TSDB-TYPE",
    "json": None,
    "any": None,
    "mixed": None,
    "various": None,
    "varies": None,
    "": None,
}
_REMARK = re.compile(r"\([^)]*\)")
_JOINED = re.compile(r"\s*(?:/|,|\bor\b|\|)\s*")
_MODULE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{8}")


def parse(text: str) -> str | None:
    """What TYPE answers for the type in the cell; None for any.

    Raises:
        ValueError: no type can be made of it.
    """
    words = _REMARK.sub("", text).strip()
    if words in ("-", "–", "—", "*", "?"):
        return None
    found = {_one(word, text) for word in _JOINED.split(words)}
    return found.pop() if len(found) == 1 else None


def _one(word: str, text: str) -> str | None:
    plain = re.sub(r"[\s_-]", "", word).lower()
    for candidate in (plain, plain.removeprefix("redis"), plain.removesuffix("s")):
        if candidate in _WORDS:
            return _WORDS[candidate]
    # Module types have names of nine characters, which nobody writes by accident.
    if _MODULE.fullmatch(word):
        return word
    raise ValueError(f"'{text}' is no type; write String, List, Set, Sorted Set, Hash or Stream")
