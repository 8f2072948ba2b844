import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { exitWith } from './clientCommand.ts';

const FILE = 'schema.graphql';
const PREFECT1_FILE = 'prefect1.graphql';

export const schemaCommand = (): Command =>
  new Command('schema')
    .description('print the native GraphQL schema, without the Prefect 1 dialect')
    .option('--write', `write it to ${FILE} in the current directory, and the Prefect 1 dialect to ${PREFECT1_FILE}`)
    .action(({ write }: { write?: boolean }) =>
      exitWith(async () => {
        const { printNativeSchema } = await import('../api/printNativeSchema.ts');
        const text = printNativeSchema();
        if (!write) process.stdout.write(text);
        else {
          const { printPrefect1Schema } = await import('../server/operations/oneSchema.ts');
          await writeFile(FILE, text);
          await writeFile(PREFECT1_FILE, printPrefect1Schema());
        }
        return 0;
      }),
    );
