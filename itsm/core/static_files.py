"""How static files are kept for browsers: compressed, under names that change with their content."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

#: `import { a } from "./b.js"`, the one form that the modules in static/js use.
_IMPORT = (
    r"""(?P<matched>import\s*(?P<names>[\w\s{},*]+?)\s*from\s*["'](?P<url>\./[\w./-]+)["'])""",
    'import %(names)s from "%(url)s"',
)


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Renames what one of our JavaScript modules imports too, or the import finds nothing.

    Django can do so for every script, but then trips over the comments of other people's.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", (_IMPORT,)))


class QuickStaticFilesStorage(ModuleStaticFilesStorage):
    """Leaves out Brotli, which takes half a minute of a newcomer's first start and saves a local reader nothing."""

    def create_compressor(self, **options: Any) -> Compressor:
        """Compress with gzip only."""
        return Compressor(use_brotli=False, **options)


def _styles() -> str:
    """The layers of the styles in their order, without what is written for their readers."""
    folder = settings.BASE_DIR / "static" / "css"
    text = "\n".join((folder / f"{part}.css").read_text("utf-8") for part in STYLES)
    return _REMARK.sub("", text)


def _scripts() -> str:
    """The first module and all that it imports, each in a scope of its own, those needed first.

    Lines of comment stay with their readers, too.
    """
    folder = settings.BASE_DIR / "static" / "js"
    done: dict[str, str] = {}

    def take(name: str) -> None:
        text = _COMMENT.sub("", (folder / name).read_text("utf-8"))
        for needed in _TAKES.findall(text):
            if needed[1] not in done:
                take(needed[1])
        given = [name for _word, name in _GIVES.findall(text)]
        text = _TAKES.sub(r'const {\1} = modules["\2"];', text)
        text = _GIVES.sub(r"\1 \2", text)
        done[name] = (
            f'modules["{name}"] = (() => {{\n{text}\nreturn {{ {", ".join(given)} }};\n}})();'
        )

    take("app.js")
    return "const modules = {};\n" + "\n".join(done.values())


#: A remark in styles; a line of scripts that is nothing but a comment, none of which stands in a text.
_REMARK = re.compile(r" */\*.*?\*/\n?", re.DOTALL)
_COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)
STYLES = ("tokens", "base", "components", "pages")
_TAKES = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+\.js)";$', re.MULTILINE)
_GIVES = re.compile(r"^export ((?:async )?function|const|class) (\w+)", re.MULTILINE)


class BundleFinder(BaseFinder):
    """Offers what every page needs as one file of styles and one of scripts, so that it asks but twice.

    They are written and read as one file a layer or a task; what only some pages need stays apart.
    """

    BUNDLES: ClassVar = {"css/throughline.css": _styles, "js/throughline.js": _scripts}

    def list(self, _ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        """Yield each file there is, for collectstatic."""
        storage = InMemoryStorage()
        for name, content in self.BUNDLES.items():
            storage.save(name, ContentFile(content().encode()))
            yield name, storage

    def find(self, path: str, find_all: Any = None, **_kwargs: Any) -> Any:
        """Return where the file lies, written afresh when one of its parts has changed."""
        if path not in self.BUNDLES:
            return []
        content = self.BUNDLES[path]()
        target = Path(settings.DATA_DIR) / "bundles" / path
        if not target.exists() or target.read_text("utf-8") != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            written = target.with_suffix(f".{os.getpid()}")
            written.write_text(content, "utf-8")
            written.replace(target)
        return [str(target)] if find_all else str(target)
