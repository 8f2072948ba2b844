/** An input without its nulls. */
export type Given<Input> = { [Key in keyof Input]: NonNullable<Input[Key]> };

/**
 * Where an input field is optional, null mostly means what its absence means: this drops the nulls of an input object (not
 * those inside its values), so that actions see one form of "not given".
 */
export const given = <Input extends object>(input: Input): Given<Input> =>
  // Object.fromEntries forgets which keys it was given.
  Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== null && value !== undefined),
  ) as Given<Input>;
