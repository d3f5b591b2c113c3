"""How each kind of ticket moves: five tables, read first by a newcomer."""

from tickets.states.change import CHANGE
from tickets.states.incident import INCIDENT
from tickets.states.problem import PROBLEM
from tickets.states.project_initiation import PROJECT_INITIATION
from tickets.states.service_request import SERVICE_REQUEST

__all__ = ["CHANGE", "INCIDENT", "PROBLEM", "PROJECT_INITIATION", "SERVICE_REQUEST"]
