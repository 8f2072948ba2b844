import { Command } from 'commander';
import { type Config, describeConfig, readConfig } from '../config.ts';
import { exitWith } from './clientCommand.ts';

/** Returns a command with a flag for every setting. Passes the settings to `work`, or prints all faults in them. */
export function settingsCommand(name: string, work: (config: Config) => Promise<number>): Command {
  const command = new Command(name);
  for (const { flag, unit, description, default: otherwise } of describeConfig(readConfig({}))) {
    const value = otherwise === 'true' || otherwise === 'false' ? '' : ` <${unit || 'value'}>`;
    command.option(`${flag}${value}`, otherwise && value ? `${description} (default: ${otherwise})` : description);
  }
  return command.action((flags: Record<string, string | boolean>) =>
    exitWith(async () => work(readConfig(process.env, flags))),
  );
}
