"""The controls drawn by functions are those Django's own templates draw."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test import SimpleTestCase

from itsm.core.controls import Controls

SIZES = [("", "None"), ("s", "Small & <tight>"), ("More", [("l", "Large"), ("x", '"Huge"')])]
KEPT = type("Kept", (), {"url": "/files/1/", "__str__": lambda self: "shot.png"})()
CONTROLS = [
    (forms.TextInput(attrs={"required": True, "autofocus": False, "maxlength": 20}), 'a "b" <c>'),
    (forms.TextInput(), None),
    (forms.NumberInput(), 12_345.5),
    (forms.HiddenInput(), 0),
    (forms.EmailInput(attrs={"class": "control"}), "ann@example.org"),
    (forms.PasswordInput(), "secret"),
    (forms.DateInput(), None),
    (forms.Textarea(attrs={"rows": 4}), "One\n</textarea> & two"),
    (forms.Textarea(), None),
    (forms.Select(choices=SIZES), "x"),
    (forms.Select(choices=SIZES, attrs={"disabled": True}), None),
    (forms.NullBooleanSelect(), True),
    (forms.ClearableFileInput(), None),
    (forms.ClearableFileInput(), KEPT),
    (forms.CheckboxInput(), True),
    (forms.RadioSelect(choices=SIZES), "s"),
    (forms.SplitDateTimeWidget(), None),
]


@pytest.mark.parametrize(("widget", "value"), CONTROLS)
def test_a_control_is_what_django_draws(widget, value):
    ours, theirs = (
        widget.render("name", value, {"id": "id_name"}, renderer=renderer)
        for renderer in (Controls(), DjangoTemplates())
    )

    SimpleTestCase().assertHTMLEqual(ours, theirs)
    assert "<c>" not in ours


def test_forms_are_drawn_with_it():
    form = type("Order", (forms.Form,), {"title": forms.CharField()})()

    assert isinstance(form.renderer, Controls)
