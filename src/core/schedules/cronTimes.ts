import { DAY_SECONDS, dateOfDay, dayOf, LAST_DAY } from '../recurrences/calendar.ts';
import type { Steps } from '../values/steps.ts';
import type { CronPattern } from './cronPattern.ts';

/** Returns the times of a pattern from a time on, in order. Times are wall times in seconds. */
export function* cronTimes(pattern: CronPattern, from: number, steps: Steps): Generator<number> {
  let day = Math.floor(from / DAY_SECONDS);
  let least = from - day * DAY_SECONDS;
  while (day <= LAST_DAY) {
    steps.spend();
    const { year, month } = dateOfDay(day);
    if (!pattern.months.has(month)) {
      day = dayOf(year, month + 1);
    } else {
      if (pattern.matchesDay(day))
        for (const second of secondsOfDay(pattern, least)) {
          steps.spend();
          yield day * DAY_SECONDS + second;
        }
      day += 1;
    }
    least = 0;
  }
}

function* secondsOfDay({ hours, minutes, seconds }: CronPattern, least: number): Generator<number> {
  for (const hour of hours) {
    if ((hour + 1) * 3600 <= least) continue;
    for (const minute of minutes) {
      if (hour * 3600 + (minute + 1) * 60 <= least) continue;
      for (const second of seconds) {
        const time = hour * 3600 + minute * 60 + second;
        if (time >= least) yield time;
      }
    }
  }
}
