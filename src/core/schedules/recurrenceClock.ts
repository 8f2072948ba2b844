import { readRecurrence } from '../recurrences/recurrenceText.ts';
import type { Instant } from '../values/instant.ts';
import { isJsonObject, type Json } from '../values/jsonObject.ts';
import type { ClockTimes, ZonedMoment } from './clock.ts';
import { recurrenceStrikes, type ZonedRule, zonedRule } from './recurrenceStrikes.ts';
import { isoMomentOf, listOf } from './scheduleValues.ts';
import { UTC } from './timeZone.ts';

/** The default start of a rule in Prefect 1. */
const DEFAULT_START: ZonedMoment = { instant: Date.UTC(2018, 5, 20) * 1000, zone: UTC };

/**
 * Strikes by iCalendar rules. Times have the offset of the rule's start, which defaults to UTC.
 * Source: Prefect 1, schedules/clocks.py, RRuleClock, and serialization/schedule.py.
 * @param json a serialized `rrule` or `rruleset`; throws an Error if it is invalid
 */
export function recurrenceClock(json: Json, start: ZonedMoment | null, end: Instant | null): ClockTimes {
  if (!isJsonObject(json)) throw new Error('A recurrence must have an rrule_obj.');
  const isSet = json.type === 'rruleset';
  if (!isSet && json.type !== 'rrule') throw new Error(`Unknown type of recurrence: ${JSON.stringify(json.type)}`);
  const rules = (rulesJson: Json | undefined) => listOf('rules', rulesJson).map(readRule);
  const dates = (datesJson: Json | undefined) =>
    listOf('dates', datesJson).map((date) => isoMomentOf('date', date).instant);
  const strikesAfter = recurrenceStrikes(
    isSet
      ? {
          rules: rules(json._rrule),
          dates: dates(json._rdate),
          exceptRules: rules(json._exrule),
          exceptDates: dates(json._exdate),
        }
      : { rules: [readRule(json)], dates: [], exceptRules: [], exceptDates: [] },
    UTC,
  );
  return function* strikes(after, steps) {
    const from = start !== null && after < start.instant ? start.instant - 1 : after;
    for (const strike of strikesAfter(from, steps)) {
      if (end !== null && strike.instant > end) return;
      yield strike;
    }
  };
}

function readRule(json: Json): ZonedRule {
  if (!isJsonObject(json) || typeof json.rr !== 'string')
    throw new Error('A rule of a recurrence must have a string `rr`.');
  const { rr, _dtstart: startJson = null, _until: untilJson = null } = json;
  // The start in the text has no offset; `_dtstart` is the same time with it. The same applies to UNTIL.
  const { rules, dates, exceptRules, exceptDates } = readRecurrence(rr);
  const [written] = rules;
  if (!written || rules.length + dates.length + exceptRules.length + exceptDates.length > 1)
    throw new Error('A rule of a recurrence must be one RRULE.');
  const start = startJson === null ? DEFAULT_START : isoMomentOf('_dtstart', startJson);
  const until = untilJson === null ? written.until : { instant: isoMomentOf('_until', untilJson, start.zone).instant };
  return zonedRule({ ...written, until }, start.instant, start.zone);
}
