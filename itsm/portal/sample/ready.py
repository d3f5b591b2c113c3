"""What the service desk keeps ready: replies it sends often, and changes it makes in one go."""

from tickets.prepared import CannedReply, Macro

_LETTER = "Hello {{ first_name }},\n\n%s\n\nYour service desk"
_WHICH = "which device is it? The number is on the label at the back, such as WS-2041."
REPLIES = (
    ("Which device is it?", _WHICH),
    ("Password is set anew", "your password is set anew. Choose your own at the next sign-in."),
    ("A colleague comes by", "a colleague comes by about {{ number }} today. No need to be there."),
)
MACROS = (
    ("Ask for the device and wait", _WHICH, "wait_for_customer"),
    ("Restarted and working", "after a restart it works. Reply here if it comes back.", "resolve"),
)


def provide() -> None:
    """Put it on everybody's shelf."""
    CannedReply.objects.bulk_create(
        CannedReply(title=title, body=_LETTER % words) for title, words in REPLIES
    )
    Macro.objects.bulk_create(
        Macro(title=title, take=True, reply=_LETTER % words, step=step)
        for title, words, step in MACROS
    )
