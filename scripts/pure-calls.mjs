/**
 * Marks the calls that only describe arguments (errors/kinds.ts, errors/signature.ts) as pure. Otherwise bundlers would
 * keep every function that is made by such a call, used or not, and all that it needs.
 */
const describing =
  "checked|required|optional|kind|numberWithin|integer|only|oneOf|arrayOf|pairOf|size2d|instance|either|orNull";
const calls = new RegExp(`(?<![.\\w])(?<!function )((?:new Signature|${describing})(?:<[^()\\n]*>)?\\()`, "g");

/** The source with a mark before each of these calls. */
export const withPureCalls = (source) => source.replace(calls, "/* @__PURE__ */ $1");
