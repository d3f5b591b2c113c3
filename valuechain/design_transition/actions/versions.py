"""Keeping what a specification said when it was put up for approval."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from valuechain.approvals.actions import reopen
from valuechain.approvals.models import Approval
from valuechain.approvals.subjects import digest_of
from valuechain.design_transition.content import content_of, hash_of
from valuechain.design_transition.models import DesignSpec, SpecVersion


def write_version(spec: DesignSpec, *, actor: Any, at: datetime) -> SpecVersion:
    """Keep a specification as it reads now; the same words are kept once. Needs its row lock."""
    content = content_of(spec)
    content_hash = digest_of(content)
    known: SpecVersion | None = spec.versions.filter(content_hash=content_hash).first()
    if known is not None:
        return known
    latest: SpecVersion | None = spec.versions.first()
    return SpecVersion.objects.create(
        spec=spec,
        number=1 if latest is None else latest.number + 1,
        content=content,
        content_hash=content_hash,
        author_id=actor.pk,
        at=at,
    )


def review_again(spec: DesignSpec, *, actor: Any, via: str, at: datetime) -> None:
    """Write a new version and ask again, when what is being voted on reads differently now."""
    pending = Approval.objects.pending().filter(subject_id=spec.pk).first()
    if pending is None:
        return
    if pending.subject_hash != hash_of(spec):
        write_version(spec, actor=actor, at=at)
        reopen(pending, actor=actor, via=via, at=at)
