"""Browsers find every module that another module imports, under the names that are kept."""

import re
from pathlib import Path

from django.core.management import call_command


def test_every_import_of_a_collected_module_names_a_file_that_is_kept(tmp_path: Path, settings):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "itsm.core.static_files.QuickStaticFilesStorage"}
    }

    call_command("collectstatic", interactive=False, verbosity=0)

    modules = [path for path in (tmp_path / "js").glob("*.js") if path.name.startswith("app.")]
    imports = [
        (module, name)
        for module in (tmp_path / "js").glob("*.js")
        for name in re.findall(r'from "(\./[^"]+)"', module.read_text())
    ]
    assert modules
    assert len(imports) >= 4
    for module, name in imports:
        assert (module.parent / name).is_file(), f"{module.name} imports {name}"
