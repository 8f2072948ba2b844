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

await program.parseAsync();
