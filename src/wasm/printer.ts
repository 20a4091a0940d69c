/**
 * Loop nests as C-like text, for `kilograd train --dump-plan` and for failing tests. There are parentheses only where
 * C's operator precedence requires them. Memory is read by `load4` (four lanes), `splat` (one element into all lanes),
 * `load1` (one element into lane 0) and `loadi` (an i32). A name that starts with `$` is a global.
 */
import { v, type Expr, type Instruction, type LoadForm, type Local } from "./expressions.js";
import type { Func, Stmt, StoreForm } from "./loops.js";

const loadNames: Record<LoadForm, string> = {
  v128: "load4",
  splat: "splat",
  lane0: "load1",
  i32: "loadi",
  atomic: "atomicLoad",
};
const storeNames: Record<StoreForm, string> = {
  v128: "store4",
  lane0: "store1",
  i32: "storei",
  atomic: "atomicStore",
};

/** How instructions are printed: as operators, or as functions if they have no precedence. */
const symbols: Readonly<Record<Instruction, string>> = {
  "i32.add": "+",
  "i32.sub": "-",
  "i32.mul": "*",
  "i32.div_u": "/",
  "i32.rem_u": "%",
  "i32.and": "&",
  "i32.eq": "==",
  "i32.ne": "!=",
  "i32.lt_s": "<",
  "i32.ge_s": ">=",
  "i32.eqz": "!",
  "i32x4.splat": "isplat",
  "f32x4.add": "+",
  "f32x4.sub": "-",
  "f32x4.mul": "*",
  "f32x4.div": "/",
  "f32x4.pmin": "pmin",
  "f32x4.pmax": "pmax",
  "f32x4.abs": "abs",
  "f32x4.neg": "neg",
  "f32x4.sqrt": "sqrt",
  "f32x4.ceil": "ceil",
  "f32x4.floor": "floor",
  "f32x4.trunc": "trunc",
  "f32x4.nearest": "nearest",
  "f32x4.eq": "==",
  "f32x4.ne": "!=",
  "f32x4.lt": "<",
  "f32x4.gt": ">",
  "f32x4.le": "<=",
  "f32x4.ge": ">=",
  "i32x4.eq": "i==",
  "i32x4.ne": "i!=",
  "i32x4.lt": "i<",
  "i32x4.gt": "i>",
  "i32x4.le": "i<=",
  "i32x4.ge": "i>=",
  "f32x4.convert": "float",
  "i32x4.trunc": "int",
  "i32x4.abs": "iabs",
  "i32x4.neg": "ineg",
  "i32x4.min": "imin",
  "i32x4.max": "imax",
  "f32x4.demote": "narrow",
  "f64x2.promote": "wide",
  "f64x2.add": "d+",
  "i32x4.add": "i+",
  "i32x4.sub": "i-",
  "i32x4.mul": "i*",
  "i32x4.shl": "<<",
  "i32x4.shr_s": ">>",
  "i32x4.shr_u": ">>>",
  "v128.and": "&",
  "v128.andnot": "&~",
  "v128.or": "|",
  "v128.xor": "^",
  "v128.bitselect": "bitselect",
  "f32x4.madd": "madd",
};

/**
 * Operator precedence, as in C; a larger number binds tighter. `i+` and the like are the same operators on i32
 * lanes, and `d+` on f64 lanes.
 */
const precedence: Readonly<Record<string, number>> = {
  "*": 9,
  "/": 9,
  "%": 9,
  "+": 8,
  "-": 8,
  "<<": 7,
  ">>": 7,
  ">>>": 7,
  "<": 6,
  ">": 6,
  "<=": 6,
  ">=": 6,
  "==": 5,
  "!=": 5,
  "&": 4,
  "&~": 4,
  "^": 3,
  "|": 2,
};
const prefix = 10;
/** Names, calls and constants are never parenthesized. */
const atom = 11;

interface Text {
  readonly text: string;
  readonly precedence: number;
}

/** The text of one function, its statements indented by two spaces, with a newline at the end. */
export function printFunction(func: Func): string {
  return new FunctionPrinter(func).print();
}

class FunctionPrinter {
  private readonly names: ReadonlyMap<Local, string>;

  constructor(private readonly func: Func) {
    this.names = distinctNames([...func.params, ...func.locals]);
  }

  print(): string {
    const { func } = this;
    const params = func.params.map((param) => `${param.type} ${this.names.get(param)}`).join(", ");
    const head = `${func.exported ? "export " : ""}${func.result ?? "void"} ${func.name}(${params}) {`;
    const last = func.returns ? [`  return ${this.text(func.returns)};`] : [];
    return [head, ...this.indented(func.body), ...last, "}", ""].join("\n");
  }

  private indented(body: readonly Stmt[]): string[] {
    return body.flatMap((one) => this.statement(one)).map((line) => `  ${line}`);
  }

