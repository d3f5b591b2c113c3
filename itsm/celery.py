"""The Celery application and everything it does on a schedule, in plain sight."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, celeryd_init
from django.core.exceptions import ImproperlyConfigured

from itsm.core.starting import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")

app = Celery("throughline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def refuse(**_kwargs: object) -> None:
    """Worker and beat start under the same conditions as the web server."""
    try:
        refuse_unsafe_start()
    except ImproperlyConfigured as problem:
        raise SystemExit(str(problem)) from None  # a signal swallows any other exception


app.conf.task_routes = {
    "sla.*": {"queue": "sla"},
    "mail.*": {"queue": "mail"},
    "notifications.*": {"queue": "mail"},
}
app.conf.beat_schedule = {
    "heartbeat": {"task": "itsm.core.tasks.beat_heartbeat", "schedule": 10.0},
    "forget-answers": {"task": "itsm.core.tasks.forget_answers", "schedule": 3600.0},
    "return-from-waiting": {"task": "records.return_from_waiting", "schedule": 60.0},
    "check-files": {"task": "records.check_files", "schedule": 5.0, "options": {"expires": 10}},
    "send-held-replies": {"task": "records.send_held", "schedule": 1.0, "options": {"expires": 10}},
    "forget-drafts": {"task": "records.forget_drafts", "schedule": crontab(hour=3, minute=10)},
    "write-exports": {
        "task": "records.write_exports",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "forget-exports": {"task": "records.forget_exports", "schedule": 3600.0},
    "nudge-approvers": {"task": "approvals.nudge", "schedule": 60.0},
    "close-resolved": {"task": "tickets.close_resolved", "schedule": 3600.0},
    "fetch-mail": {"task": "mail.fetch_due", "schedule": 10.0, "options": {"expires": 10}},
    "send-mail": {"task": "notifications.deliver", "schedule": 5.0, "options": {"expires": 10}},
    "advance-imports": {
        "task": "portal.advance_imports",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "mail-reports": {"task": "portal.mail_reports", "schedule": 30.0, "options": {"expires": 30}},
    "send-webhooks": {"task": "webhooks.deliver", "schedule": 5.0, "options": {"expires": 10}},
    # A wake-up that nobody took within seconds is worth nothing: what is due stands in the rows.
    "fire-clocks": {"task": "sla.sweep", "schedule": 1.0, "options": {"expires": 10}},
    "deliver-escalations": {"task": "sla.deliver", "schedule": 1.0, "options": {"expires": 10}},
    "roll-out-agreements": {"task": "sla.roll_out", "schedule": 5.0, "options": {"expires": 30}},
    "check-clocks": {"task": "sla.check", "schedule": crontab(hour=2, minute=30)},
}
