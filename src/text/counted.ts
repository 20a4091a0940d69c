/**
 * Writes a number with a noun in the singular or plural: `1 channel`, `3 channels`.
 * @param many the plural, if it is not the singular with an s
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
