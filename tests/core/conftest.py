"""The small company of the accounts tests serves here too."""

from tests.accounts.conftest import ada, bearer, bob, branch, company, rival

__all__ = ["ada", "bearer", "bob", "branch", "company", "rival"]
