"""How the records of engage move."""

from valuechain.engage.states.need import NEED
from valuechain.engage.states.relations import INTERACTION, STAKEHOLDER
from valuechain.engage.states.supplier_request import SUPPLIER_REQUEST

__all__ = ["INTERACTION", "NEED", "STAKEHOLDER", "SUPPLIER_REQUEST"]
