"""The bench of the sweep measures what it says, on a small table."""

from __future__ import annotations

import pytest

from sla.bench import DUE, sweep_rows
from sla.models import ClockFiring


@pytest.mark.django_db(transaction=True)
def test_each_size_fires_a_hundred_clocks_both_ways():
    rows = list(sweep_rows([1_100, 2_500]))

    assert [row.running for row in rows] == [1_100, 2_500]
    assert ClockFiring.objects.count() == 2 * 10 * DUE
