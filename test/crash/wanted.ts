/** A value as it was last answered, and the one that was asked for and not answered, if any. */
export interface Wanted<Value> {
  readonly answered: Value;
  readonly asked?: Value | undefined;
}
