/**
 * Characters that control the terminal (C0 and C1, which begin escape sequences) or change the order of the text around
 * them. Line breaks and tabs are not among them.
 */
const CONTROLS = /(?![\n\t])\p{Cc}|[\p{Bidi_Control}\u2028\u2029]/gu;

/** Removes control characters from text of other people: names, keys and log lines could control the terminal. */
export const printable = (text: string): string => text.replace(CONTROLS, '');

/** The same for text that stays in its line. */
export const printableLine = (text: string): string => printable(text).replace(/[\n\t]/g, ' ');

/** Formats a value as JSON on one line, without control characters; a program reads the same value. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value).replace(CONTROLS, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
