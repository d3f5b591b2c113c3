"""The shapes of engage in REST beyond those every record has."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from valuechain.engage.deciding import ASK, NO, YES
from valuechain.engage.models import Need
from valuechain.records.input_serializers import PersonField
from valuechain.records.serializers import DetailSerializer, HandOffSerializer, HandoverSerializer
from valuechain.records.vocabulary import Principle

_LINE: dict[str, Any] = {"max_length": 300, "required": False, "allow_blank": True}


class DecisionSerializer(serializers.Serializer[Any]):
    """The four questions of the decision card; what is left out stays open.

    `routes` names the flows the need is handed on by, each with the answers it asks for; `decline`
    alone ends the need. Every answer needs its reason.
    """

    classification = serializers.ChoiceField(choices=Need.Classification.choices, required=False)
    classification_reason = serializers.CharField(**_LINE)
    sponsor = PersonField(required=False, help_text="A want needs one.")
    trade_off = serializers.CharField(
        **_LINE, help_text="What is not done for it, when it is a want."
    )
    verdict = serializers.ChoiceField(choices=[YES, NO, ASK], required=False)
    verdict_reason = serializers.CharField(**_LINE)
    evidence = serializers.CharField(**_LINE)
    principle = serializers.ChoiceField(choices=Principle.choices, required=False, allow_blank=True)
    ask_until = serializers.DateField(
        required=False, help_text="Needed where the verdict is `ask`."
    )
    fulfilability = serializers.ChoiceField(choices=Need.Fulfilability.choices, required=False)
    fulfilability_note = serializers.CharField(**_LINE)
    later_until = serializers.DateField(required=False, help_text="Needed where it is deferred.")
    routes = serializers.ListField(
        child=HandOffSerializer(), required=False, default=list, max_length=20
    )
    route_reason = serializers.CharField(**_LINE)


class DecidedSerializer(serializers.Serializer[Any]):
    """The need after the decision, and what was made of it."""

    need = DetailSerializer()
    handovers = HandoverSerializer(many=True)
