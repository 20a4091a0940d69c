/**
 * The errors that kilograd raises. Each carries what was expected, what came and what to do as fields, and reads
 * `where: problem. Hint: …`. They are raised where the mistake is made (when a graph is built, a file is read, an
 * option is parsed), never later.
 */
export interface ErrorDetails {
  /** The operation, class or command that refuses: `conv2d`, `MNIST`, `--lr`. */
  readonly op: string;
  /** What is wrong, in one clause without a full stop. */
  readonly problem: string;
  readonly expected?: string;
  readonly got?: string;
  /** What the reader can do about it, without a full stop. */
  readonly hint?: string;
}

/** The base of all kilograd errors. `path` is the module path, added as the error passes through `Module` calls. */
export class KilogradError extends Error {
  readonly op: string;
  readonly problem: string;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly hint: string | undefined;
  private path: string | undefined;

  constructor(details: ErrorDetails, options?: ErrorOptions) {
    super("", options);
    this.name = new.target.name;
    this.op = details.op;
    this.problem = details.problem;
    this.expected = details.expected;
    this.got = details.got;
    this.hint = details.hint;
    this.message = this.compose();
  }

  /** Names the module in which the error arose (`features.conv1 (Conv2d)`); the innermost one stays. */
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

/** Shapes, axes or element types that do not fit an operation. */
export class ShapeError extends KilogradError {}
/** An argument out of its range or of the wrong kind. */
export class ArgumentError extends KilogradError {}
/** A file or a download whose content is not what it should be. */
export class DataError extends KilogradError {}
/** Something asked for at a moment when it cannot be done (a second backward, a value that was overwritten). */
export class StateError extends KilogradError {}
/** A command line that cannot be understood: exit status 2. */
export class UsageError extends KilogradError {}
