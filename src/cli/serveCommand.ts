import type { Command } from 'commander';
import { settingsCommand } from './settingsCommand.ts';

export const serveCommand = (version: string): Command =>
  settingsCommand('serve', async (config) => {
    // Loaded when it is needed: the other commands should not wait for what only the server uses.
    const { serve } = await import('./serve.ts');
    return serve(config, version);
  }).description('serve GraphQL, on an embedded PostgreSQL unless DATABASE_URL names another');
