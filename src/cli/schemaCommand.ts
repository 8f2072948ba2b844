import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { exitWith } from './clientCommand.ts';

const FILE = 'schema.graphql';

export const schemaCommand = (): Command =>
  new Command('schema')
    .description('print the GraphQL schema')
    .option('--write', `write it to ${FILE} in this directory`)
    .action(({ write }: { write?: boolean }) =>
      exitWith(async () => {
        const { printNativeSchema } = await import('../api/printNativeSchema.ts');
        const text = printNativeSchema();
        if (write) await writeFile(FILE, text);
        else process.stdout.write(text);
        return 0;
      }),
    );
