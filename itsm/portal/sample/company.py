"""Who there is at Brightwater Clinics: units, customers, suppliers, teams and people."""

from __future__ import annotations

from dataclasses import dataclass

from itsm.accounts.models import Organisation
from itsm.accounts.roles import Role

ROOT = "Brightwater Clinics"
LAKESIDE = "Lakeside Care Homes"
TARN = "Tarn Valley Practice"
NORTH, SOUTH, LAB = "Clinic North", "Clinic South", "Laboratory"
IT, FINANCE, HR = "Information Services", "Finance", "Human Resources"
NORDLINK, MEDISOFT = "Nordlink Networks", "Medisoft Systems"
DOMAIN = "brightwater.example"
TIME_ZONE = "Europe/Vienna"
#: How the service desk is reached.
PHONE, EMAIL = "+43 1 555 0100", f"desk@{DOMAIN}"

_INTERNAL, _CUSTOMER, _SUPPLIER = (
    Organisation.Kind.INTERNAL, Organisation.Kind.CUSTOMER, Organisation.Kind.SUPPLIER,
)  # fmt: skip

#: Name, kind, parent, and whether its members see each other's records.
ORGANISATIONS = (
    (ROOT, _INTERNAL, None, False),
    (NORTH, _INTERNAL, ROOT, False),
    (SOUTH, _INTERNAL, ROOT, False),
    (LAB, _INTERNAL, ROOT, True),
    (IT, _INTERNAL, ROOT, False),
    (FINANCE, _INTERNAL, ROOT, False),
    (HR, _INTERNAL, ROOT, False),
    (LAKESIDE, _CUSTOMER, None, True),
    (TARN, _CUSTOMER, None, False),
    (NORDLINK, _SUPPLIER, None, False),
    (MEDISOFT, _SUPPLIER, None, False),
)

DESK, NETWORK, WORKPLACE = "Service desk", "Network", "Workplace"
APPLICATIONS, CLINICAL = "Applications", "Clinical systems"
TEAMS = (DESK, NETWORK, WORKPLACE, APPLICATIONS, CLINICAL)


@dataclass(frozen=True, slots=True)
class Person:
    """One person: `grants` pairs a role with the organisation it holds in ("" is everywhere).

    `tries` says what to look at when signed in as them; only such people get a password.
    """

    key: str
    name: str
    organisation: str
    place: str
    phone: str
    team: str = ""
    is_lead: bool = False
    grants: tuple[tuple[str, str], ...] = ()
    tries: str = ""
    domain: str = DOMAIN
    is_service_account: bool = False
    desk_note: str = ""

    @property
    def email(self) -> str:
        """The persona's short address, or first.last for everybody else."""
        local = self.key if self.tries else ".".join(self.name.lower().replace("dr. ", "").split())
        return f"{local}@{self.domain}"


def _everywhere_we_serve(role: str) -> tuple[tuple[str, str], ...]:
    return tuple((role, place) for place in (ROOT, LAKESIDE, TARN))


