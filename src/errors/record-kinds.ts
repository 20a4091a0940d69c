/** Kinds of arguments that are records, files' bytes or collections: what other functions have returned. */
import { kind, type Kind } from "./kinds.js";

/** An object that has certain fields. The words say what makes such an object: "what inspectNetwork() returns". */
export function recordWith<T = object>(expected: string, ...fields: readonly string[]): Kind<T> {
  return kind(
    expected,
    (value) =>
      typeof value === "object" && value !== null && !Array.isArray(value) && fields.every((field) => field in value),
  );
}

/** Anything that can be iterated over, except texts. */
export const iterable = <T>(expected: string): Kind<Iterable<T>> =>
  kind(expected, (value) => typeof value === "object" && value !== null && Symbol.iterator in value);

/** Anything at all, which the function checks itself. */
export const anything: Kind<unknown> = kind("anything", () => true);

/** A Map. */
export const mapOf = <T>(expected: string): Kind<ReadonlyMap<string, T>> =>
  kind(expected, (value) => value instanceof Map);

/** A file's content; Node's Buffers and arrays of other realms are such arrays, too. */
export const bytes: Kind<Uint8Array> = kind(
  "a Uint8Array, as fs.readFileSync() returns it",
  (value) => ArrayBuffer.isView(value) && "BYTES_PER_ELEMENT" in value && value.BYTES_PER_ELEMENT === 1,
);
