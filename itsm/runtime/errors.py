"""The one error of the runtime: something on this machine stands in the way."""


class RuntimeProblem(Exception):  # noqa: N818 - a problem of the machine, told to a person
    """Something on this machine stops Throughline; the message says what to do."""
