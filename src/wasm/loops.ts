/**
 * The statements of the loop-nest language, and a builder for functions, with which kernels are written. `printer.ts`
 * shows them as text, and `assembler.ts` turns them into bytes.
 */
import { v, type Expr, type Local, type ValueType } from "./expressions.js";

/** How memory is written: four lanes, lane 0, an i32, or an i32 that other threads read. */
export type StoreForm = "v128" | "lane0" | "i32" | "atomic";

export type Stmt =
  | { readonly kind: "set"; readonly local: Local; readonly value: Expr }
  | {
      readonly kind: "store";
      readonly form: StoreForm;
      readonly address: Expr;
      readonly offset: number;
      readonly value: Expr;
    }
  /** Runs at least once, so `from` must be less than `to`. */
  | {
      readonly kind: "for";
      readonly counter: Local;
      readonly from: Expr;
      readonly to: Expr;
      readonly step: number;
      readonly body: readonly Stmt[];
    }
  | { readonly kind: "while"; readonly condition: Expr; readonly body: readonly Stmt[] }
  | {
      readonly kind: "if";
      readonly condition: Expr;
      readonly then: readonly Stmt[];
      readonly otherwise: readonly Stmt[];
    }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: "global"; readonly name: string; readonly value: Expr }
  /** Sleeps while the word at `address` is `expected`. */
  | { readonly kind: "wait"; readonly address: Expr; readonly expected: Expr }
  /** Wakes every thread that sleeps on `address`. */
  | { readonly kind: "notify"; readonly address: Expr }
  | { readonly kind: "note"; readonly text: string };

export interface Func {
  readonly name: string;
  readonly params: readonly Local[];
  readonly result: ValueType | undefined;
  readonly locals: readonly Local[];
  readonly body: readonly Stmt[];
  /** The value returned, if there is a result. */
  readonly returns: Expr | undefined;
  readonly exported: boolean;
}

/**
 * A function that is written only when it is assembled, and forgotten afterwards. The loop nests of a whole program are
 * millions of small objects, which the garbage collector would otherwise copy several times.
 */
export interface UnwrittenFunc {
  readonly name: string;
  readonly write: () => Func;
}

/** Collects the statements of one function. Loops and branches take their bodies as callbacks. */
export class FunctionBuilder {
  private readonly locals: Local[] = [];
  private body: Stmt[] = [];
  readonly params: Local[];

  constructor(
    readonly name: string,
    params: Record<string, ValueType> = {},
  ) {
    this.params = Object.entries(params).map(([name, type], index) => ({ kind: "local", name, type, index }));
  }

  local(type: ValueType, hint: string): Local {
    const local: Local = { kind: "local", name: hint, type, index: this.params.length + this.locals.length };
    this.locals.push(local);
    return local;
  }

  /** A new local, with its first value. */
  let(type: ValueType, hint: string, value: Expr): Local {
    const local = this.local(type, hint);
    this.set(local, value);
    return local;
  }

  /** A new local for a vector that needs no name of its own. */
  hold(value: Expr): Local {
    return this.let("v128", "t", value);
  }

  set(local: Local, value: Expr): void {
    this.body.push({ kind: "set", local, value });
  }

  /** Adds a constant to a pointer or a counter. */
  increase(local: Local, by: number): void {
    if (by !== 0) this.set(local, v.n.add(local, v.int(by)));
  }

  store(address: Expr, offset: number, value: Expr, form: StoreForm = "v128"): void {
    this.body.push({ kind: "store", form, address, offset, value });
  }

  /** A loop over a counter. If the bounds are constants and there is only one iteration, no loop is emitted. */
  for(hint: string, from: Expr | number, to: Expr | number, step: number, body: (counter: Local) => void): void {
    const constant = typeof from === "number" && typeof to === "number";
    if (constant && from >= to) return;
    if (constant && from + step >= to) return body(this.let("i32", hint, v.int(from)));
    const counter = this.local("i32", hint);
    const inner = this.block(() => body(counter));
    this.body.push({ kind: "for", counter, from: asInt(from), to: asInt(to), step, body: inner });
  }

  /** A loop with a constant number of iterations whose body needs no counter. */
  repeat(rounds: number, body: () => void): void {
    if (rounds === 1) body();
    else if (rounds > 1) this.for("r", 0, rounds, 1, body);
  }

  while(condition: Expr, body: () => void): void {
    this.body.push({ kind: "while", condition, body: this.block(body) });
  }

  if(condition: Expr, then: () => void, otherwise: () => void = () => undefined): void {
    this.body.push({ kind: "if", condition, then: this.block(then), otherwise: this.block(otherwise) });
  }

  call(name: string, ...args: Expr[]): void {
    this.body.push({ kind: "call", name, args });
  }

  statement(statement: Stmt): void {
    this.body.push(statement);
  }

  note(text: string): void {
    this.body.push({ kind: "note", text });
  }

  done(options: { exported?: boolean; returns?: Expr; result?: ValueType } = {}): Func {
    return {
      name: this.name,
      params: this.params,
      result: options.result,
      locals: this.locals,
      body: this.body,
      returns: options.returns,
      exported: options.exported ?? false,
    };
  }

  private block(fill: () => void): Stmt[] {
    const outer = this.body;
    this.body = [];
    try {
      fill();
      return this.body;
    } finally {
      this.body = outer;
    }
  }
}

function asInt(value: Expr | number): Expr {
  return typeof value === "number" ? v.int(value) : value;
}
