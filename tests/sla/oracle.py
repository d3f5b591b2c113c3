"""Business time by brute force, straight from the definition: walk the clock on the wall, step by step.

Shares no code with the engine. It reads the same JSON values and may be as slow as it likes.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ONE_DAY = timedelta(days=1)


def seconds_of(text):
    parts = [int(p) for p in text.split(":")] + [0]
    return parts[0] * 3600 + parts[1] * 60 + parts[2]


class WallClock:
    """Says of any instant whether it is open."""

    def __init__(self, raw):
        self.raw = raw
        self.zone = ZoneInfo(raw["tz"])
        self.always = raw.get("always_open", False)
        self.carried_memo = {}
        obeyed = raw.get("holidays", [])
        if self.always and not raw.get("holidays_apply", False):
            obeyed = []
        self.full = {h for h in obeyed if isinstance(h, str)}
        self.parts = [
            (h["date"], seconds_of(h["from"]), seconds_of(h["to"]))
            for h in obeyed
            if not isinstance(h, str)
        ]

    def carried(self, day):
        if day not in self.carried_memo:
            self.carried_memo[day] = self.windows_carried_by(day)
        return self.carried_memo[day]

    def windows_carried_by(self, day):
        name = day.isoformat()
        if name in self.raw.get("overrides", {}):
            written = self.raw["overrides"][name]
        elif name in self.full:
            written = []
        elif self.always:
            written = [["00:00", "24:00"]]
        else:
            written = self.raw["weekly"].get(DAYS[day.weekday()], [])
        return [(seconds_of(a), seconds_of(b)) for a, b in written]

    def is_open(self, instant):
        local = instant.astimezone(self.zone)
        day = local.date()
        second = local.hour * 3600 + local.minute * 60 + local.second
        name = day.isoformat()
        if name not in self.raw.get("overrides", {}):
            if name in self.full:
                return False
            if any(d == name and a <= second < b for d, a, b in self.parts):
                return False
        for a, b in self.carried(day):
            if a <= b and a <= second < b:
                return True
            if b < a and second >= a:
                return True
        return any(b < a and second < b for a, b in self.carried(day - ONE_DAY))


def paused(instant, pauses):
    return any(a <= instant and (b is None or instant < b) for a, b in pauses)


def elapsed(raw, start, end, pauses=(), step=60):
    wall, total, at = WallClock(raw), 0, start
    while at < end:
        if wall.is_open(at) and not paused(at, pauses):
            total += step
        at += timedelta(seconds=step)
    return total


def deadline(raw, start, target, until, pauses=(), step=60):
    """The earliest instant with the target spent, None when it is not spent by `until`."""
    wall, left, at = WallClock(raw), target, start
    while at < until:
        if wall.is_open(at) and not paused(at, pauses):
            left -= step
            if left <= 0:
                return at + timedelta(seconds=step)
        at += timedelta(seconds=step)
    return None


class Story:
    """Replays the events of one record a minute at a time."""

    def __init__(self, calendars, case, horizon):
        self.walls = {name: WallClock(raw) for name, raw in calendars.items()}
        self.case = case
        self.now = instant(case["now"])
        self.horizon = horizon
        self.events = sorted(
            (e for e in case["events"] if instant(e["at"]) <= self.now),
            key=lambda e: instant(e["at"]),
        )
        self.created = instant(self.events[0]["at"])

    def lives(self, metric):  # noqa: C901 - naive on purpose: one branch for each kind of event
        """Yield after each event: is the record waiting, is the metric finished, since when."""
        waiting = resolved = False
        answered = None
        began = self.created if metric != "next_response" else None
        finish = None
        priority, segments = None, [(None, self.case["calendar"])]
        terms = None
        for event in self.events:
            at, kind = instant(event["at"]), event["type"]
            if kind in ("created", "priority"):
                priority = event["priority"]
            elif kind == "calendar_change":
                if event["mode"] == "recompute":
                    segments = [(None, event["calendar"])]
                else:
                    segments = [*segments, (at, event["calendar"])]
            elif kind == "pending" and not resolved:
                waiting = True
            elif kind == "resume":
                waiting = False
            elif kind == "resolved" and not resolved:
                resolved, waiting = True, False
                if metric == "resolution":
                    finish = at
            elif kind == "reopened" and resolved:
                resolved = False
                if metric == "resolution":
                    finish = None
            elif kind == "public_reply_by_requester" and metric == "next_response":
                if answered is not None and (began is None or finish is not None):
                    began, finish = at, None
            elif kind == "public_reply_by_agent":
                answered = at if answered is None else answered
                if metric != "resolution" and began is not None and finish is None:
                    finish = at
            if finish is None or (finish == at and terms is None):
                terms = (priority, segments)
            yield at, waiting, resolved, began, finish, terms

    def read(self, metric):  # noqa: C901 - naive on purpose: one walk, minute by minute
        pausable = metric in self.case["policy"].get("pausable", ["resolution"])
        steps = list(self.lives(metric))
        _, waiting, _, began, finish, (priority, segments) = steps[-1]
        target = self.case["policy"]["targets_s"][priority].get(metric)
        if target is None:
            return None
        if began is None:
            return {"state": "idle", "deadline": None, "elapsed_s": 0, "remaining_s": target}
        stop = finish or self.now
        used, due, at, n = 0, None, began, 0
        elapsed_s = None
        while at < self.horizon:
            while n + 1 < len(steps) and steps[n + 1][0] <= at:
                n += 1
            if at >= stop:
                if elapsed_s is None:
                    elapsed_s = used
                counts = finish is not None or not (waiting and pausable)
            else:
                _, is_waiting, is_resolved, _, _, _ = steps[n]
                counts = not (is_waiting and pausable)
                if metric == "resolution" and is_resolved:
                    counts = False
            if counts and self.open_at(at, segments):
                used += 60
                if used >= target and due is None:
                    due = at + timedelta(minutes=1)
            if due is not None and at >= stop:
                break
            at += timedelta(minutes=1)
        if due is not None and stop > due:
            state = "breached"
        elif finish is not None:
            state = "met"
        elif waiting and pausable:
            state = "paused"
        else:
            state = "running"
        return {
            "state": state,
            "deadline": None if due is None else due.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "elapsed_s": elapsed_s,
            "remaining_s": target - elapsed_s,
        }

    def open_at(self, at, segments):
        name = [name for since, name in segments if since is None or since <= at][-1]
        return self.walls[name].is_open(at)


def instant(text):
    return datetime.fromisoformat(text).astimezone(UTC)
