"""Forms say what to do: no dashes for nothing chosen, no rule quoted for nothing written."""

from django import forms

from itsm.accounts.models import Organisation
from itsm.core.templatetags.fields import field
from tests.doors import browser

DASHES = ("", "---------")


class Order(forms.Form):
    """A form with each sort of question."""

    title = forms.CharField()
    size = forms.ChoiceField(choices=[DASHES, ("s", "Small")])
    colour = forms.ChoiceField(choices=[DASHES, ("r", "Red")], required=False)
    place = forms.ModelChoiceField(queryset=Organisation.objects.none())
    other = forms.ModelChoiceField(queryset=Organisation.objects.none(), required=False)
    again = forms.ModelChoiceField(
        queryset=Organisation.objects.none(), required=False, empty_label="Anywhere"
    )
    agreed = forms.BooleanField()
    due = forms.DateField()


def test_choosing_nothing_is_said_in_words(db):
    drawn = {bound.name: str(field(bound)) for bound in Order()}

    assert "---" not in "".join(drawn.values())
    assert "Choose…" in drawn["size"]
    assert "Choose…" in drawn["place"]
    assert ">None<" in drawn["colour"]
    assert ">None<" in drawn["other"]
    assert "Anywhere" in drawn["again"]


def test_a_field_left_empty_says_what_to_do(db):
    form = Order({})

    said = {name: list(errors) for name, errors in form.errors.items()}
    assert said == {
        "title": ["Fill this in."],
        "size": ["Choose one."],
        "place": ["Choose one."],
        "agreed": ["Tick this to go on."],
        "due": ["Give a date."],
    }


def test_what_is_chosen_still_counts(db):
    form = Order({"size": "s", "colour": ""})
    for bound in form:
        field(bound)

    assert "size" not in form.errors
    assert form.cleaned_data["colour"] == ""
    assert 'value="s" selected' in str(form["size"])


def test_a_filter_that_narrows_nothing_says_any(agent):
    shown = browser(agent).get("/tickets/", follow=True).content.decode()

    assert "---------" not in shown
    assert '<option value="unknown" selected>Any</option>' in shown
    assert shown.count('<option value="" selected>Any</option>') >= 1
