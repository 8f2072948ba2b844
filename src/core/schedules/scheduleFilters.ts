import { isJsonObject, type Json, type JsonObject } from '../values/jsonObject.ts';
import type { Strike } from './clock.ts';
import { dateOf, durationOf, listOf, momentOf, numberOf, textOf, timeOf } from './scheduleValues.ts';
import { addTime, toWall } from './timeZone.ts';

/** Whether to keep an event. */
export type Filter = (strike: Strike) => boolean;
export type Adjustment = (strike: Strike) => Strike;

const DAY = 86_400 * 1_000_000;

const wall = ({ instant, zone }: Strike) => toWall(instant, zone);
const wallDate = (strike: Strike) => new Date(wall(strike) / 1000);
const monthAndDay = (strike: Strike) => dateOf(wallDate(strike).getUTCMonth() + 1, wallDate(strike).getUTCDate());
const timeOfDay = (strike: Strike) => wall(strike) - Math.floor(wall(strike) / DAY) * DAY;
/** As in Python, Monday is 0. */
const weekday = (strike: Strike) => (wallDate(strike).getUTCDay() + 6) % 7;

/** Whether a value is from start to end, inclusive. With `wraps`, the range extends over the end of the year or day. */
const within = (value: number, start: number, end: number, wraps: boolean) =>
  wraps ? value >= start || value <= end : value >= start && value <= end;

// Filters by name, each with its serialized arguments. Source: Prefect 1, schedules/filters.py.
const FILTERS: { [name: string]: (args: JsonObject) => Filter } = {
  on_datetime({ dt }) {
    const moment = momentOf(dt);
    return ({ instant }) => instant === moment;
  },
  between_datetimes({ start, end }) {
    const [from, to] = [momentOf(start), momentOf(end)];
    return ({ instant }) => instant >= from && instant <= to;
  },
  on_date({ month, day }) {
    const date = dateOf(numberOf(month), numberOf(day));
    return (strike) => monthAndDay(strike) === date;
  },
  between_dates(args) {
    const [startMonth, endMonth] = [numberOf(args.start_month), numberOf(args.end_month)];
    const start = dateOf(startMonth, numberOf(args.start_day));
    const end = dateOf(endMonth, numberOf(args.end_day));
    return (strike) => within(monthAndDay(strike), start, end, startMonth > endMonth);
  },
  at_time({ t }) {
    const time = timeOf(t);
    return (strike) => timeOfDay(strike) === time;
  },
  between_times({ start, end }) {
    const [from, to] = [timeOf(start), timeOf(end)];
    return (strike) => within(timeOfDay(strike), from, to, from > to);
  },
  is_day_of_week({ day_of_week: day }) {
    const wanted = numberOf(day);
    return (strike) => weekday(strike) === wanted;
  },
  is_weekday: () => (strike) => weekday(strike) < 5,
  is_weekend: () => (strike) => weekday(strike) > 4,
  is_month_start: () => (strike) => wallDate(strike).getUTCDate() === 1,
  is_month_end: () => (strike) => new Date(wall(strike) / 1000 + 86_400_000).getUTCDate() === 1,
};

// Source: Prefect 1, schedules/adjustments.py.
const ADJUSTMENTS: { [name: string]: (args: JsonObject) => Adjustment } = {
  add({ interval }) {
    const duration = durationOf(interval);
    return ({ instant, zone }) => ({ instant: addTime(instant, duration, zone), zone });
  },
  next_weekday: () => (strike) => {
    const days = weekday(strike) < 5 ? 0 : 7 - weekday(strike);
    return days === 0 ? strike : { ...strike, instant: addTime(strike.instant, days * DAY, strike.zone) };
  },
};

/** Reads a list such as `[{ fn: 'prefect.schedules.filters.is_weekday', kwargs: {} }]`; throws for unknown names. */
const readFunctions =
  <Fn>(module: string, known: { [name: string]: (args: JsonObject) => Fn }) =>
  (json: Json | undefined): Fn[] =>
    listOf('functions', json).flatMap((reference) => {
      if (reference === null) return [];
      const { fn, kwargs } = isJsonObject(reference) ? reference : { fn: reference, kwargs: {} };
      const name = textOf(fn);
      const make = name.startsWith(module) ? known[name.slice(module.length)] : undefined;
      if (!make) throw new Error(`Invalid function reference: ${name}`);
      return [make(isJsonObject(kwargs) ? kwargs : {})];
    });

export const readFilters = readFunctions('prefect.schedules.filters.', FILTERS);
export const readAdjustments = readFunctions('prefect.schedules.adjustments.', ADJUSTMENTS);
