"""Browsers find every module that another module imports, under the names that are kept."""

import gzip
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import RequestFactory

from itsm.core.rest.problems import server_error


def keep_only_hashed(folder: Path, settings) -> None:
    """Collect as a server does."""
    settings.STATIC_ROOT = folder
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "itsm.core.static_files.QuickStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)


def test_every_import_of_a_collected_module_names_a_file_that_is_kept(tmp_path: Path, settings):
    keep_only_hashed(tmp_path, settings)

    modules = [
        path for path in (tmp_path / "js").glob("*.js") if path.name.startswith("throughline.")
    ]
    imports = [
        (module, name)
        for module in (tmp_path / "js").glob("*.js")
        for name in re.findall(r'from "(\./[^"]+)"', module.read_text())
    ]
    assert modules
    assert len(imports) >= 2
    for module, name in imports:
        assert (module.parent / name).is_file(), f"{module.name} imports {name}"


def test_the_scripts_of_every_page_are_one_module_with_nothing_left_to_fetch(tmp_path, settings):
    settings.DATA_DIR = tmp_path

    script = Path(finders.find("js/throughline.js")).read_text()

    assert not re.search(r"^(import|export) ", script, re.MULTILINE)
    for name in (
        "page.js",
        "forms.js",
        "combobox.js",
        "palette.js",
        "live.js",
        "queue.js",
        "app.js",
    ):
        assert script.count(f'modules["{name}"] = ') == 1
    # What is taken from a module is given by it.
    for names, module in re.findall(r'const \{([^}]*)\} = modules\["([^"]+)"\];', script):
        body = script.split(f'modules["{module}"] = ')[1].split("\n})();")[0]
        given = body.rsplit("return {", 1)[1]
        for name in names.split(","):
            assert name.strip() in given, (module, name)


def test_the_scripts_and_the_styles_of_every_page_stay_light(settings):
    def packed(*names: str) -> int:
        found = [Path(finders.find(name)).read_bytes() for name in names]
        return sum(len(gzip.compress(content)) for content in found)

    pages = [path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html")]
    styles = [
        re.findall(r'stylesheet" href="{% static "(css/[a-z]+\.css)"', page) for page in pages
    ]
    scripts = [re.findall(r'src="{% static "(js/[a-z]+\.js)"', page) for page in pages]
    assert sum(map(bool, styles)) > 10
    assert sum(map(bool, scripts)) > 5
    for own in styles:
        assert packed(*{"css/throughline.css", *own}) <= 20_000, own
    every = {"js/throughline.js", "django_htmx/htmx-2.min.js"}
    for own in scripts:
        assert packed(*{*every, *own}) <= 35_000, own


def test_the_page_of_a_fault_has_its_styles_though_only_hashed_files_are_kept(
    tmp_path: Path, settings
):
    keep_only_hashed(tmp_path, settings)

    page = server_error(RequestFactory().get("/")).content.decode()

    links = re.findall(r'(?:href|src)="/static/([^"]+)"', page)
    assert {Path(link).suffix for link in links} == {".css", ".svg"}
    for link in links:
        assert (tmp_path / link).is_file(), link


def test_the_page_of_a_fault_shows_though_the_list_of_static_files_is_lost(
    tmp_path: Path, settings
):
    keep_only_hashed(tmp_path, settings)
    (tmp_path / "staticfiles.json").write_text('{"version": "1.1", "paths": {}, "hash": ""}')
    staticfiles_storage._setup()

    answer = server_error(RequestFactory().get("/"))

    assert answer.status_code == 500
    assert "The fault is ours and has been recorded." in answer.content.decode()


def test_a_page_asks_once_for_the_styles_of_every_page(tmp_path: Path, settings):
    settings.DATA_DIR = tmp_path

    found = Path(finders.find("css/throughline.css"))

    css = found.read_text()
    places = [css.index(f"@layer {layer} {{") for layer in ("tokens", "base", "components")]
    assert places == sorted(places)
    parts = "".join((settings.BASE_DIR / "static" / "css" / f"{part}.css").read_text()
                    for part in ("tokens", "base", "components", "pages"))  # fmt: skip
    assert "/*" not in css
    assert css.count("{") == re.sub(r"/\*.*?\*/", "", parts, flags=re.DOTALL).count("{")
    assert finders.find("css/base.css"), "the parts stay there, for a page that shows the colours"
