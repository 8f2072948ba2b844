import { styleText } from 'node:util';
import type { Command } from 'commander';
import { describeConfig } from '../config.ts';
import { settingsCommand } from './settingsCommand.ts';

export const configCommand = (): Command =>
  settingsCommand('config', async (config) => {
    for (const { name, flag, value, unit, default: otherwise, description } of describeConfig(config)) {
      const changed = value === otherwise ? '' : ` (default: ${otherwise || 'none'})`;
      console.log(`${bold(name)} = ${value || 'none'}${value && unit && unit !== 'URL' ? ` ${unit}` : ''}${changed}`);
      console.log(`  ${description} ${flag}`);
    }
    return 0;
  }).description('check all settings, and print them with their values and descriptions');

const bold = (text: string): string => (process.stdout.isTTY ? styleText('bold', text) : text);
