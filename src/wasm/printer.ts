/**
 * Loop nests as C-like text, for people: `kilograd train --dump-plan` and failing tests. Parentheses stand only where
 * the operators' precedence in C needs them. Memory is read by `load4`, `splat`, `load1` (four lanes, one element in
 * all lanes, one in lane 0), `loadi`, `loadf` (scalars); a name with `$` is a global.
 */
import { instructions, v, type Expr, type LoadForm, type Local } from "./expressions.js";
import type { Func, Stmt, StoreForm } from "./loops.js";

const loadNames: Record<LoadForm, string> = {
  v128: "load4",
  splat: "splat",
  lane0: "load1",
  i32: "loadi",
  f32: "loadf",
};
const storeNames: Record<StoreForm, string> = { v128: "store4", lane0: "store1", i32: "storei", f32: "storef" };

/** How tightly operators bind, as in C; more is tighter. `i+` and its like stand for the same operator on i32 lanes. */
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
/** Names, calls, constants: never in parentheses. */
const atom = 11;

interface Text {
  readonly text: string;
  readonly precedence: number;
}

/** The text of one function, its statements indented by two spaces, with a newline at its end. */
export function printFunction(func: Func): string {
  const params = func.params.map((param) => `${param.type} ${param.name}`).join(", ");
  const head = `${func.exported ? "export " : ""}${func.result ?? "void"} ${func.name}(${params}) {`;
  const last = func.returns ? [`  return ${print(func.returns)};`] : [];
  return [head, ...indented(func.body), ...last, "}", ""].join("\n");
}

function indented(body: readonly Stmt[]): string[] {
  return body.flatMap(statement).map((line) => `  ${line}`);
}

/** The lines of one statement. */
function statement(s: Stmt): string[] {
  switch (s.kind) {
    case "set":
      return [assignment(s.local, s.value)];
    case "store":
      return [`${storeNames[s.form]}(${print(place(s.address, s.offset))}, ${print(s.value)});`];
    case "for": {
      const i = s.counter.name;
      const head = `for (${i} = ${print(s.from)}; ${i} < ${operand(s.to, 7)}; ${i} += ${s.step}) {`;
      return [head, ...indented(s.body), "}"];
    }
    case "while":
      return [`while (${print(s.condition)}) {`, ...indented(s.body), "}"];
    case "if": {
      const otherwise = s.otherwise.length > 0 ? ["} else {", ...indented(s.otherwise)] : [];
      return [`if (${print(s.condition)}) {`, ...indented(s.then), ...otherwise, "}"];
    }
    case "call":
      return [`${call(s.name, s.args)};`];
    case "global":
      return [`$${s.name} = ${print(s.value)};`];
    case "atomicStore":
      return [`${call("atomicStore", [s.address, s.value])};`];
    case "wait":
      return [`${call("wait", [s.address, s.expected])};`];
    case "notify":
      return [`${call("notify", [s.address])};`];
    case "note":
      return s.text.split("\n").map((line) => `// ${line}`);
  }
}

/** `p = p + 4` is written `p += 4`. */
function assignment(local: Local, value: Expr): string {
  if (value.kind === "op" && value.op === "i32.add") {
    const [first, second] = value.args as [Expr, Expr];
    if (first.kind === "local" && first.local === local) return `${local.name} ${signed("+=", "-=", second)};`;
  }
  return `${local.name} = ${print(value)};`;
}

/** `+ 4`, or `- 4` for a constant of -4. */
function signed(plus: string, minus: string, value: Expr, minimum = 0): string {
  return value.kind === "i32" && value.value < 0 ? `${minus} ${-value.value}` : `${plus} ${operand(value, minimum)}`;
}

function place(address: Expr, offset: number): Expr {
  return offset === 0 ? address : v.n.add(address, v.int(offset));
}

function print(e: Expr): string {
  return describe(e).text;
}

/** The text in parentheses if it binds less tightly than `minimum`. */
function operand(e: Expr, minimum: number): string {
  const { text, precedence: own } = describe(e);
  return own < minimum ? `(${text})` : text;
}

function describe(e: Expr): Text {
  if (e.kind === "op") return operation(e.op, e.args);
  return { text: simple(e), precedence: atom };
}

function operation(op: keyof typeof instructions, args: readonly Expr[]): Text {
  const symbol: string = instructions[op][3];
  if (symbol === "!" || symbol === "~") return { text: symbol + operand(args[0]!, prefix), precedence: prefix };
  const operator = symbol.replace(/^i(?=\W)/, "");
  const own = precedence[operator];
  if (own === undefined) return { text: call(symbol, args), precedence: atom };
  const left = operand(args[0]!, own);
  // Sums of integers need no parentheses on the right; those of floats do, where order changes the rounding.
  if (op === "i32.add") return { text: `${left} ${signed("+", "-", args[1]!, own)}`, precedence: own };
  return { text: `${left} ${operator} ${operand(args[1]!, own + 1)}`, precedence: own };
}

function simple(e: Exclude<Expr, { kind: "op" }>): string {
  switch (e.kind) {
    case "i32":
      return String(e.value);
    case "f32":
      return float(e.value);
    case "lanes":
      return lanes(e.values.map(e.lanes === "f32x4" ? float : integer));
    case "local":
      return e.local.name;
    case "global":
      return `$${e.name}`;
    case "load":
      return call(loadNames[e.form], [place(e.address, e.offset)]);
    case "lane":
      return `${operand(e.value, atom)}[${e.lane}]`;
    case "shuffle":
      return `shuffle(${e.args.map(print).join(", ")}, [${e.lanes.join(", ")}])`;
    case "madd":
      return call("madd", e.args);
    case "call":
      return call(e.name, e.args);
    case "atomicLoad":
      return call("atomicLoad", [e.address]);
    case "atomicAdd":
      return call("atomicAdd", [e.address, e.value]);
  }
}

function call(name: string, args: readonly Expr[]): string {
  return `${name}(${args.map(print).join(", ")})`;
}

/** One number where all lanes have it. */
function lanes(values: readonly string[]): string {
  return values.every((value) => value === values[0]) ? values[0]! : `[${values.join(", ")}]`;
}

/** The shortest decimal number that is this float32, with a point: `0.1`, `1.0`, `-0.0`, `1e-45`. */
function float(value: number): string {
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) return Number.isNaN(rounded) ? "nan" : rounded < 0 ? "-inf" : "inf";
  if (Object.is(rounded, -0)) return "-0.0";
  let digits = 1;
  while (Math.fround(Number(rounded.toPrecision(digits))) !== rounded) digits++;
  const text = String(Number(rounded.toPrecision(digits)));
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** Masks and bit patterns in hexadecimal, numbers that count in decimal. */
function integer(value: number): string {
  return Math.abs(value) < 65536 ? String(value) : `0x${(value >>> 0).toString(16)}`;
}
