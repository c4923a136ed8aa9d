"""Files that pages load: kept by browsers for ever, under an address that changes with them."""

from __future__ import annotations

import re
from importlib.metadata import version

import pytest
from starlette.testclient import TestClient

from api.pages import assets
from api.pages.assets import FOLDER, plotly_style_ids, static

MODULES = sorted(FOLDER.glob("*.js"))


@pytest.mark.parametrize("name", ["app.css", "api.js", "icon.svg", "plotly.js"])
def test_a_file_may_be_kept_for_ever_and_needs_no_sign_in(nobody: TestClient, name: str) -> None:
    answer = nobody.get(static(name))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    kinds = {"css": "text/css", "js": "javascript", "svg": "image/svg+xml"}
    assert kinds[name.rpartition(".")[2]] in answer.headers["content-type"]
    if name != "plotly.js":
        assert answer.content == (FOLDER / name).read_bytes()


def test_who_cannot_unpack_gets_the_file_as_it_is(nobody: TestClient) -> None:
    answer = nobody.get(static("app.css"), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.content == (FOLDER / "app.css").read_bytes()


def test_an_older_address_still_works_but_is_not_kept(nobody: TestClient) -> None:
    answer = nobody.get("/static/000000000000/app.css")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert nobody.get("/static/plotly.js?v=0").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["../assets.py", "..%2Fassets.py", "%2e%2e/words.py", "nothing.js", ""])
def test_nothing_but_these_files_can_be_had(nobody: TestClient, name: str) -> None:
    answer = nobody.get(f"/static/{assets.all_digest()}/{name}")
    assert answer.status_code == 404


def test_the_address_follows_the_content(monkeypatch: pytest.MonkeyPatch) -> None:
    before = assets.all_digest()
    changed = FOLDER.parent / "words.py"  # any other file
    files = {**assets.names(), "app.css": changed}
    assets.all_digest.cache_clear()
    monkeypatch.setattr(assets, "names", lambda: files)
    try:
        assert assets.all_digest() != before
    finally:
        assets.all_digest.cache_clear()


def test_a_template_cannot_name_a_file_that_is_not_there() -> None:
    with pytest.raises(KeyError, match=r"nothing\.js"):
        static("nothing.js")


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.name)
def test_modules_load_only_modules_beside_them_and_stay_small(module: object) -> None:
    text = module.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    for name in re.findall(r'^(?:import|\}) .*?"([^"]+)";$|\bimport\("([^"]+)"\)', text, re.MULTILINE):
        loaded = "".join(name)
        assert re.fullmatch(r"\./[a-z_]+\.js", loaded), loaded
        assert (FOLDER / loaded[2:]).is_file(), loaded
    assert len(text.splitlines()) <= 200
    assert "innerHTML" not in text
    assert "eval(" not in text


def test_plotly_comes_from_the_installed_package(nobody: TestClient) -> None:
    text = nobody.get(static("plotly.js")).text
    assert static("plotly.js").endswith(version("plotly"))
    assert "plotly.js" in text[:200]
    assert len(text) > 1_000_000
    assert len(plotly_style_ids()) == 1, "plotly adds other styles now: look at the policy of the pages"
    assert f'"{plotly_style_ids()[0]}"' in text
