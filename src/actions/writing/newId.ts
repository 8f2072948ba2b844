import { v7 } from 'uuid';

/** A new id. Version 7: ids sort in the order in which they were made. */
export const newId = (): string => v7();
