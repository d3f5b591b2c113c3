"""The sample company's mailbox, and mail that no rule could place, waiting in the desk's inbox."""

from __future__ import annotations

from email.message import EmailMessage

from itsm.portal.sample import company
from itsm.portal.sample.telling import Teller
from tickets.mail.intake import receive
from tickets.mail.models import Mailbox, SenderRule

DESK_ADDRESS = f"desk@{company.DOMAIN}"
DOMAINS = (
    (company.DOMAIN, company.ROOT),
    ("lakeside.example", company.LAKESIDE),
    ("tarnvalley.example", company.TARN),
)
#: From, subject, text, further headers.
WAITING: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("Jonas Weber <jonas.weber@weber-print.example>", "Offer for toner cartridges",
     "Good morning,\n\nplease find our prices for next year. Whom may I call?\n\nJonas Weber", {}),
    ("Night ward <nightward@familie.example>", "Monitor in room 214",
     "The monitor in room 214 stays black. I write from my private address, as I cannot sign in.", {}),
    (f"Postmaster <postmaster@{company.DOMAIN}>", "Undelivered Mail Returned to Sender",
     "The address could not be reached.", {"Auto-Submitted": "auto-replied"}),
)  # fmt: skip


def tell(teller: Teller) -> None:
    """Set up the desk's mailbox and bring it three mails."""
    mailbox = Mailbox.objects.create(
        address=DESK_ADDRESS, name="Service desk", team=teller.teams[company.DESK]
    )
    SenderRule.objects.bulk_create(
        SenderRule(domain=domain, organisation=teller.organisations[name])
        for domain, name in DOMAINS
    )
    for number, (sender, subject, text, headers) in enumerate(WAITING, 1):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, DESK_ADDRESS, subject
        mail["Message-ID"] = f"<sample-{number}@{company.DOMAIN}>"
        for name, value in headers.items():
            mail[name] = value
        mail.set_content(text)
        receive(mail.as_bytes(), mailbox=mailbox, arrived_at=teller.now)
