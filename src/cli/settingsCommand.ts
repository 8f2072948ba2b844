import { Command } from 'commander';
import { type Config, readConfig, settingRows } from '../config.ts';
import { exitWith } from './clientCommand.ts';

/** Returns a command with a flag for every setting. Passes the settings to `work`, or prints all faults in them. */
export const settingsCommand = (name: string, work: (config: Config) => Promise<number>): Command =>
  addSettings(new Command(name)).action((flags: SettingFlags) =>
    exitWith(async () => work(readConfig(process.env, flags))),
  );

/** The flags of settings that were given, as `readConfig` takes them. */
export type SettingFlags = Record<string, string | boolean>;

/** Adds a flag for every setting, or for those that are named. */
export function addSettings(command: Command, names?: readonly string[]): Command {
  for (const { name, flag, isSwitch, unit, description, default: otherwise } of settingRows()) {
    if (names && !names.includes(name)) continue;
    const value = isSwitch ? '' : ` <${unit || 'value'}>`;
    command.option(`${flag}${value}`, otherwise && value ? `${description} (default: ${otherwise})` : description);
  }
  return command;
}
