"""What people write on a record: replies, notes, their drafts, and taking a reply back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from itsm.core import clock
from valuechain.records import actions
from valuechain.records.forms import CommentForm
from valuechain.records.models import Comment, Draft, Record
from valuechain.records.sending import beside_a_reply, steps_of
from valuechain.records.views.access import OneRecordView, visible_record
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.views.walking import ends, here, landing, tail_of
from valuechain.records.vocabulary import Via, Visibility

CONFLICT = 409
_GREETING = re.compile(
    r"\s*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|liebe[rs]?|guten tag)\s+(?P<name>\w+)",
    re.IGNORECASE,
)
_MENTION = re.compile(r"(?:^|(?<=[\s(]))@(\w[\w.+-]*)")


@dataclass(frozen=True)
class Doubt:
    """Why a message was not kept at once: what the writer is shown before deciding."""

    code: str
    message: str
    newer: tuple[Comment, ...] = ()


class CommentView(LoginRequiredMixin, View):
    """Keeps a reply or a note, with its file, from whoever sees the record."""

    def get(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Whoever had to sign in again on the way is brought back to their draft."""
        record = visible_record(resource, number, actor=request.user)
        return redirect(_back(request, record))

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Write the message, or show it again with what is wrong."""
        record = visible_record(resource, number, actor=request.user)
        is_note = request.GET.get("as") == Visibility.INTERNAL
        # Sent on as the other kind after a doubt, the words come under the name they were typed in.
        prefix = "note" if "note-body" in request.POST else "reply"
        form = CommentForm(request.POST, request.FILES, prefix=prefix)
        if request.POST.get("action") == "draft":
            _keep(request, record, prefix, form)
            messages.info(request, _("Your draft is kept."))
            return redirect(f"{_back(request, record)}#{prefix}")
        doubt = _doubt(request, record, form, is_note=is_note)
        kept = None if doubt else attempt(form, lambda data: self._write(record, data, is_note))
        if kept is None:
            _keep(request, record, prefix, form)
            return self._again(request, record, form, is_note=is_note, doubt=doubt)
        actions.drop_draft(person=request.user, name=prefix, record=record)
        anchor = f"held-{kept.pk}" if isinstance(kept, Draft) else f"comment-{kept.pk}"
        elsewhere = _onward(request, record, kept)
        return redirect(elsewhere or f"{_back(request, record)}#{anchor}")

    def _write(self, record: Record, data: dict[str, Any], is_note: bool) -> Any:  # noqa: FBT001
        user: Any = self.request.user
        step = self.request.POST.get("action", "")
        steps = [] if is_note or not step else steps_of(record, actor=user)
        chosen = next((one for one in steps if one.name == step), None)
        file, name = data["file"], data["file"].name if data["file"] else ""
        earlier = None if file or is_note else _file_of_draft(record, user, self.request)
        if earlier is not None:
            file, name = earlier.file, earlier.file_name
        if not is_note and user.access.works_on(record) and user.undo_seconds:
            return actions.hold_reply(
                record,
                body=data["body"],
                actor=user,
                seconds=user.undo_seconds,
                file=file,
                file_name=name,
                step=chosen.name if chosen else "",
                expected_events=data["seen"],
            )
        visibility = Visibility.INTERNAL if is_note else Visibility.PUBLIC
        comment = actions.add_comment(
            record,
            body=data["body"],
            visibility=visibility,
            actor=user,
            via=Via.HTML,
            expected_events=data["seen"],
        )
        if file:
            actions.attach_file(
                comment.record, file=file, name=name, visibility=visibility, actor=user,
                via=Via.HTML, comment=comment,
            )  # fmt: skip
        if chosen:
            answers = chosen.answers(data["body"], clock.now())
            actions.perform(record, chosen.name, actor=user, via=Via.HTML, data=answers)
        return comment

    def _again(
        self, request: HttpRequest, record: Record, form: CommentForm, *, is_note: bool,
        doubt: Doubt | None,
    ) -> HttpResponse:  # fmt: skip
        form.draft_url = reverse("record-draft", args=[record.resource, record.number, form.prefix])
        # The writer has now been told what else was written: sending again is meant.
        form.data = {**dict(form.data.items()), form.add_prefix("seen"): str(record.event_count)}
        url = reverse("record-comment", args=[record.resource, record.number])
        tail = (kept := tail_of(request)) and f"&{kept}"
        return render(
            request,
            "records/comment.html",
            {
                "record": record,
                "kind": record.kind_entry,
                "form": form,
                "is_note": is_note,
                "reply_to": record.requester or "",
                "action": f"{url}?as={'internal' if is_note else 'public'}{tail}",
                "other_action": f"{url}?as={'public' if is_note else 'internal'}{tail}",
                "back_url": _back(request, record),
                "doubt": doubt,
                **({} if is_note else beside_a_reply(record, actor=request.user)),
            },
            status=CONFLICT if doubt and doubt.newer else UNPROCESSABLE,
        )


def _back(request: HttpRequest, record: Record) -> str:
    user: Any = request.user
    if user.access.works_on(record):
        return here(record, request=request)
    return reverse("portal-request", args=[record.number])


def _onward(request: HttpRequest, record: Record, kept: Draft | Comment) -> str:
    """Return where a writer goes who wants to leave what they finish; nothing to stay with it."""
    user: Any = request.user
    if not ends(record, request.POST.get("action", "")):
        return ""
    if not user.access.works_on(record) or user.after_resolve == user.AfterResolve.STAY:
        return ""
    if isinstance(kept, Draft):
        words = _(
            "The reply on %(number)s leaves in %(n)d s. Until then it can be taken back there."
        )
        messages.info(request, words % {"number": record.number, "n": kept.seconds_left})
    return landing(record, request=request, is_over=True)


def _keep(request: HttpRequest, record: Record, name: str, form: CommentForm) -> None:
    """Keep what was typed on the server, whatever becomes of the answer."""
    body = str(form.data.get(form.add_prefix("body"), ""))
    actions.save_draft(person=request.user, name=name, values={"body": body}, record=record)


def _file_of_draft(record: Record, user: Any, request: HttpRequest) -> Draft | None:
    """Return the draft whose file goes along: the file of a reply that was taken back."""
    if not request.POST.get("keep_file"):
        return None
    found = Draft.objects.visible_to(user).written().filter(record=record, name="reply")
    return found.exclude(file="").first()


def _doubt(
    request: HttpRequest, record: Record, form: CommentForm, *, is_note: bool
) -> Doubt | None:
    """Return why the writer should look again before this is kept, or None."""
    if not form.is_valid():
        return None
    user: Any = request.user
    newer = _newer(record, form.cleaned_data["seen"], user)
    if newer:
        return Doubt("newer_reply", _who_wrote(newer), newer)
    if request.POST.get("sure") or not user.access.works_on(record):
        return None
    body = form.cleaned_data["body"]
    asker = record.requester
    greeted = _GREETING.match(body)
    if is_note and greeted and asker and greeted["name"].lower() in asker.name.lower().split():
        words = _("This note begins like a letter to %(name)s, who cannot read notes.")
        return Doubt("looks_like_reply", words % {"name": asker.name})
    mention = _MENTION.search(body)
    if not is_note and mention:
        words = _("This reply mentions @%(name)s. Whoever asked will read it.")
        return Doubt("looks_like_note", words % {"name": mention[1]})
    return None


def _newer(record: Record, seen: int | None, user: Any) -> tuple[Comment, ...]:
    """Return what others wrote on the record since the writer opened it."""
    if seen is None:
        return ()
    found = record.events.filter(sequence__gt=seen, verb__startswith="comment.")
    ids = [event.data["comment"] for event in found.exclude(actor_id=user.pk)]
    if not ids:
        return ()
    said = Comment.objects.readable_on(record, user).filter(pk__in=ids)
    return tuple(said.select_related("author"))


def _who_wrote(newer: tuple[Comment, ...]) -> str:
    last = newer[-1]
    minutes = int((clock.now() - last.at).total_seconds() // 60)
    ago = (
        ngettext("%(n)d min ago", "%(n)d min ago", minutes) % {"n": minutes}
        if minutes
        else _("just now")
    )
    who = str(last.author or _("Throughline"))
    words = (
        _("%(who)s wrote a note %(ago)s.") if last.is_internal else _("%(who)s replied %(ago)s.")
    )
    return words % {"who": who, "ago": ago}


class DraftView(LoginRequiredMixin, View):
    """Keeps a message as it is typed, and says when it did."""

    def post(self, request: HttpRequest, resource: str, number: str, name: str) -> JsonResponse:
        """Keep it; an empty one is forgotten."""
        if name not in (Draft.Name.REPLY, Draft.Name.NOTE):
            raise Http404
        record = visible_record(resource, number, actor=request.user)
        body = request.POST.get(f"{name}-body", "")
        draft = actions.save_draft(
            person=request.user, name=name, values={"body": body}, record=record
        )
        return saved(draft)


def saved(draft: Draft | None) -> JsonResponse:
    """Answer a page that saves drafts with what it shows."""
    return JsonResponse({"text": draft_words(draft)})


def draft_words(draft: Draft | None) -> str:
    """Say when a draft was saved, in the zone of its writer."""
    if draft is None:
        return ""
    return _("Draft saved %(time)s") % {"time": f"{localtime(draft.saved_at):%H:%M}"}


class TakeBackView(OneRecordView):
    """Takes a reply back before it leaves."""

    def post(self, request: HttpRequest, resource: str, number: str, pk: int) -> HttpResponse:
        """Make it a draft again, or say that it has left."""
        record = self.get_record()
        draft = actions.take_back(pk, actor=request.user)
        if draft is None:
            messages.warning(request, _("It was too late to take it back: the reply has left."))
            return redirect(record)
        messages.info(request, _("Taken back. Nobody has seen it."))
        return redirect(f"{record.get_absolute_url()}#reply")


def _of_concern(person: Any, now: Any) -> Q:
    """What a page has to do with: the reader's own drafts, and whatever is due to leave."""
    return Q(person_id=person) | Q(release_at__lte=now)


def has_writing(person: Any, now: Any) -> Exists:
    """Ask, within the query for a record, whether `writing_of` would find anything."""
    return Exists(Draft.objects.filter(_of_concern(person, now), record_id=OuterRef("pk")))


def writing_of(record: Record, *, actor: Any) -> tuple[list[Draft], bool]:
    """Return what the actor is writing or just sent on the record, and whether something left now.

    What is due leaves before the page is drawn, whoever wrote it. One query, as long as nothing is.
    """
    now = clock.now()
    found = list(Draft.objects.filter(_of_concern(actor.pk, now), record=record))
    has_left = any(one.release_at and one.release_at <= now for one in found)
    if has_left:
        actions.release_due(record=record, now=now)
        found = list(Draft.objects.visible_to(actor).filter(record=record))
    return [one for one in found if one.person_id == actor.pk], has_left
