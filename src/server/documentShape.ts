import { OverlappingFieldsCanBeMergedRule, ValuesOfCorrectTypeRule } from 'graphql';

/**
 * The only rules of validation that look at what strings and numbers say; all others find the same in two documents of one
 * shape. https://spec.graphql.org/October2021/#sec-Validation
 */
export const VALUE_RULES = [ValuesOfCorrectTypeRule, OverlappingFieldsCanBeMergedRule];

// Names first, for they hold digits. A block string or a comment gives no shape: what is in them is none of these tokens.
const TOKENS = /[_A-Za-z][_0-9A-Za-z]*|"""|#|"(?:[^"\\\n\r]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * A document with all strings emptied and all numbers zero, or null where it is none so simple. Clients that write values
 * into their documents, as that of Prefect 1 does, send few shapes and a new document each time.
 */
export function documentShape(text: string): string | null {
  let isSimple = true;
  const shape = text.replace(TOKENS, (token) => {
    if (token === '"""' || token === '#') isSimple = false;
    if (token.startsWith('"')) return '""';
    return /^[-\d]/.test(token) ? '0' : token;
  });
  return isSimple ? shape : null;
}
