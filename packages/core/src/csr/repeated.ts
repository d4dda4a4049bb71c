// The values that a list holds more than once, each named once, in order of their repetition.

export function repeated(values: readonly string[]): readonly string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
