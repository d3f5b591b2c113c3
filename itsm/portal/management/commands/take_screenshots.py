"""Takes the screenshots of docs/screenshots from a running sample company, so that they stay true."""

from __future__ import annotations

import io
import os
import re
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from PIL import Image

AGENT = "agent@brightwater.example"
REQUESTER = "requester@brightwater.example"
ADMIN = "admin@brightwater.example"

#: Who looks at what: file name, person, address, width, colour scheme.
PICTURES: tuple[tuple[str, str, str, int, Literal["light", "dark"]], ...] = (
    ("queue", AGENT, "/tickets/", 1280, "light"),
    ("queue-dark", AGENT, "/tickets/", 1280, "dark"),
    ("queue-narrow", AGENT, "/tickets/", 375, "light"),
    ("ticket", AGENT, "/tickets/INC-1011/", 1280, "light"),
    ("ticket-dark", AGENT, "/tickets/INC-1011/", 1280, "dark"),
    ("call", AGENT, "/tickets/call/", 1280, "light"),
    ("requester", REQUESTER, "/portal/", 1280, "light"),
    ("requester-narrow", REQUESTER, "/portal/requests/", 375, "light"),
    ("inbox", "brm@brightwater.example", "/engage/", 1280, "light"),
    ("needs", ADMIN, "/engage/board/", 1280, "light"),
    ("need", ADMIN, "/needs/NEED-1001/", 1280, "light"),
    ("chain", ADMIN, "/needs/NEED-1001/chain/", 1280, "light"),
    ("specification", ADMIN, "/specs/SPEC-1001/", 1280, "light"),
    ("improvements", ADMIN, "/improvements/", 1280, "light"),
    ("engage", ADMIN, "/activity/engage/", 1280, "light"),
    ("sla", ADMIN, "/sla/", 1280, "light"),
)


class Command(BaseCommand):
    """Signs in to a running `manage.py up` with the sample company and photographs its pages."""

    help = "Take the screenshots of docs/screenshots from a running sample company."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=settings.SITE_URL, help="Where the sample runs.")
        parser.add_argument("--to", default=str(settings.BASE_DIR / "docs" / "screenshots"))

    def handle(self, *_args: Any, **options: Any) -> None:
        """Take every picture; needs the test tools and Chromium."""
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            raise CommandError("Run `python3 manage.py test` once: it brings the tools.") from None
        chromium = os.environ.get("THROUGHLINE_CHROMIUM") or shutil.which("chromium")
        if chromium is None:
            raise CommandError("Install Chromium first (Debian: apt-get install chromium).")
        folder = Path(options["to"])
        folder.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
            )
            for name, who, address, width, scheme in PICTURES:
                context = browser.new_context(
                    viewport={"width": width, "height": 800}, color_scheme=scheme
                )
                page = context.new_page()
                self._sign_in(page, options["url"], who)
                page.goto(f"{options['url']}{address}")
                page.wait_for_load_state("networkidle")
                _save(page.screenshot(), folder / f"{name}.png")
                context.close()
                self.stdout.write(f"{name}.png")
            browser.close()

    def _sign_in(self, page: Any, url: str, who: str) -> None:
        accounts = Path(settings.DATA_DIR) / "sample_accounts.txt"
        found = re.search(r"Password of all of them: (\S+)", accounts.read_text(encoding="utf-8"))
        if found is None:
            raise CommandError(f"{accounts} names no password.")
        page.goto(f"{url}/login/")
        page.fill("input[name=username]", who)
        page.fill("input[name=password]", found[1])
        page.click("main button, form button[type=submit], form .btn-primary")
        page.wait_for_url(lambda address: "/login/" not in address)


def _save(picture: bytes, path: Path) -> None:
    """Write a picture without its alpha channel, packed as well as PNG can."""
    Image.open(io.BytesIO(picture)).convert("RGB").save(path, optimize=True)