PEOPLE = (
    # One persona for each role.
    Person("requester", "Anna Kowalski", NORTH, "North, ward 3", "+43 1 555 0141",
           grants=((Role.REQUESTER, NORTH),),
           tries="Raise a ticket, answer one that waits for you, confirm a resolution."),
    Person("agent", "Nora Lindqvist", IT, "Head office, 2nd floor", "+43 1 555 0100", DESK,
           grants=_everywhere_we_serve(Role.AGENT),
           tries="Work the queue: log a call, reply, add a note, resolve, merge, split."),
    Person("lead", "Tomasz Wieczorek", IT, "Head office, 2nd floor", "+43 1 555 0101", DESK,
           is_lead=True, grants=_everywhere_we_serve(Role.TEAM_LEAD),
           tries="See what is overdue, reassign, declare a major incident, approve a request."),
    Person("change", "Helen Okafor", IT, "Head office, 3rd floor", "+43 1 555 0102",
           grants=_everywhere_we_serve(Role.CHANGE_MANAGER),
           tries="Authorise, return or refuse the changes that wait for a decision."),
    Person("release", "Daniel Fuchs", IT, "Head office, 3rd floor", "+43 1 555 0103",
           grants=((Role.RELEASE_MANAGER, ROOT),),
           tries="Schedule an authorised change, carry it out, review it."),
    Person("brm", "Priya Raman", IT, "Head office, 4th floor", "+43 1 555 0104",
           grants=_everywhere_we_serve(Role.BRM),
           tries="Assess the project initiations that the clinics handed in."),
    Person("planner", "Sofia Berglund", IT, "Head office, 4th floor", "+43 1 555 0105",
           grants=((Role.PLANNER, ""),),
           tries="Recommend or advise against a project, approve what a colleague recommends."),
    Person("architect", "Luca Moretti", IT, "Head office, 4th floor", "+43 1 555 0106",
           grants=((Role.ARCHITECT, ROOT),),
           tries="Read across all tickets of the clinics; assess a project initiation."),
    Person("budget", "Renate Hofer", FINANCE, "Head office, 1st floor", "+43 1 555 0107",
           grants=((Role.BUDGET_HOLDER, ROOT),),
           tries="Approve a service request or a project that costs money."),
    Person("buyer", "Oskar Nyman", FINANCE, "Head office, 1st floor", "+43 1 555 0108",
           grants=((Role.BUYER, ROOT),), tries="See which requests wait for a supplier."),
    Person("builder", "Aylin Demir", IT, "Head office, 3rd floor", "+43 1 555 0109", APPLICATIONS,
           grants=((Role.BUILDER, IT),), tries="Work only what the team Applications was given."),
    Person("owner", "Frank Adeyemi", IT, "Head office, 3rd floor", "+43 1 555 0110",
           grants=((Role.SERVICE_OWNER, ROOT),),
           tries="Follow the problems behind repeated incidents; approve requests."),
    Person("supplier", "Carla Mendes", NORDLINK, "Nordlink, Linz", "+43 732 555 0150",
           domain="nordlink.example",
           grants=((Role.SUPPLIER_CONTACT, ROOT),),
           tries="See that a supplier reads only the tickets they take part in, and no note."),
    Person("auditor", "Ruth Steiner", ROOT, "Head office, 5th floor", "+43 1 555 0111",
           grants=((Role.AUDITOR, ""),), tries="Read everything and try to change something."),
    Person("admin", "Viktor Novak", IT, "Head office, 2nd floor", "+43 1 555 0112",
           grants=((Role.ADMIN, ""),), tries="Do anything anywhere; make API tokens for others."),
    Person("monitoring", "Monitoring", IT, "Data centre", "",
           grants=((Role.INTEGRATION, ROOT),), is_service_account=True),
    # The desk and the teams behind it.
    Person("ines", "Ines Carvalho", IT, "Head office, 2nd floor", "+43 1 555 0120", DESK,
           grants=_everywhere_we_serve(Role.AGENT)),
    Person("jonas", "Jonas Pichler", IT, "Head office, 2nd floor", "+43 1 555 0121", DESK,
           grants=_everywhere_we_serve(Role.AGENT)),
    Person("samir", "Samir Haddad", IT, "Data centre", "+43 1 555 0122", NETWORK, is_lead=True),
    Person("greta", "Greta Olsen", IT, "Data centre", "+43 1 555 0123", NETWORK),
    Person("malik", "Malik Osei", IT, "South, basement", "+43 1 555 0124", WORKPLACE,
           is_lead=True),
    Person("birgit", "Birgit Wallner", IT, "North, room 12", "+43 1 555 0125", WORKPLACE),
    Person("yuki", "Yuki Tanaka", IT, "Head office, 3rd floor", "+43 1 555 0126", APPLICATIONS,
           is_lead=True),
    Person("pavel", "Pavel Dvorak", IT, "Head office, 3rd floor", "+43 1 555 0127", APPLICATIONS),
    Person("elena", "Elena Ricci", IT, "North, room 14", "+43 1 555 0128", CLINICAL,
           is_lead=True),
    Person("marcus", "Marcus Brandt", IT, "South, room 3", "+43 1 555 0129", CLINICAL),
    # Those who ask.
    Person("emil", "Dr. Emil Sandberg", NORTH, "North, radiology", "+43 1 555 0142"),
    Person("lotte", "Lotte Jensen", NORTH, "North, reception", "+43 1 555 0143"),
    Person("matteo", "Matteo Greco", NORTH, "North, pharmacy", "+43 1 555 0144"),
    Person("fatima", "Fatima Rahimi", NORTH, "North, ward 1", "+43 1 555 0145"),
    Person("klara", "Klara Novotna", SOUTH, "South, reception", "+43 1 555 0146"),
    Person("ben", "Ben Achterberg", SOUTH, "South, theatre 2", "+43 1 555 0147"),
    Person("simone", "Simone Keller", SOUTH, "South, ward 5", "+43 1 555 0148"),
    Person("david", "David Huber", SOUTH, "South, outpatients", "+43 1 555 0149"),
    Person("hana", "Hana Kim", LAB, "Laboratory, haematology", "+43 1 555 0151"),
    Person("stefan", "Stefan Vogel", LAB, "Laboratory, intake", "+43 1 555 0152"),
    Person("claudia", "Claudia Reyes", HR, "Head office, 1st floor", "+43 1 555 0153"),
    Person("thomas", "Thomas Egger", FINANCE, "Head office, 1st floor", "+43 1 555 0154"),
    Person("marta", "Marta Silva", ROOT, "Head office, 5th floor", "+43 1 555 0155"),
    Person("judith", "Judith Moser", LAKESIDE, "Lakeside, house A", "+43 7612 555 01",
           domain="lakeside.example"),
    Person("peter", "Peter Lang", LAKESIDE, "Lakeside, house B", "+43 7612 555 02",
           domain="lakeside.example"),
    Person("amir", "Dr. Amir Nasser", TARN, "Tarn Valley", "+43 5242 555 01",
           domain="tarnvalley.example",
           desk_note="VIP: medical director. Call back within 15 minutes."),
    Person("rosa", "Rosa Weber", TARN, "Tarn Valley, reception", "+43 5242 555 02",
           domain="tarnvalley.example"),
    Person("piet", "Piet de Vries", MEDISOFT, "Medisoft, Utrecht", "+31 30 555 0160",
           grants=((Role.SUPPLIER_CONTACT, ROOT),), domain="medisoft.example"),
)  # fmt: skip
