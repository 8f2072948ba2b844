import type { Command } from 'commander';
import { settingsCommand } from './settingsCommand.ts';

export const serveCommand = (version: string): Command =>
  settingsCommand('serve', async (config) => {
    // Loaded here, so that the other commands start faster.
    const { serve } = await import('./serve.ts');
    return serve(config, version);
  }).description('start the GraphQL server, with an embedded PostgreSQL unless DATABASE_URL is set');
