"""What the OpenAPI description says of every operation: its problems and its safety headers."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `detail` is written to a person.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "missing": {"type": "array", "items": {"type": "string"}},
        "retry_after": {"type": "integer"},
        "current_version": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
READ_PROBLEMS = {
    "400": "Not understood.",
    "401": "No token and no session, or one that does not work.",
    "403": "Not allowed.",
    "404": "Not there, or not for you to see.",
    "406": "No such format.",
    "429": "Too many requests; see Retry-After.",
}
WRITE_PROBLEMS = {
    "409": "The rules do not allow it now; see code and missing.",
    "412": "Changed since you read it.",
    "413": "The body is too large.",
    "415": "Send application/json.",
    "422": "The Idempotency-Key was used for another request.",
    "428": "Send If-Match.",
}


class ProblemSchema(AutoSchema):
    """Adds to each operation the problems it may answer and the headers that make it safe."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        problems = READ_PROBLEMS | ({} if self.method == "GET" else WRITE_PROBLEMS)
        for status, description in problems.items():
            operation["responses"].setdefault(
                status,
                {
                    "description": description,
                    "content": {
                        "application/problem+json": {
                            "schema": {"$ref": "#/components/schemas/Problem"}
                        }
                    },
                },
            )
        if header := self._header():
            operation.setdefault("parameters", []).append(header)
        return operation

    def _header(self) -> dict[str, Any] | None:
        if self.method == "POST":
            return {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "maxLength": 255},
                "description": "Repeat safely for 24 hours: the same key gives the same answer.",
            }
        if self.method == "PATCH":
            return {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "schema": {"type": "string"},
                "description": "The ETag of the version the change is based on.",
            }
        return None


def add_problem(result: dict[str, Any], **_how: Any) -> dict[str, Any]:
    """Put the shape of problems among the schema's components."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result
