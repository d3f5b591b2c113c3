"""The closed lists of words of value streams: how strict their order is, and the 34 practices."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Order(TextChoices):
    """How far the order of the steps binds those who work along them."""

    FREE = "free", _("Free: any step at any time")
    PARTIAL = "partial", _("Partial: what must come before has to be there, going back is allowed")
    STRICT = "strict", _("Strict: one step after the other, never back")


class Practice(TextChoices):
    """The 34 management practices of ITIL 4: general, service, then technical ones."""

    ARCHITECTURE = "architecture", _("Architecture management")
    CONTINUAL_IMPROVEMENT = "continual_improvement", _("Continual improvement")
    INFORMATION_SECURITY = "information_security", _("Information security management")
    KNOWLEDGE = "knowledge", _("Knowledge management")
    MEASUREMENT = "measurement", _("Measurement and reporting")
    ORGANISATIONAL_CHANGE = "organisational_change", _("Organisational change management")
    PORTFOLIO = "portfolio", _("Portfolio management")
    PROJECT = "project", _("Project management")
    RELATIONSHIP = "relationship", _("Relationship management")
    RISK = "risk", _("Risk management")
    FINANCIAL = "financial", _("Service financial management")
    STRATEGY = "strategy", _("Strategy management")
    SUPPLIER = "supplier", _("Supplier management")
    WORKFORCE = "workforce", _("Workforce and talent management")
    AVAILABILITY = "availability", _("Availability management")
    BUSINESS_ANALYSIS = "business_analysis", _("Business analysis")
    CAPACITY = "capacity", _("Capacity and performance management")
    CHANGE_ENABLEMENT = "change_enablement", _("Change enablement")
    INCIDENT = "incident", _("Incident management")
    IT_ASSET = "it_asset", _("IT asset management")
    MONITORING = "monitoring", _("Monitoring and event management")
    PROBLEM = "problem", _("Problem management")
    RELEASE = "release", _("Release management")
    SERVICE_CATALOGUE = "service_catalogue", _("Service catalogue management")
    SERVICE_CONFIGURATION = "service_configuration", _("Service configuration management")
    SERVICE_CONTINUITY = "service_continuity", _("Service continuity management")
    SERVICE_DESIGN = "service_design", _("Service design")
    SERVICE_DESK = "service_desk", _("Service desk")
    SERVICE_LEVEL = "service_level", _("Service level management")
    SERVICE_REQUEST = "service_request", _("Service request management")
    VALIDATION = "validation", _("Service validation and testing")
    DEPLOYMENT = "deployment", _("Deployment management")
    INFRASTRUCTURE = "infrastructure", _("Infrastructure and platform management")
    SOFTWARE = "software", _("Software development and management")
