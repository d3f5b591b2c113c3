"""How static files are kept for browsers: compressed, under names that change with their content."""

from typing import Any

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
