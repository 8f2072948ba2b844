/** The quantile of the values: 0.5 is the median. */
export function quantile(values, part) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

export const median = (values) => quantile(values, 0.5);

/** `4,210`; numbers below 100 keep one or two decimal places. */
export const readable = (value) =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(value >= 10 ? 1 : 2);

/** The median with the minimum and the maximum: `4,210 (3,900-4,400)`. */
export const spread = (values) =>
  `${readable(median(values))} (${readable(Math.min(...values))}-${readable(Math.max(...values))})`;

/** A Markdown table. */
export const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
