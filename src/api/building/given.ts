/** The type of an input without nulls. */
export type Given<Input> = { [Key in keyof Input]: NonNullable<Input[Key]> };

/**
 * Drops the null fields of an input object, but not nulls inside its values. For most optional fields null means the
 * same as an omitted field, and actions then handle one form only.
 */
export const given = <Input extends object>(input: Input): Given<Input> =>
  // Object.fromEntries loses the type of the keys.
  Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== null && value !== undefined),
  ) as Given<Input>;
