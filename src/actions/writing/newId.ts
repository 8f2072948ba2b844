import { v7 } from 'uuid';

/** Returns a new UUIDv7. Ids sort in the order of their creation. */
export const newId = (): string => v7();
