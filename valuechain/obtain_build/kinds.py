"""The kinds of obtain & build as the registry knows them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from valuechain.obtain_build import availability, gate, policies
from valuechain.obtain_build.actions import open_work_order
from valuechain.obtain_build.models import Component, Milestone, PurchaseOrder, WorkOrder
from valuechain.obtain_build.states import COMPONENT, MILESTONE, PURCHASE_ORDER, WORK_ORDER
from valuechain.records.kinds import Kind
from valuechain.records.vocabulary import Activity

EXTERNAL = ("external_source", "external_id")
PLACE = ("owner", "team", "organisation")

KINDS = (
    Kind(
        name="component",
        prefix="CMP",
        label=_("Component"),
        label_plural=_("Components"),
        activity=Activity.OBTAIN_BUILD,
        resource="components",
        model=Component,
        machine=COMPONENT,
        fields=(
            "title",
            "description",
            "sourcing",
            "necessity",
            "quantity",
            "supplier",
            "needed_at",
            "needed_location",
            "promised_at",
            "budgeted",
            "own_cost",
            "currency",
            "service",
            *PLACE,
            *EXTERNAL,
        ),
        fixed=("promised_at", *EXTERNAL),
        may_open=policies.may_plan,
        may_edit=policies.may_edit_component,
        assurances={
            "available": availability.is_available,
            "releasable": availability.is_releasable,
            "on_time": availability.is_on_time,
            "accepted": policies.is_accepted,
            "buildable": gate.is_open,
        },
        help=_("One part of what a specification describes, needed at a place and a time."),
    ),
    Kind(
        name="purchase_order",
        prefix="PO",
        label=_("Purchase order"),
        label_plural=_("Purchase orders"),
        activity=Activity.OBTAIN_BUILD,
        resource="purchase-orders",
        model=PurchaseOrder,
        machine=PURCHASE_ORDER,
        fields=(
            "title",
            "description",
            "supplier",
            "currency",
            "due_on",
            "promised_on",
            "supplier_reference",
            *PLACE,
            *EXTERNAL,
        ),
        fixed=("promised_on", *EXTERNAL),
        may_open=policies.may_buy,
        may_edit=policies.may_edit_order,
        help=_("What is bought from one supplier, and what of it has arrived."),
    ),
    Kind(
        name="work_order",
        prefix="WO",
        label=_("Work order"),
        label_plural=_("Work orders"),
        activity=Activity.OBTAIN_BUILD,
        resource="work-orders",
        model=WorkOrder,
        machine=WORK_ORDER,
        fields=(
            "title",
            "component",
            "description",
            "estimate_hours",
            "due_on",
            *PLACE,
            *EXTERNAL,
        ),
        required=("title", "component"),
        fixed=("component", *EXTERNAL),
        may_open=policies.may_plan,
        may_edit=policies.may_build,
        opener=open_work_order,
        help=_("What a team is to do for a component."),
    ),
    Kind(
        name="milestone",
        prefix="MIL",
        label=_("Milestone"),
        label_plural=_("Milestones"),
        activity=Activity.OBTAIN_BUILD,
        resource="milestones",
        model=Milestone,
        machine=MILESTONE,
        fields=("title", "description", "baseline", "forecast", "service", *PLACE, *EXTERNAL),
        required=("title", "baseline"),
        fixed=("baseline", *EXTERNAL),
        may_open=policies.may_plan,
        may_edit=policies.may_plan,
        help=_("A date that components work towards."),
    ),
)
