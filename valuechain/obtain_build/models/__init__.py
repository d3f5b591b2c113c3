"""The tables of obtain & build."""

from valuechain.obtain_build.models.component import AcceptanceCheck, Component
from valuechain.obtain_build.models.milestone import Baseline, Milestone
from valuechain.obtain_build.models.purchase_order import PurchaseLine, PurchaseOrder
from valuechain.obtain_build.models.work_order import WorkOrder

__all__ = [
    "AcceptanceCheck",
    "Baseline",
    "Component",
    "Milestone",
    "PurchaseLine",
    "PurchaseOrder",
    "WorkOrder",
]
