"""A small company for the tests of signing in and of tokens."""

import pytest

from itsm.accounts.access import SYSTEM
from itsm.accounts.actions import issue_token
from itsm.accounts.models import Organisation, RoleGrant, User
from itsm.accounts.roles import Role

PASSWORD = "a-long-enough-secret"


@pytest.fixture
def company(db):
    return Organisation.objects.create(name="Northwind")


@pytest.fixture
def branch(company):
    return Organisation.objects.create(name="Northwind Vienna", parent=company)


@pytest.fixture
def rival(db):
    return Organisation.objects.create(name="Rival", kind=Organisation.Kind.CUSTOMER)


@pytest.fixture
def ada(company):
    person = User.objects.create_user(
        "ada@northwind.example", PASSWORD, name="Ada Agent", organisation=company
    )
    RoleGrant.objects.create(user=person, role=Role.AGENT)
    return person


@pytest.fixture
def bob(rival):
    return User.objects.create_user(
        "bob@rival.example", PASSWORD, name="Bob Elsewhere", organisation=rival
    )


@pytest.fixture
def bearer():
    """Return the header of a fresh token: `bearer(ada, "tokens:read")`."""

    def make(user, *scopes, **more):
        _token, written = issue_token(
            user=user,
            name="test",
            scopes=scopes or ["all:read", "all:write"],
            actor=SYSTEM,
            **more,
        )
        return {"Authorization": f"Bearer {written}"}

    return make
