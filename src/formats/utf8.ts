/** Text as bytes. */
import { nodeModule } from "../runtime/features.js";

interface Coders {
  readonly TextEncoder: typeof TextEncoder;
  readonly TextDecoder: typeof TextDecoder;
}

/** The platform's. jsdom, in which Jest runs pages' tests, has none, but Node's module `util` does. */
const coders = (): Coders => ("TextEncoder" in globalThis ? globalThis : nodeModule<Coders>("util")!);

export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return new (coders().TextEncoder)().encode(text);
}

/** @param options whether bytes that are not UTF-8 are an error */
export function decodeText(bytes: Uint8Array, options?: { readonly fatal: boolean }): string {
  return new (coders().TextDecoder)("utf-8", options).decode(bytes);
}
