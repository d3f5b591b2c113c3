"""The machines of deliver & support, one table each; a newcomer reads these first."""

from valuechain.deliver_support.states.article import ARTICLE
from valuechain.deliver_support.states.deployment import DEPLOYMENT
from valuechain.deliver_support.states.offering import OFFERING
from valuechain.deliver_support.states.release import RELEASE
from valuechain.deliver_support.states.service import SERVICE

__all__ = ["ARTICLE", "DEPLOYMENT", "OFFERING", "RELEASE", "SERVICE"]
