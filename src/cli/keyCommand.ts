import { Command, Option } from 'commander';
import { readConfig } from '../config.ts';
import { Problem } from '../core/values/problem.ts';
import { exitWith } from './clientCommand.ts';

interface Named {
  name: string;
  tenant: string;
}

const ROLES = ['reader', 'writer', 'admin'] as const;

/** Keys are in the database of the settings, which are read from the environment. */
export const keyCommand = (): Command =>
  new Command('key')
    .description('API keys, which callers send as `Authorization: Bearer fk_...`')
    .addCommand(
      named('create', 'make a key and print it: it is shown this once and stored nowhere')
        .addOption(new Option('--role <role>', 'what it allows').choices(ROLES).default('writer'))
        .action((options: Named & { role: (typeof ROLES)[number] }) => exitWith(() => create(options))),
    )
    .addCommand(new Command('list').description('print the keys that there are').action(() => exitWith(list)))
    .addCommand(
      named('revoke', 'take a key back; after five seconds no server answers to it').action((options: Named) =>
        exitWith(() => revoke(options)),
      ),
    );

const named = (command: string, description: string): Command =>
  new Command(command)
    .description(description)
    .requiredOption('--name <name>', 'what the key is called; a tenant has one key of a name')
    .option('--tenant <slug>', 'whose rows it opens', 'default');

async function create({ name, tenant, role }: Named & { role: (typeof ROLES)[number] }): Promise<number> {
  if (name.trim() === '' || name.length > 200) throw new Problem('BAD_USER_INPUT', 'A name has 1 to 200 characters.');
  const { withDatabase, apiKeys, newId } = await keyStore();
  const key = await withDatabase(readConfig(process.env), (database) =>
    apiKeys.createApiKey(database, { id: newId(), name, tenant, role: ROLE_NAMES[role] }),
  );
  console.error('From now on every caller needs a key. This one is not shown again:');
  console.log(key);
  return 0;
}
const ROLE_NAMES = { reader: 'READER', writer: 'WRITER', admin: 'ADMIN' } as const;

async function list(): Promise<number> {
  const { withDatabaseThatIs, apiKeys } = await keyStore();
  const keys = await withDatabaseThatIs(readConfig(process.env), apiKeys.listApiKeys);
  if (keys.length === 0) console.error('There are no API keys.');
  for (const { tenant, name, role, created } of keys)
    console.log(`${created.toISOString()}  ${role.toLowerCase().padEnd(6)}  ${tenant}  ${name}`);
  return 0;
}

async function revoke({ name, tenant }: Named): Promise<number> {
  const { withDatabaseThatIs, apiKeys } = await keyStore();
  const revoked = await withDatabaseThatIs(readConfig(process.env), (database) =>
    apiKeys.revokeApiKey(database, tenant, name),
  );
  if (!revoked) throw new Problem('NOT_FOUND', `The tenant ${tenant} has no key named ${JSON.stringify(name)}.`);
  console.error(`The key ${JSON.stringify(name)} is revoked.`);
  return 0;
}

/** Loaded when a key command runs, not whenever flowql does. */
async function keyStore() {
  const [{ withDatabase, withDatabaseThatIs }, apiKeys, { newId }] = await Promise.all([
    import('./withPostgres.ts'),
    import('../store/tenants/apiKeys.ts'),
    import('../actions/writing/newId.ts'),
  ]);
  return { withDatabase, withDatabaseThatIs, apiKeys, newId };
}
