import type { Command } from 'commander';
import { settingsCommand } from './settingsCommand.ts';

export const migrateCommand = (): Command =>
  settingsCommand('migrate', async (config) => {
    const { withPostgres } = await import('./withPostgres.ts');
    const { migrate } = await import('../store/connection/migrate.ts');
    const { applied } = await withPostgres(config, (url) => migrate(url));
    console.log(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.');
    return 0;
  }).description('apply pending database migrations; serve also does this at start');
