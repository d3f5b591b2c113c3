"""How hard hypothesis searches: HYPOTHESIS_PROFILE=thorough for the long run."""

import os

from hypothesis import HealthCheck, settings

slow_is_fine = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile(
    "sla", max_examples=200, deadline=None, suppress_health_check=slow_is_fine
)
settings.register_profile(
    "thorough", max_examples=1500, deadline=None, suppress_health_check=slow_is_fine
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "sla"))
