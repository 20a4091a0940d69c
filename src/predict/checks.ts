/** Refuses what a classifier cannot work with. */
import { ArgumentError } from "../errors/errors.js";
import {
  arrayOf,
  either,
  flag,
  instance,
  integer,
  kind,
  number,
  numberWithin,
  text,
  type Kind,
} from "../errors/kinds.js";
import { optional, required, Signature } from "../errors/signature.js";
import { shown } from "../errors/shown.js";
import { Module } from "../nn/index.js";
import type { ClassifierImages } from "./classifier-images.js";

const record: Kind<object> = kind("an object with size, mean, std and classes", (value) => {
  return typeof value === "object" && value !== null && !Array.isArray(value);
});
const perChannel = either(number, arrayOf(number));

const both = new Signature("Classifier", [
  required(
    "model",
    instance("a Module", () => Module),
  ),
  required("images", record),
]);
const facts = new Signature("Classifier", [
  required("size", arrayOf(integer(1))),
  required("mean", perChannel),
  required("std", perChannel),
  required("classes", arrayOf(text("a text"))),
  optional("appearance", record),
]);
const share = numberWithin(0, 1);
const looks = new Signature("appearance", [required("centred", flag), required("border", record)]);
const borders = new Signature("appearance.border", [
  required("mean", share),
  required("least", share),
  required("most", share),
]);

/** @throws ArgumentError unless a classifier can prepare images like these for the network */
export function checkClassifier(model: Module, images: ClassifierImages): void {
  both.read([model, images]);
  const { size, mean, std, appearance } = facts.read([images]);
  const [channels] = size;
  if (size.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw refused("size", "[1, height, width] for grey images, or [3, height, width] for colours", size);
  }
  for (const [name, value] of Object.entries({ mean, std })) {
    if (typeof value === "number" || value.length === 1 || value.length === channels) continue;
    throw refused(name, `a number, or an array of ${channels}, one for each channel`, value);
  }
  if (appearance) checkAppearance(appearance);
  if (![std].flat().every((value) => value > 0)) throw refused("std", "numbers above 0", std);
}

/** @throws ArgumentError unless it says how images look, as a run's config.json does */
function checkAppearance(appearance: object): void {
  const { border } = looks.read([appearance]);
  const { mean, least, most } = borders.read([border]);
  if (least <= mean && mean <= most) return;
  throw refused("appearance.border", "least ≤ mean ≤ most", border);
}

function refused(name: string, expected: string, value: unknown): ArgumentError {
  return new ArgumentError({ op: "Classifier", problem: `invalid ${name}`, expected, got: shown(value) });
}
