/**
 * Fields that hold a parameter or a buffer. Once a module's fields were looked at, such a field is an accessor, as in
 * PyTorch: what is assigned to a parameter's field is a parameter, and a tensor that is assigned to a buffer's field
 * becomes the buffer. A plain tensor in its place would not be trained or saved.
 */
import { ArgumentError } from "../errors/errors.js";
import { shown } from "../errors/shown.js";
import { zeros } from "../tensor/creation.js";
import { Tensor } from "../tensor/tensor.js";
import { Callable } from "./callable.js";
import { Buffer, Parameter } from "./parameter.js";

type Held = typeof Parameter | typeof Buffer;

const kindOf = (value: unknown): Held | undefined =>
  value instanceof Parameter ? Parameter : value instanceof Buffer ? Buffer : undefined;

/**
 * Makes accessors of all fields of a module that hold a parameter or a buffer.
 * @param kinds what fields may hold that are null now
 */
export function holdFields(module: object, kinds: Readonly<Record<string, Held>> = {}): void {
  for (const name of Object.keys(module)) {
    const field = Object.getOwnPropertyDescriptor(module, name)!;
    if (!("value" in field)) continue;
    const value: unknown = field.value;
    const kind = kindOf(value) ?? (value === null ? kinds[name] : undefined);
    if (kind) holdField(module, name, value, kind);
  }
}

/**
 * Makes an accessor of a field.
 * @param value what it holds, perhaps null
 * @param kind what it holds later
 */
export function holdField(module: object, name: string, value: unknown, kind: Held): void {
  const set = (next: unknown): void => {
    value = kind === Buffer && next instanceof Tensor ? asBuffer(name, next) : next;
    kind = kindOf(value) ?? kind;
  };
  const checkedSet = (next: unknown): void => {
    const fits = next === null || next instanceof Callable || next instanceof (kind === Buffer ? Tensor : Parameter);
    if (fits) return set(next);
    const isParameter = kind === Parameter;
    throw new ArgumentError({
      op: module.constructor.name,
      problem: `the field "${name}" holds a ${isParameter ? "parameter" : "buffer"}, and what is assigned would not be ${isParameter ? "trained or " : ""}saved`,
      expected: isParameter ? "a Parameter, or null" : "a tensor, or null",
      got: shown(next),
      hint: isParameter
        ? `write ${name}.copy_(x) to give it other elements, or ${name} = new nn.Parameter(x) before the optimizer is made`
        : undefined,
    });
  };
  Object.defineProperty(module, name, { get: () => value, set: checkedSet, enumerable: true, configurable: true });
}

/** A buffer of its own, which the tensor's elements are written to when pending tensors are computed. */
function asBuffer(name: string, source: Tensor): Tensor {
  if (kindOf(source)) return source;
  if (source.requiresGrad) {
    throw new ArgumentError({
      op: "Buffer",
      problem: `the tensor that is assigned to the buffer "${name}" requires a gradient, which a buffer does not keep`,
      hint: "assign x.detach()",
    });
  }
  return new Buffer(zeros(source.shape, { dtype: source.dtype })).copy_(source);
}
