"""What is said when a business calendar, an instant or a target cannot be used."""


class BadInputError(ValueError):
    """A value that cannot be used: the reason, and the place where it stands."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message, place)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class CalendarError(BadInputError):
    """A calendar, an instant or a target that cannot be used for business time."""
