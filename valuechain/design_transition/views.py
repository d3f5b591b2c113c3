"""The page of one version of a specification, alone or beside an older one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from valuechain.design_transition.diffing import compare
from valuechain.design_transition.models import SpecVersion
from valuechain.records.views.access import StaffView, visible_record


class SpecVersionView(StaffView):
    """One version as it was put up for approval; `?diff=3` shows what changed since version 3."""

    def get(self, request: HttpRequest, number: str, version: int) -> HttpResponse:
        """Show the version, and the difference where one is asked for."""
        spec: Any = visible_record("specs", number, actor=request.user).specific
        shown = self._version(spec, version)
        asked = request.GET.get("diff", "")
        older = self._version(spec, int(asked)) if asked.isascii() and asked.isdigit() else None
        difference = compare((older or shown).content, shown.content)
        return render(
            request,
            "specs/version.html",
            {
                "record": spec,
                "version": shown,
                "older": older,
                "difference": difference,
                "is_in_force": shown.pk == spec.in_force_id,
                "only_changes": request.GET.get("only") == "changes",
                "others": [v for v in spec.versions.all() if v.pk != shown.pk],
            },
        )

    def _version(self, spec: Any, number: int) -> SpecVersion:
        found: SpecVersion | None = spec.versions.filter(number=min(number, 2**31 - 1)).first()
        if found is None:
            raise Http404
        return found
