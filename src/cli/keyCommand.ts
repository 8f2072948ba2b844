import { Command, InvalidArgumentError, Option } from 'commander';
import { readConfig } from '../config.ts';
import { Problem } from '../core/values/problem.ts';
import { exitWith } from './clientCommand.ts';
import { printableLine } from './printable.ts';
import { addSettings, type SettingFlags } from './settingsCommand.ts';

interface Named extends SettingFlags {
  name: string;
  tenant: string;
}

const ROLES = ['reader', 'writer', 'admin'] as const;

/** Manages API keys in the database that the settings in the environment name. */
export const keyCommand = (): Command =>
  new Command('key')
    .description('manage API keys, which clients send as `Authorization: Bearer fk_...`')
    .addCommand(
      named('create', 'create a key and print it; only its hash is stored, so it cannot be shown again')
        .addOption(new Option('--role <role>', 'what the key allows').choices(ROLES).default('writer'))
        .option(
          '--expires-in <days>',
          'days after which the key stops working; without it, the key does not expire',
          days,
        )
        .action((options: NewKey) => exitWith(() => create(options))),
    )
    .addCommand(
      stored('list')
        .description('list all keys')
        .action((flags: SettingFlags) => exitWith(() => list(flags))),
    )
    .addCommand(
      named('revoke', 'revoke a key; servers reject it after at most five seconds').action((options: Named) =>
        exitWith(() => revoke(options)),
      ),
    )
    .addCommand(
      stored('open')
        .description('accept requests without a key again; possible after the last key was revoked')
        .action((flags: SettingFlags) => exitWith(() => open(flags))),
    );

interface NewKey extends Named {
  role: (typeof ROLES)[number];
  expiresIn?: string;
}

/** A command that works on the database of `flowql serve` with the same settings. */
const stored = (command: string): Command => addSettings(new Command(command), ['DATABASE_URL', 'FLOWQL_DATA_DIR']);

const named = (command: string, description: string): Command =>
  stored(command)
    .description(description)
    .requiredOption('--name <name>', 'name of the key, unique within its tenant')
    .option('--tenant <slug>', 'tenant whose data the key gives access to', 'default');

/** Checks a number of days. The text is kept, because flags are texts. */
function days(text: string): string {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 36_500) return text;
  throw new InvalidArgumentError('It must be a whole number from 1 to 36500.');
}

async function create({ name, tenant, role, expiresIn, ...flags }: NewKey): Promise<number> {
  if (name.trim() === '' || name.length > 200)
    throw new Problem('BAD_USER_INPUT', '`--name` must have 1 to 200 characters.');
  const expires = expiresIn === undefined ? null : new Date(Date.now() + Number(expiresIn) * DAY_MS);
  const { withDatabase, apiKeys, newId } = await keyStore();
  const key = await withDatabase(readConfig(process.env, flags), (database) =>
    apiKeys.createApiKey(database, { id: newId(), name, tenant, role: ROLE_NAMES[role], expires }),
  );
  console.error('Every request now needs an API key. Store this one; it is not shown again:');
  console.log(key);
  return 0;
}
const DAY_MS = 86_400_000;
const ROLE_NAMES = { reader: 'READER', writer: 'WRITER', admin: 'ADMIN' } as const;

async function list(flags: SettingFlags): Promise<number> {
  const { withDatabaseThatIs, apiKeys } = await keyStore();
  const keys = await withDatabaseThatIs(readConfig(process.env, flags), apiKeys.listApiKeys);
  if (keys.length === 0) console.error('No API keys exist.');
  for (const { tenant, name, role, created, expires, lastUsed } of keys) {
    const end = `expires ${expires?.toISOString() ?? 'never'}`.padEnd(32);
    const use = `last used ${lastUsed?.toISOString() ?? 'never'}`.padEnd(34);
    console.log(
      `${created.toISOString()}  ${role.toLowerCase().padEnd(6)}  ${end}  ${use}  ${printableLine(`${tenant}  ${name}`)}`,
    );
  }
  return 0;
}

async function revoke({ name, tenant, ...flags }: Named): Promise<number> {
  const { withDatabaseThatIs, apiKeys } = await keyStore();
  const [revoked, isLast] = await withDatabaseThatIs(readConfig(process.env, flags), async (database) => [
    await apiKeys.revokeApiKey(database, tenant, name),
    !(await apiKeys.anyApiKey(database)),
  ]);
  if (!revoked) throw new Problem('NOT_FOUND', `Tenant ${tenant} has no key named ${JSON.stringify(name)}.`);
  console.error(`Revoked the key ${JSON.stringify(name)}.`);
  if (isLast)
    console.error(
      'No key is left, and requests still need one. To accept requests without a key, use `flowql key open`.',
    );
  return 0;
}

async function open(flags: SettingFlags): Promise<number> {
  const { withDatabaseThatIs, apiKeys } = await keyStore();
  if (!(await withDatabaseThatIs(readConfig(process.env, flags), apiKeys.openToEveryone)))
    throw new Problem('FAILED_PRECONDITION', 'API keys exist. Revoke them first: `flowql key list`.');
  console.error('After at most five seconds, servers that listen on loopback accept requests without a key.');
  return 0;
}

/** Loaded only by key commands, so that other commands start faster. */
async function keyStore() {
  const [{ withDatabase, withDatabaseThatIs }, apiKeys, { newId }] = await Promise.all([
    import('./withPostgres.ts'),
    import('../store/tenants/apiKeys.ts'),
    import('../actions/writing/newId.ts'),
  ]);
  return { withDatabase, withDatabaseThatIs, apiKeys, newId };
}
