"""Pages that span the apps: home, search, chain view, dashboards, and how pages look."""
