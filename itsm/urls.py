"""Every address the program answers, handed to the app that knows what it means."""

from django.urls import URLPattern, URLResolver, include, path

from itsm.core.health import healthz, readyz
from itsm.core.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/", include("itsm.api")),
    path("", include("itsm.accounts.urls")),
    path("", include("itsm.branding.urls")),
    path("", include("itsm.portal.urls")),
    path("", include("valuechain.approvals.urls")),
    path("", include("valuechain.plan.urls")),
    path("", include("valuechain.design_transition.urls")),
    path("", include("valuechain.engage.urls")),
    path("", include("valuechain.improve.urls")),
    path("", include("valuechain.obtain_build.urls")),
    path("", include("valuechain.deliver_support.urls")),
    path("", include("valuechain.streams.urls")),
    path("", include("itsm.notifications.urls")),
    path("", include("sla.urls")),
    path("", include("tickets.mail.urls")),
    path("", include("tickets.urls")),
    path("", include("valuechain.records.urls")),
]

handler400 = "itsm.core.rest.problems.bad_request"
handler403 = "itsm.core.rest.problems.permission_denied"
handler404 = "itsm.core.rest.problems.page_not_found"
handler500 = "itsm.core.rest.problems.server_error"
