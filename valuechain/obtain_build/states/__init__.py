"""The machines of obtain & build, one table each; a newcomer reads these first."""

from valuechain.obtain_build.states.component import COMPONENT
from valuechain.obtain_build.states.milestone import MILESTONE
from valuechain.obtain_build.states.purchase_order import PURCHASE_ORDER
from valuechain.obtain_build.states.work_order import WORK_ORDER

__all__ = ["COMPONENT", "MILESTONE", "PURCHASE_ORDER", "WORK_ORDER"]
