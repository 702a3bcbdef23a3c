"""The HTML report in a real Chromium: it runs its own script and nothing else, and is usable by everybody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import environment, program
from tests.reports.chromium import BINARY, Browser
from tests.reports.dumps import HOSTILE, night

pytestmark = pytest.mark.skipif(BINARY is None, reason="needs Chromium: apt-get install chromium")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import subprocess

    folder = tmp_path_factory.mktemp("report")
    for number in (1, 2, 4):
        (folder / "dump.rdb").write_bytes(night(number, days=number))
        subprocess.run(program("load", "dump.rdb"), cwd=folder, env=environment(), check=True, capture_output=True)
    subprocess.run(program("report", "-o", "report.html"), cwd=folder, env=environment(), check=True)
    return folder / "report.html"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def browser(running: Browser, page: Path) -> Iterator[Browser]:
    running.forget()
    running.open(page)
    yield running
    # Console, exceptions, and what the policy stopped; and nothing was asked for but the page itself.
    assert running.said == []
    assert set(running.requests) <= {page.as_uri()}
    keep = os.environ.get("RDBSCOPE_SCREENSHOTS")
    if keep:
        name = os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].split(" ")[0]
        running.screenshot(Path(keep) / f"{name}.png")


def test_hostile_names_stay_text(browser: Browser) -> None:
    text = browser.value("document.body.textContent")
    for name in HOSTILE[:5]:
        assert name.decode() in text
    assert browser.value("document.querySelectorAll('img, iframe, object, link, script').length") == 1
    handlers = "[...document.querySelectorAll('*')].some(e => [...e.attributes].some(a => /^on/.test(a.name)))"
    assert browser.value(handlers) is False


def test_the_policy_is_strict(browser: Browser) -> None:
    policy = browser.value("document.querySelector('meta[http-equiv]').content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in policy
    browser.value("document.body.insertAdjacentHTML('beforeend', '<img src=\"https://example.org/x.png\">'), 0")
    browser.value(
        "(() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        " document.body.append(s); })()"
    )
    assert browser.value("window.ran") is None
    assert len(browser.said) >= 2 and all("Content Security Policy" in line for line in browser.said)
    assert not any("example.org" in url for url in browser.requests)
    browser.said.clear()


_COLUMN = (
    "[...document.querySelectorAll('#t-patterns tbody tr')].filter(r => !r.hidden).map(r => r.cells[%d].textContent)"
)


def test_sort(browser: Browser) -> None:
    heads = browser.value("[...document.querySelectorAll('#t-patterns th')].map(h => h.textContent)")
    keys = heads.index("keys")
    click = "document.querySelectorAll('#t-patterns th button')[%d].click()"
    browser.value(click % keys)
    found = [int(text.replace(",", "")) for text in browser.value(_COLUMN % keys)]
    assert found == sorted(found, reverse=True) and len(set(found)) > 3
    browser.value(click % keys)
    found = [int(text.replace(",", "")) for text in browser.value(_COLUMN % keys)]
    assert found == sorted(found)
    assert (
        browser.value(f"document.querySelectorAll('#t-patterns th')[{keys}].getAttribute('aria-sort')") == "ascending"
    )
    browser.value(click % 0)
    names = browser.value(_COLUMN % 0)
    assert names == browser.value(f"({_COLUMN % 0}).sort((a, b) => a.localeCompare(b))")


def test_filter(browser: Browser) -> None:
    browser.value(
        "(() => { const i = document.querySelector('input[data-for=patterns]'); i.value = 'USER';"
        " i.dispatchEvent(new Event('input')); })()"
    )
    assert browser.value(_COLUMN % 0) == ["user:{int}"]
    status = browser.value(
        "document.querySelector('input[data-for=patterns]').closest('p').querySelector('[role=status]').textContent"
    )
    assert status.startswith("1 of ")


_SHOWN = (
    "[...document.querySelectorAll('.box')].filter(b => b.style.display !== 'none')"
    ".map(b => b.getAttribute('aria-label').split(' – ')[0])"
)


def test_drill_down_by_mouse_and_keyboard(browser: Browser) -> None:
    before = browser.value(_SHOWN)
    number = next(n for n, name in enumerate(before) if name == "cache:")
    browser.value(f"document.querySelectorAll('.box')[{number}].dispatchEvent(new MouseEvent('click'))")
    assert browser.value(_SHOWN)[:2] == ["all keys", "cache:"]
    assert "user:" not in browser.value(_SHOWN)
    assert browser.value(f"document.querySelectorAll('.box')[{number}].getAttribute('width')") == "100%"
    assert browser.value("document.getElementById('path').textContent").startswith("cache: – ")
    browser.value("document.getElementById('up').click()")
    assert browser.value(_SHOWN) == before
    browser.value(f"document.querySelectorAll('.box')[{number}].focus()")
    browser.press("Enter", 13)
    assert "user:" not in browser.value(_SHOWN)
    browser.press("Escape", 27)
    assert browser.value(_SHOWN) == before


def test_boxes_lie_within_their_parents(browser: Browser) -> None:
    outside = browser.value(
        "(() => { const all = [...document.querySelectorAll('.box')]; "
        " const f = (b, n) => parseFloat(b.getAttribute(n)); return all"
        ".filter(b => b.dataset.p >= 0).filter(b => { const p = all[b.dataset.p];"
        " return f(b, 'x') < f(p, 'x') - 1e-3 || "
        "f(b, 'x') + f(b, 'width') > f(p, 'x') + f(p, 'width') + 1e-3; }).length; })()"
    )
    assert outside == 0


def test_small_multiples(browser: Browser) -> None:
    names = browser.value("[...document.querySelectorAll('#growth figcaption')].map(c => c.textContent)")
    assert names[:2] == ["all keys", "user:{int}"] and len(names) == 13
    assert HOSTILE[2].decode().replace("3", "{int}") in names
    assert browser.value("document.querySelectorAll('#growth [style], #growth script').length") == 0
    # What a screen reader says of each, and the lines that everybody else sees.
    said = browser.value(
        "[...document.querySelectorAll('#growth svg[role=img]')].map(s => s.getAttribute('aria-labelledby').split(' ')"
        ".map(id => document.getElementById(id).textContent))"
    )
    assert [name for name, _ in said] == names
    assert said[1][1] == "From 14.8 KiB on 2023-11-15 to 59.3 KiB on 2023-11-18, at most 59.3 KiB, in 3 snapshots"
    boxes = browser.value(
        "[...document.querySelectorAll('#growth svg[role=img]')].map(s => { const v = s.viewBox.baseVal;"
        " const b = s.querySelector('.line').getBBox();"
        " return [b.x >= 0, b.y >= 0, b.x + b.width <= v.width, b.y + b.height <= v.height, b.width > v.width / 2]; })"
    )
    assert all(all(inside) for inside in boxes)
    figures = browser.value("[...document.querySelectorAll('#growth figure')][1].querySelector('dl').textContent")
    assert figures == "now59.3 KiBa day+14.8 KiB"
    contrast = browser.value(
        "(() => { const l = c => { const [r, g, b] = c.match(/[0-9.]+/g).map(v => v / 255)"
        ".map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };"
        " const a = l(getComputedStyle(document.querySelector('.line')).stroke);"
        " const b = l(getComputedStyle(document.querySelector('figure')).backgroundColor);"
        " return (Math.max(a, b) + .05) / (Math.min(a, b) + .05); })()"
    )
    assert contrast >= 3


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone(browser: Browser, page: Path, dark: bool) -> None:
    browser.open(page, width=360, height=740, dark=dark)
    assert browser.value("document.documentElement.scrollWidth") <= 360
    back = browser.value("getComputedStyle(document.body).backgroundColor")
    assert (back == "rgb(20, 23, 27)") is dark


def test_dark_on_a_screen(browser: Browser, page: Path) -> None:
    browser.open(page, dark=True)
    contrast = browser.value(
        "(() => { const l = c => { const [r, g, b] = c.match(/[0-9.]+/g).map(v => v / 255)"
        ".map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };"
        " return [...document.querySelectorAll('h1, p, td, dt, dd, a, code')].map(e => {"
        " const a = l(getComputedStyle(e).color);"
        " const b = l(getComputedStyle(document.body).backgroundColor);"
        " return (Math.max(a, b) + .05) / (Math.min(a, b) + .05); }).reduce((a, b) => Math.min(a, b)); })()"
    )
    assert contrast >= 4.5


def test_print(browser: Browser) -> None:
    # The width of an A4 sheet between its margins.
    browser.call("Emulation.setDeviceMetricsOverride", width=718, height=1000, deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.value("document.documentElement.scrollWidth") <= 718
    assert browser.value("getComputedStyle(document.querySelector('nav')).display") == "none"
    browser.call("Emulation.setEmulatedMedia", media="")
    content = browser.pdf()
    assert content.startswith(b"%PDF") and len(content) > 20_000
    assert browser.value("[...document.querySelectorAll('details')].every(d => d.open)")


def test_structure_for_screen_readers(browser: Browser) -> None:
    assert browser.value("document.documentElement.lang") == "en"
    assert browser.value("document.querySelectorAll('h1').length") == 1
    assert browser.value("document.querySelectorAll('table th:not([scope])').length") == 0
    assert browser.value("document.querySelectorAll('table:not([aria-label])').length") == 0
    assert browser.value("[...document.querySelectorAll('svg.box')].every(b => b.getAttribute('aria-label'))")
    missing = browser.value(
        "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.getElementById(a.hash.slice(1))).length"
    )
    assert missing == 0
    ids = browser.value("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
