"""The OpenAPI description, for whoever writes a client, and a page of it for people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import View
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny


class SchemaView(SpectacularAPIView):
    """The schema itself. It holds no data, so it is open to all."""

    permission_classes = (AllowAny,)
    schema = None


class DocsView(View):
    """The schema as a page, drawn by a script of our own server."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "api/docs.html")
