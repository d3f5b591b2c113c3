"""The tables of engage, each one step below Record."""

from valuechain.engage.models.need import Need
from valuechain.engage.models.relations import Interaction, Stakeholder
from valuechain.engage.models.supplier_request import SupplierRequest

__all__ = ["Interaction", "Need", "Stakeholder", "SupplierRequest"]
