import { styleText } from 'node:util';
import type { Command } from 'commander';
import { describeConfig } from '../config.ts';
import { settingsCommand } from './settingsCommand.ts';

export const configCommand = (): Command =>
  settingsCommand('config', async (config) => {
    for (const { name, flag, value, unit, default: otherwise, description } of describeConfig(config)) {
      const measured = unit && unit !== 'URL' ? ` In ${unit}.` : '';
      const changed = value === otherwise ? '' : ` Default: ${otherwise || 'empty'}.`;
      console.log(`# ${description}${measured}${changed} ${flag}\n${bold(`${name}=${value}`)}`);
    }
    return 0;
  }).description(
    'check all settings, and print them as a file of environment variables, with descriptions as comments',
  );

const bold = (text: string): string => (process.stdout.isTTY ? styleText('bold', text) : text);
