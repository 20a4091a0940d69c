/** What the methods of `Module` take. A method that is missing here takes nothing. */
import type { MethodTable } from "../errors/checked-methods.js";
import { callback, flag, instance, kind, only, orNull, text } from "../errors/kinds.js";
import { isRecord, optional, required } from "../errors/signature.js";
import { anyTensor } from "../tensor/kinds.js";
import { ModuleFields } from "./module-fields.js";
import { Parameter } from "./parameter.js";

const name = required("name", text("a string"));
const prefix = optional("prefix", text("a string"));
const anyModule = kind("a module", (value) => value instanceof ModuleFields);
const tensorsByName = {
  ...kind(
    "what stateDict() returns, a Map of tensors by name, or a record of them",
    (value) =>
      (value instanceof Map || isRecord(value)) &&
      [...(value instanceof Map ? (value as Map<unknown, unknown>).values() : Object.values(value))].every(
        anyTensor.accepts,
      ),
  ),
  hint: "make every value a tensor: tensor([1, 2])",
};

export const strict = [optional("strict", flag)] as const;

export const moduleParameters: MethodTable = [
  ["train", [optional("mode", flag)]],
  ["requiresGrad_", [optional("requiresGrad", flag)]],
  ["apply", [required("visit", callback)]],
  ["registerForwardHook", [required("hook", callback)]],
  ["stateDict", [prefix]],
  ["loadStateDict", [required("dict", tensorsByName), ...strict]],
  [
    "namedModules",
    [
      prefix,
      optional(
        "seen",
        instance("a Set", () => Set),
      ),
    ],
  ],
  ["registerParameter", [name, required("parameter", orNull(instance("a Parameter", () => Parameter)))]],
  [
    "registerBuffer",
    [name, required("source", anyTensor), optional("persistent", only(true, "a buffer is always saved"))],
  ],
  ["addModule", [name, required("module", anyModule)]],
];
