"""Writes the answers of the schedule classes of Prefect to the questions in a file.

    python recordSchedules.py questions > one.json
    <python with prefect 1.4.1> recordSchedules.py prefect1 < one.json
    <python with prefect 3.8.8> recordSchedules.py prefect3 < one.json

`recordedClockChanges.json` has one line for each schedule: the zone, the time after which to look, the schedule, and the
times in seconds after that time as Prefect 1 and Prefect 3 return them.
"""

import asyncio
import json
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

ZONES = [
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Auckland",
    "Pacific/Chatham",
]
YEAR = 2027
COUNT = 12
HOUR = 3600
DAY = 24 * HOUR


def changes(zone):
    """The instants of a year at which the clock of a zone changes, with the seconds by which it does."""
    at = datetime(YEAR, 1, 1, tzinfo=timezone.utc)
    while at.year == YEAR:
        later = at + timedelta(minutes=15)
        before, after = (one.astimezone(ZoneInfo(zone)).utcoffset() for one in (at, later))
        if before != after:
            yield later, before, int((after - before).total_seconds())
        at = later


def schedules(change, offset, seconds):
    """Schedules whose times are skipped or repeated by a change of the clock, and others near them."""
    wall = (change + offset).replace(tzinfo=None)
    hit = wall + timedelta(seconds=abs(seconds) / 2) if seconds > 0 else wall - timedelta(seconds=abs(seconds) / 2)
    minute, hour = hit.minute, hit.hour
    iso = lambda date: date.isoformat(timespec="seconds")
    ical = lambda date: date.strftime("%Y%m%dT%H%M%S")
    for interval, days in [(HOUR, 10), (DAY, 30), (36 * HOUR, 9), (7 * DAY, 14), (DAY, 200)]:
        yield {"interval": interval, "anchor": iso(hit - timedelta(days=days))}
    for cron in [
        f"{minute} {hour} * * *",
        "0 * * * *",
        "*/30 * * * *",
        f"10,50 {min(hour, 22)}-{min(hour, 22) + 1} * * *",
        f"{minute} */2 * * *",
        "0 0 * * sun,mon",
    ]:
        yield {"cron": cron}
    start = hit - timedelta(days=40)
    for rule in [
        "FREQ=DAILY",
        "FREQ=HOURLY;INTERVAL=2",
        "FREQ=MINUTELY;INTERVAL=30",
        f"FREQ=WEEKLY;BYDAY=SU,MO;BYHOUR={hour};BYMINUTE=5,{minute}",
    ]:
        yield {"rule": rule, "start": ical(start)}


def questions():
    for zone in ZONES:
        for change, offset, seconds in changes(zone):
            after = change - timedelta(hours=2, minutes=29, seconds=53)
            for schedule in schedules(change, offset, seconds):
                yield [zone, after.strftime("%Y-%m-%dT%H:%M:%SZ"), schedule]


def instant(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def prefect1(zone, after, schedule):
    from prefect.serialization.schedule import ScheduleSchema

    start = {"dt": schedule.get("anchor", f"{YEAR}-01-01T00:00:00"), "tz": zone}
    if "interval" in schedule:
        clock = {"type": "IntervalClock", "interval": schedule["interval"] * 1_000_000, "start_date": start}
    elif "cron" in schedule:
        clock = {"type": "CronClock", "cron": schedule["cron"], "start_date": start}
    else:
        # Prefect 1 serializes the offset of the start, not its zone.
        first = datetime.strptime(schedule["start"], "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone))
        rule = {"type": "rrule", "rr": f"RRULE:{schedule['rule']}", "_dtstart": first.isoformat()}
        clock = {"type": "RRuleClock", "rrule_obj": rule}
    return ScheduleSchema().load({"clocks": [clock]}).next(COUNT, after=after)


def prefect3(zone, after, schedule):
    from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule

    if "interval" in schedule:
        anchor = datetime.fromisoformat(schedule["anchor"]).replace(tzinfo=ZoneInfo(zone))
        made = IntervalSchedule(interval=timedelta(seconds=schedule["interval"]), anchor_date=anchor, timezone=zone)
    elif "cron" in schedule:
        made = CronSchedule(cron=schedule["cron"], timezone=zone)
    else:
        made = RRuleSchedule(rrule=f"DTSTART:{schedule['start']}\nRRULE:{schedule['rule']}", timezone=zone)
    return asyncio.run(made.get_dates(n=COUNT, start=after))


def main(what):
    if what == "questions":
        rows = [[*question, [], []] for question in questions()]
    else:
        rows = json.load(sys.stdin)
        for row in rows:
            after = instant(row[1])
            answer = {"prefect1": prefect1, "prefect3": prefect3}[what](row[0], after, row[2])
            seconds = sorted((date - after).total_seconds() for date in answer)
            row[3 if what == "prefect1" else 4] = [int(one) if one == int(one) else one for one in seconds]
    print("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]")


main(sys.argv[1])
