/**
 * The arguments of a public function or class: their names, kinds and defaults, in PyTorch's order. Every argument may be
 * given by position or, in an object at the end, by name: `MaxPool2d(3, 2)`, `MaxPool2d(3, { stride: 2 })`. Whatever else
 * comes is refused, with a sentence that shows what to write.
 */
import { ArgumentError } from "./errors.js";
import type { Kind } from "./kinds.js";
import { closest } from "./closest.js";
import { shown } from "./shown.js";

/** One parameter of a signature. */
export interface Parameter<N extends string = string, T = unknown, D = unknown> {
  readonly name: N;
  readonly kind: Kind<T>;
  /** What is used if the argument is missing; none for a parameter that is required. */
  readonly optional?: { readonly initial: D };
  /** Whether it is given by name only. Such parameters come last. */
  readonly byName?: true;
}

/** A parameter without a default. */
export function required<N extends string, T>(name: N, kind: Kind<T>): Parameter<N, T, never> {
  return { name, kind };
}

/** A parameter with a default; undefined means that the function works it out. */
export function optional<N extends string, T>(name: N, kind: Kind<T>): Parameter<N, T, undefined>;
export function optional<N extends string, T>(name: N, kind: Kind<T>, initial: T): Parameter<N, T, T>;
export function optional(name: string, kind: Kind<unknown>, initial?: unknown): Parameter {
  return { name, kind, optional: { initial } };
}

/** A parameter that is given by name only, in the object at the end. */
export function byName<P extends Parameter>(parameter: P): P {
  return { ...parameter, byName: true };
}

/** The arguments by name. */
export type Values<P extends readonly Parameter[]> = {
  readonly [Q in P[number] as Q["name"]]: Q extends Parameter<string, infer T, infer D> ? T | D : never;
};

/**
 * The last arguments of a function as rest parameters: those of `P` by position, and at the end the others by name.
 * @typeParam O the options, all of them
 * @typeParam P the parameters in order
 */
export type Arguments<O, P extends readonly Parameter[]> = P extends readonly [infer First, ...infer Rest]
  ? First extends Parameter<infer N, infer T>
    ? | [options?: O]
      | [
          value?: N extends keyof O ? O[N] : T,
          ...rest: Arguments<Omit<O, N>, Rest extends readonly Parameter[] ? Rest : []>,
        ]
    : never
  : [options?: O];

type Options = Readonly<Record<string, unknown>>;

/** Reads the arguments of one function. */
export class Signature<const P extends readonly Parameter[]> {
  /**
   * @param op the function's name in errors
   * @param parameters its parameters in PyTorch's order
   */
  constructor(
    readonly op: string,
    readonly parameters: P,
  ) {}

  /**
   * @param all the function's `arguments`; undefined ones at the end count as missing
   * @returns each argument by its name, or its default
   * @throws ArgumentError for an argument that is missing, surplus, unknown, given twice, or of the wrong kind
   */
  read(all: ArrayLike<unknown>): Values<P> {
    const values: Record<string, unknown> = {};
    this.list(all).forEach((value, place) => (values[this.parameters[place]!.name] = value));
    return values as Values<P>;
  }

  /** As `read`, but in the order of the parameters. */
  list(all: ArrayLike<unknown>): unknown[] {
    const { count, options } = this.split(all);
    const values = this.parameters.map((parameter, place) => {
      const { name } = parameter;
      const placed = place < count ? all[place] : undefined;
      const named = options && Object.hasOwn(options, name) ? options[name] : undefined;
      if (placed !== undefined && named !== undefined) throw this.error(`${name} is given twice`);
      return this.checked(parameter, placed === undefined ? named : placed, options);
    });
    if (options) this.refuseUnknown(options);
    return values;
  }

  /** How many arguments are given by position, and the object of options that follows them, if any. */
  private split(all: ArrayLike<unknown>): { readonly count: number; readonly options?: Options } {
    const placed = this.parameters.filter((parameter) => !parameter.byName);
    let end = all.length;
    while (end > 0 && all[end - 1] === undefined) end--;
    const last = all[end - 1];
    const named = isRecord(last) && !placed[end - 1]?.kind.accepts(last);
    const count = named ? end - 1 : end;
    if (count <= placed.length) return named ? { count, options: last } : { count };
    throw this.error(`${count === 1 ? "1 argument is" : `${count} arguments are`} too many`, {
      expected: `at most ${placed.length}: ${this.usage()}`,
    });
  }

  private checked({ name, kind, optional }: Parameter, value: unknown, options?: Options): unknown {
    if (value === undefined) {
      if (optional) return optional.initial;
      throw this.error(`${name} is missing`, {
        expected: this.usage(),
        got: options && shown(options),
        hint: options && kind.hint,
      });
    }
    if (kind.accepts(value)) return value;
    throw this.error(`invalid ${name}`, { expected: kind.expected, got: shown(value), hint: kind.hint });
  }

  private refuseUnknown(options: Options): void {
    const all = this.parameters.map(({ name }) => name);
    const name = Object.keys(options).find((key) => !all.includes(key));
    if (name === undefined) return;
    const names = this.names(true);
    const meant = closest(name, all);
    throw this.error(`there is no option "${name}"`, {
      expected: names[0] ? `one of ${names.join(", ")}` : this.usage(),
      hint: meant === undefined ? undefined : `perhaps you mean ${meant}`,
    });
  }

  /** How the function is called: `Conv2d(inChannels, outChannels, kernelSize, { stride, padding })`. */
  private usage(): string {
    const options = this.names(true).join(", ");
    return `${this.op}(${[...this.names(false), ...(options ? [`{ ${options} }`] : [])].join(", ")})`;
  }

  /** The names of the parameters that an error shows among the options, or of the others. */
  private names(areOptions: boolean): string[] {
    const isShown = ({ optional, byName }: Parameter): boolean => areOptions === !!(optional ?? byName);
    return this.parameters.filter(isShown).map(({ name }) => name);
  }

  private error(
    problem: string,
    more: { expected?: string; got?: string | undefined; hint?: string | undefined } = {},
  ): ArgumentError {
    return new ArgumentError({ op: this.op, problem, ...more });
  }
}

/** Whether a value is an object literal, from this realm or from another one. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * A function that reads its arguments by a signature before it does anything.
 * @param op its name in errors
 * @param parameters its parameters in PyTorch's order
 * @param body is called with the arguments by name
 */
export function checked<const P extends readonly Parameter[], R>(
  op: string,
  parameters: P,
  body: (given: Values<P>) => R,
): (...given: readonly unknown[]) => R {
  const signature = new Signature(op, parameters);
  const call = (...given: readonly unknown[]): R => body(signature.read(given));
  return Object.defineProperty(call, "name", { value: op });
}
