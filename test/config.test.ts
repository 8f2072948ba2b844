import { expect, test } from 'vitest';
import { describeConfig, readConfig, settingRows } from '../src/config.ts';
import { nearestName } from '../src/core/values/nearestName.ts';

const faultsOf = (environment: Record<string, string>, flags?: Record<string, string | boolean>): string => {
  try {
    readConfig(environment, flags);
  } catch (error) {
    return String(error);
  }
  return 'no fault';
};

test('all settings have defaults and the configuration is frozen', () => {
  const config = readConfig({ XDG_DATA_HOME: '/home/ada/data' });
  expect(config).toMatchObject({ databaseUrl: null, host: '127.0.0.1', port: 4200, insecure: false, poolSize: 10 });
  expect(Object.isFrozen(config)).toBe(true);
});

test('each setting has its own name and flag and a description', () => {
  const rows = settingRows();
  expect(new Set(rows.flatMap(({ name, flag }) => [name, flag])).size).toBe(2 * rows.length);
  expect(rows.filter(({ description }) => !description.endsWith('.'))).toEqual([]);
  expect(rows.find(({ name }) => name === 'FLOWQL_DATA_DIR')?.flag).toBe('--data-dir');
  expect(rows.filter(({ isSwitch }) => isSwitch).map(({ flag }) => flag)).toEqual(['--insecure']);
});

test.each([
  ['FLOWQL_PORT', '8080', { port: 8080 }],
  ['FLOWQL_PORT', ' 0 ', { port: 0 }],
  ['FLOWQL_PORT', '', { port: 4200 }],
  ['FLOWQL_HOST', '::1', { host: '::1' }],
  ['FLOWQL_INSECURE', 'true', { insecure: true }],
  ['FLOWQL_INSECURE', '0', { insecure: false }],
  ['FLOWQL_LOG_LEVEL', 'debug', { logLevel: 'debug' }],
  ['FLOWQL_DATA_DIR', '/srv/flowql/', { dataDir: '/srv/flowql' }],
  [
    'FLOWQL_CORS_ORIGINS',
    'https://a.example, http://b.example:81',
    { corsOrigins: ['https://a.example', 'http://b.example:81'] },
  ],
  ['DATABASE_URL', 'postgres://me@db/flows', { databaseUrl: 'postgres://me@db/flows' }],
  [
    'DATABASE_URL',
    'postgresql:///flows?host=/run/postgresql',
    { databaseUrl: 'postgresql:///flows?host=/run/postgresql' },
  ],
])('the setting %s=%s is read', (name, value, expected) => {
  expect(readConfig({ [name]: value })).toMatchObject(expected);
});

test.each([
  ['FLOWQL_PORT', '65536', 'FLOWQL_PORT must be a whole number from 0 to 65535, not "65536".'],
  ['FLOWQL_PORT', '-1', 'whole number'],
  ['FLOWQL_PORT', '42.5', 'whole number'],
  ['FLOWQL_PORT', '4e3', 'whole number'],
  ['FLOWQL_MAX_DEPTH', '0', 'whole number from 1 to 100'],
  ['FLOWQL_POOL_SIZE', '1', 'whole number from 2'],
  ['FLOWQL_INSECURE', 'maybe', 'true or false'],
  ['FLOWQL_LOG_LEVEL', 'loud', 'one of fatal, error'],
  ['FLOWQL_HOST', 'http://x', 'a host name'],
  ['FLOWQL_CORS_ORIGINS', 'https://a.example/path', 'a comma-separated list of origins'],
  ['DATABASE_URL', 'mysql://x/y', 'postgresql://user:password@host'],
  ['FLOWQL_PROT', '1', 'FLOWQL_PROT is not a setting. Did you mean FLOWQL_PORT?'],
  ['FLOWQL_MAX_DEEP', '1', 'Did you mean FLOWQL_MAX_DEPTH?'],
])('the setting %s=%s is rejected', (name, value, expected) => {
  expect(faultsOf({ [name]: value })).toContain(expected);
});

test('all faulty settings are listed together', () => {
  const faults = faultsOf({ FLOWQL_PORT: 'x', FLOWQL_MAX_DEPTH: 'y', FLOWQL_TYPO: 'z' });
  expect(faults.match(/\n {2}- /g)).toHaveLength(3);
});

test('a flag wins over the environment and an error in it names the flag', () => {
  expect(readConfig({ FLOWQL_PORT: '1' }, { port: '2', insecure: true })).toMatchObject({ port: 2, insecure: true });
  expect(faultsOf({ FLOWQL_PORT: '1' }, { port: 'x' })).toContain('--port must be');
});

test('environment variables of other programs are ignored', () => {
  expect(faultsOf({ PGPORT: 'x', PREFECT_API_URL: 'y' })).toBe('no fault');
});

test('the error for a malformed database URL does not repeat it, because it may contain a password', () => {
  expect(faultsOf({ DATABASE_URL: 'postgre://me:secret@db/x' })).not.toContain('secret');
});

test('passwords are hidden when settings are shown', () => {
  const config = readConfig({ DATABASE_URL: 'postgresql://me:secret@db/x?password=secret' });
  const rows = describeConfig(config);
  expect(rows[0]?.value).toBe('postgresql://me:***@db/x?password=***');
  expect(JSON.stringify(rows)).not.toContain('secret');
});

test('a setting that is on or off is shown as it is written', () => {
  const shown = (environment: Record<string, string>) =>
    describeConfig(readConfig(environment)).find(({ name }) => name === 'FLOWQL_PREFECT1')?.value;
  expect([shown({}), shown({ FLOWQL_PREFECT1: 'off' })]).toEqual(['on', 'off']);
});

test('a name is suggested only if it is close to the given one', () => {
  expect(nearestName('FLOWQL_PORT', ['FLOWQL_HOST', 'FLOWQL_PORTS'])).toBe('FLOWQL_PORTS');
  expect(nearestName('abc', ['FLOWQL_HOST'])).toBeNull();
  expect(nearestName('abc', [])).toBeNull();
});
