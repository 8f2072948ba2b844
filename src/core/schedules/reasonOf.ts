/** The message of an error that reading a schedule throws. */
export const reasonOf = (error: unknown): string => String(error).replace(/^\w+: /, '');
