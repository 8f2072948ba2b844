import { cpus } from 'node:os';
import { median, readable, spread, table } from '../figures.mjs';
import { noise } from '../noise.mjs';

/** Noisy rounds are left out if at least half of the rounds remain. */
function quiet(rounds) {
  const some = rounds.filter(({ isNoisy }) => !isNoisy);
  return some.length * 2 >= rounds.length ? some : rounds;
}

const figures = (entry, name) =>
  quiet(entry.rounds)
    .map((round) => round[name])
    .filter((value) => value !== null);
const middle = (entry, name) => {
  const values = figures(entry, name);
  return values.length === 0 ? null : median(values);
};
const shown = (value, format = readable) => (value === null ? '-' : format(value));
const milliseconds = (us) => shown(us, (value) => readable(value / 1000));

/** A contender with wrong answers or lost rows has no figure. */
const isWrong = ({ rounds }) =>
  rounds.some(({ faults, answered, isLost }) => isLost || faults.length > 0.001 * answered);

/** The median of the ratios of rounds that were measured one after the other. */
function ratioOf(ours, theirs) {
  const pairs = ours.rounds.flatMap((round) => {
    const other = theirs.rounds.find((each) => each.round === round.round);
    if (!other) return [];
    return [{ ratio: round.perSecond / other.perSecond, isNoisy: round.isNoisy || other.isNoisy }];
  });
  return pairs.length === 0 ? null : median(quiet(pairs).map(({ ratio }) => ratio));
}

/** The results so far, in Markdown. */
export function report({ options, postgres, contenders, leftOut, results, memoryAtRest, startedAt }) {
  const columns = ['prefect3', 'postgraphile', 'handWritten', 'pgAlone', 'fiveStatements', 'oneStatement']
    .map((key) => contenders.find((contender) => contender.key === key))
    .filter(Boolean);
  const versions = contenders.flatMap(({ version }) => version ?? []).join(', ');
  const minutes = readable((Date.now() - startedAt) / 60_000);
  return `# FlowQL beside its peers

All servers, PostgreSQL ${postgres.version} and the load run on one machine: ${cpus().length} x ${cpus()[0].model}, Node ${process.version}. One
PostgreSQL for all, with \`fsync\`; the same ${readable(options.runs)} flow runs in each. ${options.rounds} rounds of ${options.seconds} s, interleaved, every second round
backwards; while one server is measured, the others are halted. Medians. ${versions ? `${versions}. ` : ''}The run took ${minutes} minutes.
${noise()}
${leftOut.map(({ name, reason }) => `\nNot measured: ${name}. ${reason}\n`).join('')}
${table(
  ['work', 'FlowQL', ...columns.map(({ name }) => name), 'goal: ratio'],
  results.map((result) => summaryOf(result, columns)),
)}

Each figure is operations per second, then the CPU time for one operation: of the server, plus of PostgreSQL. The server and
its peers are in [README.md](README.md#peers).

${results.map(detailsOf).join('\n\n')}

${memoryOf(contenders, results, memoryAtRest)}
`;
}

function summaryOf({ workload, entries }, columns) {
  const find = (key) => entries.find((entry) => entry.key === key);
  const title = workload.connections ? `${workload.title}; ${workload.connections} connections` : workload.title;
  const goals = workload.goals.map((goal) => goalOf(goal, find('flowql'), find(goal.to)));
  return [title, cell(find('flowql')), ...columns.map(({ key }) => cell(find(key))), goals.join('; ')];
}

function cell(entry) {
  if (!entry) return '-';
  if (entry.rounds.length === 0) return 'failed';
  if (isWrong(entry)) return 'wrong answers';
  const server = middle(entry, 'serverUs');
  const cpu = [...(server ? [server] : []), middle(entry, 'postgresUs')].map(milliseconds);
  return `${readable(middle(entry, 'perSecond'))}/s, ${cpu.join(' + ')} ms`;
}

function goalOf({ least }, ours, theirs) {
  if (!theirs) return `${least}x: not measured`;
  const isUsable = [ours, theirs].every((entry) => entry && entry.rounds.length > 0 && !isWrong(entry));
  const ratio = isUsable ? ratioOf(ours, theirs) : null;
  if (ratio === null) return `${least}x ${theirs.name}: no result`;
  return `${least}x ${theirs.name}: **${readable(ratio)}** ${ratio >= least ? 'met' : 'missed'}`;
}

function detailsOf({ workload, entries }) {
  const ours = entries.find(({ key }) => key === 'flowql');
  const rows = entries.map((entry) => {
    if (entry.rounds.length === 0) return [entry.name, `failed: ${entry.failure}`, '', '', '', '', '', '', '', ''];
    const ratio = ours && ours !== entry ? ratioOf(ours, entry) : null;
    return [
      entry.name,
      spread(figures(entry, 'perSecond')),
      shown(middle(entry, 'p50')),
      shown(middle(entry, 'p99')),
      ...['serverUs', 'postgresUs', 'ownUs'].map((name) => milliseconds(middle(entry, name))),
      shown(ratio),
      `${entry.rounds.length}, ${entry.rounds.filter(({ isNoisy }) => isNoisy).length} noisy`,
      String(entry.rounds.reduce((sum, { faults }) => sum + faults.length, 0)),
    ];
  });
  const faults = entries.flatMap(({ name, rounds, failure }) => {
    const fault = failure ?? rounds.flatMap((round) => round.faults)[0];
    return fault ? [`- ${name}: \`${fault.replaceAll('`', "'").slice(0, 200)}\``] : [];
  });
  const head = [
    '',
    'per second, median (least-most)',
    'p50 ms',
    'p99 ms',
    'CPU ms',
    'PostgreSQL CPU ms',
    'load CPU ms',
  ];
  return `## ${workload.key}

${table([...head, "FlowQL's rate to it", 'rounds', 'wrong answers'], rows)}${faults.length > 0 ? `\n\n${faults.join('\n')}` : ''}`;
}

/** Resident memory of each server: before the first request, and the most at the end of a round of pages and of all work. */
function memoryOf(contenders, results, atRest) {
  const most = (key, isIncluded) => {
    const rounds = results
      .filter(isIncluded)
      .flatMap(({ entries }) => entries.filter((entry) => entry.key === key).flatMap((entry) => entry.rounds));
    return rounds.length === 0 ? null : Math.max(...rounds.map(({ memory }) => memory));
  };
  const rows = contenders
    .filter(({ pids }) => pids.length > 0)
    .map(({ key, name }) => [
      name,
      shown(atRest[key] ?? null),
      shown(most(key, ({ workload }) => workload.job === 'page')),
      shown(most(key, () => true)),
    ]);
  return `## Memory

${table(['', 'at rest, MB', 'with pages: most, MB', 'with all work: most, MB'], rows)}`;
}
