"""Every language is complete: what is extracted is translated, and what is translated is compiled."""

from __future__ import annotations

import gettext
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories import a_ticket

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = Path("itsm/locale/de/LC_MESSAGES/django.po")
SOURCES = ("itsm", "valuechain", "tickets", "sla", "templates")
PLACEHOLDER = re.compile(r"%\(\w+\)|\{\w+\}|%[sd]")


@pytest.fixture(scope="module")
def gettext_tools():
    """GNU gettext extracts and compiles; Django drives it."""
    if not all(shutil.which(name) for name in ("xgettext", "msgmerge", "msgattrib", "msgfmt")):
        missing = "no GNU gettext: install Debian's gettext"
        if os.environ.get("THROUGHLINE_GETTEXT") == "required":
            pytest.fail(missing)
        pytest.skip(missing)


def output_of(*command: str, at: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def words_of(compiled: Path) -> dict:
    """Return what a compiled catalogue says for each message (and plural form)."""
    with compiled.open("rb") as file:
        return {key: said for key, said in gettext.GNUTranslations(file)._catalog.items() if key}


def test_every_message_of_the_sources_is_translated(gettext_tools, tmp_path):
    for folder in SOURCES:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.pyc"))

    output_of(
        *(sys.executable, "-m", "django", "makemessages", "-l", "de", "--no-location"),
        *("--no-obsolete", "--settings", "itsm.settings_test"),
        at=tmp_path,
    )

    for fault in ("--untranslated", "--only-fuzzy"):
        found = output_of("msgattrib", fault, "--no-obsolete", str(tmp_path / CATALOGUE))
        # What comes first is the head of the catalogue.
        assert found.strip().split("\n\n")[1:] == [], f"{fault}: see docs/recipes.md"


def test_the_compiled_catalogue_says_what_the_written_one_says(gettext_tools, tmp_path):
    compiled = tmp_path / "django.mo"

    output_of("msgfmt", "--check", "-o", str(compiled), str(ROOT / CATALOGUE))

    assert words_of(compiled) == words_of((ROOT / CATALOGUE).with_suffix(".mo"))


def test_translations_keep_every_placeholder():
    words = words_of((ROOT / CATALOGUE).with_suffix(".mo"))
    singular = {key: said for key, said in words.items() if isinstance(key, str)}

    lost = {
        key: said
        for key, said in singular.items()
        if Counter(PLACEHOLDER.findall(key)) != Counter(PLACEHOLDER.findall(said))
    }

    assert len(singular) > 1000
    assert lost == {}


def test_every_language_offered_has_a_catalogue():
    for code, _name in settings.LANGUAGES:
        catalogue = ROOT / "itsm" / "locale" / code / "LC_MESSAGES" / "django.mo"
        assert code == settings.LANGUAGE_CODE or catalogue.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("What happened", "Reply to")), ("de", ("Was geschehen ist", "antworten"))],
)
def test_a_person_reads_the_portal_in_their_own_language(client, agent, language, words):
    ticket = a_ticket(actor=agent)
    agent.language = language
    agent.save(update_fields=["language"])
    client.force_login(agent)

    page = client.get(f"/tickets/{ticket.number}/").content.decode()

    assert f'<html lang="{language}"' in page
    for each in words:
        assert each in page
