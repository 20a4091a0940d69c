/** Kinds of arguments about data: what counts as a dataset, a sampler or a transform. */
import { instance, kind } from "../errors/kinds.js";
import { optional } from "../errors/signature.js";
import { Generator } from "../random/random.js";
import type { Dataset } from "./dataset.js";
import type { Sampler } from "./sampler.js";
import type { Transform } from "./transforms/transform.js";

export const datasetKind = kind<Dataset<unknown, never>>(
  "a dataset, which has a length and a method get(index)",
  (value) => hasLength(value) && typeof (value as Partial<Dataset>).get === "function",
);

/** What a sampler takes indices of. */
export const sourceKind = kind<{ readonly length: number }>("a dataset, or anything with a length", hasLength);

export const samplerKind = kind<Sampler>(
  "a sampler, which has a length and can be iterated over",
  (value) => typeof value === "object" && value !== null && "length" in value && Symbol.iterator in value,
);

export const transformKind = kind<Transform>(
  "a transform, which is a function of an image",
  (value) => typeof value === "function",
);

/** The generator that a function draws from. */
export const generatorParameter = optional(
  "generator",
  instance("a Generator", () => Generator),
);

function hasLength(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { length?: unknown }).length === "number";
}
