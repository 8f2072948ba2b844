// Missing in @types/pg. `pg` exports its lib folder for classes of queries outside of it, such as pg-cursor.
declare module 'pg/lib/utils.js' {
  const utils: {
    /** Returns a parameter of a statement as text, or as bytes. */
    prepareValue(value: unknown): string | Buffer | null;
  };
  export default utils;
}
