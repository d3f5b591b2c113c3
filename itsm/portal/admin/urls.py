"""Addresses of the administrators' pages."""

from django.urls import path

from itsm.portal.admin import (
    approvals,
    branding,
    desk,
    first_steps,
    imports,
    looking,
    machines,
    people_file,
    signing_in,
    tokens,
    views,
)

urlpatterns = [
    path("admin/", looking.HomeView.as_view(), name="admin-home"),
    path("admin/first-steps/", first_steps.FirstStepsView.as_view(), name="admin-first-steps"),
    path("admin/people/", views.PeopleView.as_view(), name="admin-people"),
    path("admin/people/new/", views.PersonView.as_view(), name="admin-person-new"),
    path("admin/people/file/", people_file.PeopleFileView.as_view(), name="admin-people-file"),
    path("admin/people/<int:pk>/", views.PersonView.as_view(), name="admin-person"),
    path("admin/roles/", views.RolesView.as_view(), name="admin-roles"),
    path("admin/organisations/", views.OrganisationsView.as_view(), name="admin-organisations"),
    path(
        "admin/organisations/new/", views.OrganisationView.as_view(), name="admin-organisation-new"
    ),
    path(
        "admin/organisations/<int:pk>/",
        views.OrganisationView.as_view(),
        name="admin-organisation",
    ),
    path("admin/teams/", views.TeamsView.as_view(), name="admin-teams"),
    path("admin/teams/new/", views.TeamView.as_view(), name="admin-team-new"),
    path("admin/teams/<int:pk>/", views.TeamView.as_view(), name="admin-team"),
    path("admin/priorities/", desk.PrioritiesView.as_view(), name="admin-priorities"),
    path("admin/routing/", desk.RoutingView.as_view(), name="admin-routing"),
    path("admin/routing/new/", desk.RuleView.as_view(), name="admin-rule-new"),
    path("admin/routing/<int:pk>/", desk.RuleView.as_view(), name="admin-rule"),
    path("admin/approvals/", approvals.PoliciesView.as_view(), name="admin-approvals"),
    path("admin/approvals/new/", approvals.PolicyView.as_view(), name="admin-policy-new"),
    path("admin/approvals/<int:pk>/", approvals.PolicyView.as_view(), name="admin-policy"),
    path("admin/webhooks/", machines.WebhooksView.as_view(), name="admin-webhooks"),
    path("admin/webhooks/new/", machines.WebhookView.as_view(), name="admin-webhook-new"),
    path("admin/webhooks/<int:pk>/", machines.WebhookView.as_view(), name="admin-webhook"),
    path("admin/tokens/new/", tokens.NewTokenView.as_view(), name="admin-token-new"),
    path(
        "admin/tokens/<int:pk>/withdraw/",
        tokens.WithdrawTokenView.as_view(),
        name="admin-token-withdraw",
    ),
    path("admin/tokens/", tokens.TokensView.as_view(), name="admin-tokens"),
    path("admin/imports/", imports.ImportsView.as_view(), name="admin-imports"),
    path("admin/imports/<int:pk>/", imports.ImportView.as_view(), name="admin-import"),
    path("admin/branding/", branding.BrandingView.as_view(), name="admin-branding"),
    path("admin/sign-in/", signing_in.SigningInView.as_view(), name="admin-sign-in"),
    path("admin/audit/", looking.AuditView.as_view(), name="admin-audit"),
]
