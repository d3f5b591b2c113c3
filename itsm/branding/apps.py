"""The look of the house as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BrandingConfig(AppConfig):
    """Keeps name, logo and colour, and draws the small stylesheet that carries them."""

    name = "itsm.branding"
    label = "branding"
    verbose_name = _("Branding")
