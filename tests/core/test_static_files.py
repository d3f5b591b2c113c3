"""Browsers find every module that another module imports, under the names that are kept."""

import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.management import call_command


def test_every_import_of_a_collected_module_names_a_file_that_is_kept(tmp_path: Path, settings):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "itsm.core.static_files.QuickStaticFilesStorage"}
    }

    call_command("collectstatic", interactive=False, verbosity=0)

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
    for name in ("page.js", "forms.js", "clocks.js", "app.js"):
        assert script.count(f'modules["{name}"] = ') == 1
    # What is taken from a module is given by it.
    for names, module in re.findall(r'const \{([^}]*)\} = modules\["([^"]+)"\];', script):
        body = script.split(f'modules["{module}"] = ')[1].split("\n})();")[0]
        given = body.rsplit("return {", 1)[1]
        for name in names.split(","):
            assert name.strip() in given, (module, name)


def test_a_page_asks_once_for_the_styles_of_every_page(tmp_path: Path, settings):
    settings.DATA_DIR = tmp_path

    found = Path(finders.find("css/throughline.css"))

    css = found.read_text()
    places = [css.index((settings.BASE_DIR / "static" / "css" / f"{part}.css").read_text())
              for part in ("tokens", "base", "components", "pages")]  # fmt: skip
    assert places == sorted(places)
    assert finders.find("css/base.css"), "the parts stay there, for a page that shows the colours"
