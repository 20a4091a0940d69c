/** What an error says. */
export interface ErrorDetails {
  /** The operation, class or command that raised the error: `conv2d`, `MNIST`, `--lr`. */
  readonly op: string;
  /** What is wrong, in one clause without a full stop. */
  readonly problem: string;
  /** What would have been accepted. */
  readonly expected?: string | undefined;
  /** What was given instead. */
  readonly got?: string | undefined;
  /** What the reader can do about it, without a full stop. */
  readonly hint?: string | undefined;
}

/**
 * The base of all errors that kilograd raises. They are raised where the mistake is made, and say, in their fields and in
 * their message, what was expected, what was given, and what to do.
 * @example
 * try {
 *   zeros([2, 3]).reshape(7);
 * } catch (error) {
 *   error instanceof KilogradError && error.op; // "reshape"
 * }
 */
export class KilogradError extends Error {
  /** The operation, class or command that raised the error. */
  readonly op: string;
  /** What is wrong. */
  readonly problem: string;
  /** What would have been accepted, if that can be said. */
  readonly expected: string | undefined;
  /** What was given instead. */
  readonly got: string | undefined;
  /** What can be done about it. */
  readonly hint: string | undefined;
  private path: string | undefined;

  /**
   * @param details what the error says
   * @param options the error that caused this one
   */
  constructor(details: ErrorDetails, options?: { readonly cause?: unknown }) {
    super("", options);
    this.name = new.target.name;
    this.op = details.op;
    this.problem = details.problem;
    this.expected = details.expected;
    this.got = details.got;
    this.hint = details.hint;
    this.message = this.compose();
  }

  /**
   * Names the module in which the error arose, as `features.conv1 (Conv2d)`. `Module` does this; the
   * innermost module is kept.
   * @param path the module's path in the network, and its class
   * @returns this error
   * @example new ShapeError({ op: "add", problem: "no" }).inModule("fc (Linear)").message; // "fc (Linear): add: no."
   */
  inModule(path: string): this {
    if (this.path === undefined) {
      this.path = path;
      this.message = this.compose();
    }
    return this;
  }

  private compose(): string {
    const where = this.path === undefined ? "" : `${this.path}: `;
    const expected = this.expected === undefined ? "" : `; expected ${this.expected}`;
    const got = this.got === undefined ? "" : `, got ${this.got}`;
    const hint = this.hint === undefined ? "" : ` Hint: ${this.hint}.`;
    return `${where}${this.op}: ${this.problem}${expected}${got}.${hint}`;
  }
}

/**
 * Shapes, axes or element types do not fit an operation.
 * @example
 * zeros([2, 3]).add(zeros([4])); // throws ShapeError: add: [2,3] and [4] do not broadcast
 */
export class ShapeError extends KilogradError {}

/**
 * An argument is out of its range or of the wrong kind.
 * @example
 * F.dropout(ones([2]), 1.5); // throws ArgumentError: dropout: invalid p
 */
export class ArgumentError extends KilogradError {}

/**
 * A file or a download does not contain what it should.
 * @example
 * decodeSafetensors(Uint8Array.of(1, 2, 3), "net.safetensors"); // throws DataError
 */
export class DataError extends KilogradError {}

/**
 * The request is not possible in the present state.
 * @example
 * zeros([1]).backward(); // throws StateError: backward
 */
export class StateError extends KilogradError {}

/**
 * A training's loss is no longer a finite number.
 * @example new DivergenceError({ op: "train", problem: "the loss is NaN" }) instanceof StateError; // true
 */
export class DivergenceError extends StateError {}

/**
 * A command line cannot be understood; the program ends with exit status 2.
 * @example new UsageError({ op: "--lr", problem: "not a number", got: "fast" }).message; // "--lr: not a number, got fast."
 */
export class UsageError extends KilogradError {}
