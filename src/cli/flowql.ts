#!/usr/bin/env node
import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { configCommand } from './configCommand.ts';
import { keyCommand } from './keyCommand.ts';
import { migrateCommand } from './migrateCommand.ts';
import { replayCommand } from './replayCommand.ts';
import { schemaCommand } from './schemaCommand.ts';
import { serveCommand } from './serveCommand.ts';
import { watchCommand } from './watchCommand.ts';

const program = new Command('flowql')
  .description('A GraphQL API server for workflow runs.')
  .version(packageJson.version)
  .showHelpAfterError();

for (const command of [
  serveCommand(packageJson.version),
  migrateCommand(),
  schemaCommand(),
  configCommand(),
  keyCommand(),
  replayCommand(),
  watchCommand(),
])
  program.addCommand(command);
exitWithTwo(program);

await program.parseAsync();

/** A command that was typed wrong ends with 2: the 1 of `watch` says that the run did not complete. */
function exitWithTwo(command: Command): void {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  command.commands.forEach(exitWithTwo);
}
