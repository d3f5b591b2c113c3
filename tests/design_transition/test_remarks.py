"""Comments on the parts of a specification: written, answered, settled, and never for a requester."""

import pytest

from itsm.core.errors import Denied, FieldErrors, RuleViolation
from tests.doors import Machine, browser, is_problem
from tests.factories import a_person
from valuechain.design_transition.actions import add_remark, settle_remark
from valuechain.design_transition.remarks import discussions_of, open_remarks
from valuechain.records.actions import perform

pytestmark = pytest.mark.django_db


def test_a_thread_is_answered_and_settled(spec, architect, reviewer):
    first = add_remark(spec, part="blueprint", body="Which radar?", actor=reviewer, via="html")
    add_remark(spec, part="", body="The old one.", answers_to=first, actor=architect, via="html")

    thread = discussions_of(spec)["blueprint"].threads[0]
    assert [answer.body for answer in thread.answers] == ["The old one."]
    assert open_remarks(spec) == 1

    settle_remark(thread.answers[0], is_settled=True, actor=reviewer, via="html")
    assert open_remarks(spec) == 0
    with pytest.raises(RuleViolation, match="did so already"):
        settle_remark(first, is_settled=True, actor=architect, via="html")
    settle_remark(first, is_settled=False, actor=architect, via="html")
    assert open_remarks(spec) == 1


def test_it_names_a_part_of_this_specification_and_says_something(spec, reviewer):
    number = spec.links_out.filter(kind="satisfies").first().target.number
    add_remark(spec, part=number, body="Every berth?", actor=reviewer, via="html")

    for part, body, field in (("cellar", "Hm.", "part"), ("risks", "  ", "body")):
        with pytest.raises(FieldErrors) as refused:
            add_remark(spec, part=part, body=body, actor=reviewer, via="html")
        assert list(refused.value.errors) == [field]


def test_an_auditor_reads_and_does_not_write(spec, organisation):
    auditor = a_person("Audra Auditor", organisation, "auditor")

    with pytest.raises(Denied, match="changes nothing"):
        add_remark(spec, part="risks", body="Hm.", actor=auditor, via="html")
    assert 'name="answers_to"' not in browser(auditor).get(spec.get_absolute_url()).content.decode()


def test_the_page_takes_a_comment_and_settles_it(spec, reviewer):
    pages = browser(reviewer)
    address = f"/specs/{spec.number}/remarks/"

    empty = pages.post(address, {"part": "money", "body": " "})
    assert empty.status_code == 422
    assert "Write your comment." in empty.content.decode() or "required" in empty.content.decode()

    sent = pages.post(address, {"part": "money", "body": "Is the mast in it?"})
    assert sent.status_code == 302
    assert sent["Location"] == f"/specs/{spec.number}/#about-money"
    page = pages.get(f"/specs/{spec.number}/").content.decode()
    assert "Is the mast in it?" in page

    remark = spec.remarks.get()
    pages.post(f"{address}{remark.pk}/", {})
    assert "Settled by Rufus Reviewer" in pages.get(f"/specs/{spec.number}/").content.decode()
    assert pages.get(f"{address}?part=cellar").status_code == 404


def test_a_program_comments_and_settles_too(spec, reviewer):
    api = Machine(reviewer)

    made = api.post(f"specs/{spec.number}/remarks/", {"part": "risks", "body": "Fog?"})
    assert made.status_code == 201
    assert api.get(f"specs/{spec.number}/remarks/").json()["results"][0]["body"] == "Fog?"
    one = f"specs/{spec.number}/remarks/{made.json()['id']}/"
    assert api.post(one, {"resolved": True}).json()["resolved_by"]["name"] == "Rufus Reviewer"
    is_problem(api.post(one, {"resolved": True}), 409, "settled_already")


def test_a_requester_never_reads_them(spec, architect, reviewer, requester):
    perform_requester(spec, requester, architect)
    add_remark(spec, part="risks", body="secret-canary", actor=reviewer, via="html")

    answer = Machine(requester).get(f"specs/{spec.number}/remarks/")
    events = Machine(requester).get(f"specs/{spec.number}/events/")

    assert answer.status_code == 200
    assert "secret-canary" not in answer.content.decode() + events.content.decode()


def perform_requester(spec, requester, architect):
    spec.kind_entry.edit(spec, {"requester": requester}, actor=architect, via="html")


def test_open_comments_and_the_changes_stand_on_the_decision_card(
    spec, architect, reviewer, holder
):
    from valuechain.approvals.actions import vote
    from valuechain.approvals.models import Approval

    perform(spec, "submit", actor=architect, via="html", data={})
    approval = Approval.objects.pending().get(subject_id=spec.pk)
    vote(approval, "changes", actor=reviewer, via="html", comment="Say more about fog.")
    spec.kind_entry.edit(spec, {"risks": "Fog, twice a year."}, actor=architect, via="html")
    add_remark(spec, part="risks", body="Only twice?", actor=reviewer, via="html")
    perform(spec, "submit", actor=architect, via="html", data={})

    page = browser(reviewer).get(f"/specs/{spec.number}/").content.decode()
    decision = page[page.index('id="decision"') : page.index('id="contents"')]

    assert "1 change since version 1" in decision
    assert "1 comment open" in decision
    assert decision.index("Approve") < decision.index("must approve")
