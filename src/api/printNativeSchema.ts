import { printSchema } from 'graphql';
import { schema } from './schema.ts';

/** The text of schema.graphql. */
export const printNativeSchema = (): string => `${printSchema(schema)}\n`;
