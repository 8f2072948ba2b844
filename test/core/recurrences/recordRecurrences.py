"""Writes random rules of RFC 5545 with their times as dateutil returns them, one line for each rule.

    python recordRecurrences.py > recordedRecurrences.json

A line has the start, the rule, the times between which to look, and the first times there. All are wall times. dateutil and RFC 5545
differ where a weekly rule with BYSETPOS begins within a week, and where BYDAY mixes `MO` and `1MO`: such rules are left out.
"""

import json
import random
import signal
from datetime import datetime, timedelta

from dateutil.rrule import rrulestr

COUNT = 6
# The search begins that many days after the start and ends that many days later: dateutil takes long for small steps.
SPANS = {
    "YEARLY": (400, 3000),
    "MONTHLY": (400, 3000),
    "WEEKLY": (400, 3000),
    "DAILY": (400, 3000),
    "HOURLY": (100, 400),
    "MINUTELY": (5, 20),
    "SECONDLY": (0.2, 0.5),
}
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FREQUENCIES = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]


def some(random_, values, most=3):
    return ",".join(str(one) for one in sorted(random_.sample(values, random_.randint(1, most)), key=str))


def rule(r):
    frequency = r.choice(FREQUENCIES)
    parts = [f"FREQ={frequency}"]
    coarse = frequency in ("YEARLY", "MONTHLY")
    if r.random() < 0.5:
        parts.append(f"INTERVAL={r.choice([1, 2, 3, 5, 7, 10, 13, 25, 90])}")
    if r.random() < 0.3:
        parts.append(f"WKST={r.choice(DAYS)}")
    if r.random() < 0.25:
        parts.append("BYMONTH=" + some(r, list(range(1, 13)), 5))
    if r.random() < 0.25:
        parts.append("BYMONTHDAY=" + some(r, [1, 2, 13, 15, 28, 29, 30, 31, -1, -2, -15]))
    if r.random() < 0.1 and frequency == "YEARLY":
        parts.append("BYYEARDAY=" + some(r, [1, 60, 100, 200, 365, 366, -1, -100, -366]))
    if r.random() < 0.15 and frequency == "YEARLY":
        parts.append("BYWEEKNO=" + some(r, [1, 2, 20, 52, 53, -1]))
    if r.random() < 0.4:
        days = [f"{n}{day}" for n in (1, 2, -1, 5) for day in DAYS] if coarse and r.random() < 0.5 else DAYS
        parts.append("BYDAY=" + some(r, days, 4))
    if r.random() < 0.3:
        parts.append("BYHOUR=" + some(r, list(range(24)), 4))
    if r.random() < 0.3:
        parts.append("BYMINUTE=" + some(r, list(range(0, 60, 5)), 4))
    if r.random() < 0.2:
        parts.append("BYSECOND=" + some(r, list(range(0, 60, 10))))
    if r.random() < 0.2 and len(parts) > 1 and frequency != "WEEKLY":
        parts.append("BYSETPOS=" + some(r, [1, 2, 3, -1, -2], 2))
    if r.random() < 0.3:
        parts.append(f"COUNT={r.choice([1, 5, 40, 400, 3000])}")
    elif r.random() < 0.2:
        parts.append(f"UNTIL={2026 + r.randint(0, 2)}{r.randint(1, 12):02}15T120000")
    return ";".join(parts)


def stop(*_):
    raise TimeoutError


def main():
    signal.signal(signal.SIGALRM, stop)
    r = random.Random(5545)
    lines = []
    while len(lines) < 300:
        text = rule(r)
        start = datetime(2026, 1, 1) + timedelta(seconds=r.randrange(0, 300 * 86400, 300))
        days, horizon = SPANS[text.split(";")[0][5:]]
        after = start + timedelta(seconds=r.choice([-1, 0, r.randrange(int(days * 86400))]))
        until = after + timedelta(days=horizon)
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        try:
            found = rrulestr(text, dtstart=start)
            times = list(found.replace(until=min(found._until or until, until)).xafter(after, COUNT))
        except (ValueError, TimeoutError):
            continue  # A rule that has no time, or that dateutil needs too long for.
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        lines.append([start.isoformat(), text, after.isoformat(), until.isoformat(), [time.isoformat() for time in times]])
    print("[\n" + ",\n".join(json.dumps(line, separators=(",", ":")) for line in lines) + "\n]")


main()