  /** The lines of one statement. */
  private statement(s: Stmt): string[] {
    switch (s.kind) {
      case "set":
        return [this.assignment(s.local, s.value)];
      case "store":
        return [`${storeNames[s.form]}(${this.text(place(s.address, s.offset))}, ${this.text(s.value)});`];
      case "for": {
        const i = this.name(s.counter);
        const head = `for (${i} = ${this.text(s.from)}; ${i} < ${this.operand(s.to, 7)}; ${i} += ${s.step}) {`;
        return [head, ...this.indented(s.body), "}"];
      }
      case "while":
        return [`while (${this.text(s.condition)}) {`, ...this.indented(s.body), "}"];
      case "if": {
        const otherwise = s.otherwise.length > 0 ? ["} else {", ...this.indented(s.otherwise)] : [];
        return [`if (${this.text(s.condition)}) {`, ...this.indented(s.then), ...otherwise, "}"];
      }
      case "call":
        return [`${this.call(s.name, s.args)};`];
      case "global":
        return [`$${s.name} = ${this.text(s.value)};`];
      case "wait":
        return [`${this.call("wait", [s.address, s.expected])};`];
      case "notify":
        return [`${this.call("notify", [s.address])};`];
      case "note":
        return s.text.split("\n").map((line) => `// ${line}`);
    }
  }

  /** Writes `p = p + 4` as `p += 4`. */
  private assignment(local: Local, value: Expr): string {
    if (value.kind === "op" && value.op === "i32.add") {
      const [first, second] = value.args as [Expr, Expr];
      if (first === local) return `${this.name(local)} ${this.signed("+=", "-=", second)};`;
    }
    return `${this.name(local)} = ${this.text(value)};`;
  }

  /** `+ 4`, or `- 4` for a constant of -4. */
  private signed(plus: string, minus: string, value: Expr, minimum = 0): string {
    return value.kind === "i32" && value.value < 0
      ? `${minus} ${-value.value}`
      : `${plus} ${this.operand(value, minimum)}`;
  }

  private text(e: Expr): string {
    return this.describe(e).text;
  }

  /** The text, parenthesized if it binds less tightly than `minimum`. */
  private operand(e: Expr, minimum: number): string {
    const { text, precedence: own } = this.describe(e);
    return own < minimum ? `(${text})` : text;
  }

  private describe(e: Expr): Text {
    if (e.kind === "op") return this.operation(e.op, e.args);
    return { text: this.simple(e), precedence: atom };
  }

  private operation(op: Instruction, args: readonly Expr[]): Text {
    const symbol = symbols[op];
    if (symbol === "!") return { text: symbol + this.operand(args[0]!, prefix), precedence: prefix };
    const operator = symbol.replace(/^[id](?=\W)/, "");
    const own = precedence[operator];
    if (own === undefined) return { text: this.call(symbol, args), precedence: atom };
    const left = this.operand(args[0]!, own);
    // Sums of integers need no parentheses on the right. Sums of floats do, because order changes the rounding.
    if (op === "i32.add") return { text: `${left} ${this.signed("+", "-", args[1]!, own)}`, precedence: own };
    return { text: `${left} ${operator} ${this.operand(args[1]!, own + 1)}`, precedence: own };
  }

  private simple(e: Exclude<Expr, { kind: "op" }>): string {
    switch (e.kind) {
      case "i32":
        return String(e.value);
      case "lanes":
        return lanes(e.values.map(e.lanes === "f32x4" ? float : integer));
      case "local":
        return this.name(e);
      case "global":
        return `$${e.name}`;
      case "load":
        return this.call(loadNames[e.form], [place(e.address, e.offset)]);
      case "shuffle":
        return `shuffle(${e.args.map((arg) => this.text(arg)).join(", ")}, [${e.lanes.join(", ")}])`;
      case "madd":
        return this.call("madd", e.args);
      case "call":
        return this.call(e.name, e.args);
      case "atomicAdd":
        return this.call("atomicAdd", [e.address, e.value]);
    }
  }

  private call(name: string, args: readonly Expr[]): string {
    return `${name}(${args.map((arg) => this.text(arg)).join(", ")})`;
  }

  private name(local: Local): string {
    return this.names.get(local) ?? local.name;
  }
}

/** A local's own name, followed by the first number that makes it unique if an earlier local has the same name. */
function distinctNames(locals: readonly Local[]): Map<Local, string> {
  const names = new Map<Local, string>();
  const taken = new Map<string, number>();
  for (const local of locals) {
    let name = local.name;
    for (let i = taken.get(local.name) ?? 0; taken.has(name); i++) {
      name = `${local.name}${i + 1}`;
      taken.set(local.name, i + 1);
    }
    taken.set(name, 0);
    names.set(local, name);
  }
  return names;
}

function place(address: Expr, offset: number): Expr {
  return offset === 0 ? address : v.n.add(address, v.int(offset));
}

/** A single number if all lanes have the same. */
function lanes(values: readonly string[]): string {
  return values.every((value) => value === values[0]) ? values[0]! : `[${values.join(", ")}]`;
}

/** The shortest decimal that reads back as this float32, with a point: `0.1`, `1.0`, `-0.0`, `1e-45`. */
function float(value: number): string {
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) return Number.isNaN(rounded) ? "nan" : rounded < 0 ? "-inf" : "inf";
  if (Object.is(rounded, -0)) return "-0.0";
  let digits = 1;
  while (Math.fround(Number(rounded.toPrecision(digits))) !== rounded) digits++;
  const text = String(Number(rounded.toPrecision(digits)));
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** Masks and bit patterns in hexadecimal, counts and offsets in decimal. */
function integer(value: number): string {
  return Math.abs(value) < 65536 ? String(value) : `0x${(value >>> 0).toString(16)}`;
}
