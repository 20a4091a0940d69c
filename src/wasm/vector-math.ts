/**
 * Elementary functions on four float32 lanes, so that no engine's `Math` decides a result. Special values follow C and
 * PyTorch. The errors are at most 2 ulp (units in the last place) for exp and log, 4 for tanh and sigmoid, and 24 for
 * pow, over all floats including subnormals, whether `madd` is fused or not. vector-math.test.ts measures them.
 *
 * The forms are those of Cephes (S. L. Moshier, netlib.org/cephes, `expf.c`, `logf.c`, `tanhf.c`). The coefficients are
 * our own minimax fits (Lawson's reweighted least squares for the relative error of the whole function, with each
 * coefficient rounded to float32 before the next ones are fitted). Each list gives its interval and its error.
 */
import { v, type Expr, type Local } from "./expressions.js";
import { FunctionBuilder, type Func } from "./loops.js";

/** ln 2 = high + low. `high` has 9 bits, so its product with an integer up to 2^15 is exact. */
const ln2 = { high: 0.693359375, low: Math.LN2 - 0.693359375 };
/** Adding this to a float below 2^22 leaves the nearest integer in the lowest bits of the sum. */
const roundingBias = { float: 12582912, bits: 0x4b400000 };
/** e^r = 1 + r + r²·P(r) for |r| ≤ 0.3466, within 2^-28.2. */
const expTail = [0.49999994, 0.16666521, 0.04166826, 0.008368671, 0.0013821356];
/** ln(1 + f) = f - f²/2 + f³·P(f) for √½ ≤ 1 + f ≤ √2, within 2^-30.2. */
const logTail = [
  0.33333313, -0.2500001, 0.20002072, -0.16667989, 0.1422036, -0.12406241, 0.1188354, -0.11670007, 0.067491546,
];
/** tanh x = x + x³·P(x²) for |x| ≤ 0.6, within 2^-28.4. */
const tanhTail = [-0.333333, 0.13331936, -0.053784717, 0.020798625, -0.0058979667];

/** The functions by name. Parameters and results are `v128`; powers have two parameters, the others have one. */
export const vectorFunctions: Readonly<Record<string, () => Func>> = {
  exp: () => unary("exp", exponential),
  log: () => unary("log", logarithm),
  tanh: () => unary("tanh", hyperbolicTangent),
  sigmoid: () => unary("sigmoid", logistic),
  pow: power,
  powi: integerPower,
};

function unary(name: string, write: (b: FunctionBuilder, x: Local) => Expr): Func {
  const b = new FunctionBuilder(name, { x: "v128" });
  return b.done({ result: "v128", returns: write(b, b.params[0]!) });
}

/** c[0] + c[1]·x + c[2]·x² + …, by Horner's rule. */
function polynomial(x: Local, coefficients: readonly number[]): Expr {
  return coefficients
    .slice(0, -1)
    .reduceRight<Expr>((sum, c) => v.madd(sum, x, v.const(c)), v.const(coefficients.at(-1)!));
}

/**
 * e^(x + tail) = 2^n · e^r, where n is the integer nearest to x / ln 2. `tail`, if given, is far smaller than x. The
 * factor 2^n is applied in two halves, so that subnormal and overflowing results are rounded only once, at the end.
 */
function exponential(b: FunctionBuilder, x: Local, tail?: Local): Local {
  // Beyond these bounds the result is infinite or zero anyway. NaN passes through both.
  const inside = b.hold(v.pmax(v.pmin(x, v.const(89)), v.const(-105)));
  const biased = b.hold(v.madd(inside, v.const(Math.LOG2E), v.const(roundingBias.float)));
  const n = b.hold(v.sub(biased, v.const(roundingBias.float)));
  const r = b.hold(v.madd(n, v.const(-ln2.high), inside));
  b.set(r, v.madd(n, v.const(-ln2.low), r));
  if (tail) b.set(r, v.add(r, tail));
  const y = b.hold(v.madd(polynomial(r, expTail), v.mul(r, r), r));
  const exponent = b.hold(v.op("i32x4.sub", biased, v.iconst(roundingBias.bits)));
  const half = b.hold(v.op("i32x4.shr_s", exponent, v.int(1)));
  const otherHalf = v.op("i32x4.sub", exponent, half);
  b.set(y, v.mul(v.mul(v.add(y, v.const(1)), powerOfTwo(half)), powerOfTwo(otherHalf)));
  return y;
}

/** 2^n for lanes of integers from -126 to 127. */
function powerOfTwo(n: Local | Expr): Expr {
  return v.op("i32x4.shl", v.op("i32x4.add", n, v.iconst(127)), v.int(23));
}

/** Splits a positive finite x into 2^k · (1 + f) with √½ ≤ 1 + f ≤ √2. Both k and f are floats, and exact. */
function decompose(b: FunctionBuilder, x: Local): { k: Local; f: Local } {
  const subnormal = b.hold(v.op("f32x4.lt", x, v.const(2 ** -126)));
  const normal = b.hold(v.select(subnormal, v.mul(x, v.const(2 ** 23)), x));
  const sqrtHalf = 0x3f3504f3; // the bits of √½
  const shift = b.hold(v.op("i32x4.sub", normal, v.iconst(sqrtHalf)));
  b.set(shift, v.op("i32x4.shr_s", shift, v.int(23)));
  const mantissa = v.op("i32x4.sub", normal, v.op("i32x4.shl", shift, v.int(23)));
  const f = b.hold(v.sub(mantissa, v.const(1)));
  const correction = v.op("v128.and", subnormal, v.const(23));
  const k = b.hold(v.sub(v.op("f32x4.convert", shift), correction));
  return { k, f };
}

function logarithm(b: FunctionBuilder, x: Local): Expr {
  const { k, f } = decompose(b, x);
  const square = b.hold(v.mul(f, f));
  const y = b.hold(v.mul(polynomial(f, logTail), v.mul(square, f)));
  b.set(y, v.madd(k, v.const(ln2.low), y));
  b.set(y, v.madd(square, v.const(-0.5), y));
  b.set(y, v.madd(k, v.const(ln2.high), v.add(f, y)));
  return specialLogarithms(b, x, y);
}

/** `y`, except for special values: x itself if it is infinite or NaN, -∞ for zero, and NaN below zero. */
function specialLogarithms(b: FunctionBuilder, x: Local, y: Local): Expr {
  b.set(y, v.select(v.op("f32x4.lt", x, v.const(Infinity)), y, x));
  b.set(y, v.select(v.op("f32x4.eq", x, v.const(0)), v.const(-Infinity), y));
  return v.op("v128.or", y, v.op("f32x4.lt", x, v.const(0)));
}

/** Computed from |x|, with the sign of x restored: the polynomial near 0, and 1 - 2 / (e^2|x| + 1) from 0.6 on. */
function hyperbolicTangent(b: FunctionBuilder, x: Local): Expr {
  const size = b.hold(v.op("f32x4.abs", x));
  const square = b.hold(v.mul(x, x));
  const near = v.madd(polynomial(square, tanhTail), v.mul(square, size), size);
  const e = b.hold(v.call("exp", v.add(size, size)));
  const far = v.sub(v.const(1), v.div(v.const(2), v.add(e, v.const(1))));
  const result = b.hold(v.select(v.op("f32x4.lt", size, v.const(0.6)), near, far));
  return withSign(result, x);
}

/** With t = e^-|x|: 1 / (1 + t) for x ≥ 0, and t / (1 + t) below, which keeps small results precise. */
function logistic(b: FunctionBuilder, x: Local): Expr {
  const t = b.hold(v.call("exp", v.op("v128.or", x, v.const(-0))));
  const numerator = v.select(v.op("f32x4.lt", x, v.const(0)), t, v.const(1));
  return v.div(numerator, v.add(t, v.const(1)));
}

/** A non-negative number with the sign of another. */
function withSign(size: Local, of: Local | Expr): Expr {
  return v.op("v128.or", size, v.op("v128.and", of, v.const(-0)));
}

/**
 * x^y = e^(y·ln|x|), with the sign of x if y is odd. ln|x| and the product are kept as unevaluated sums of two floats,
 * because an error of one ulp in a product of 80 would become 80 ulp in the result. Special values are C's: x^0 = 1^y =
 * (-1)^±∞ = 1, even for NaN, and NaN for finite x < 0 with fractional y.
 */
function power(): Func {
  const b = new FunctionBuilder("pow", { x: "v128", y: "v128" });
  const [x, y] = b.params as [Local, Local];
  const size = b.hold(v.op("f32x4.abs", x));
  const { high, low } = preciseLogarithm(b, size);
  // Beyond 2^32, every power is zero or infinite, except those of ±1. A finite y keeps 1^∞ from being NaN.
  const exponent = b.hold(v.pmax(v.pmin(y, v.const(2 ** 32)), v.const(-(2 ** 32))));
  const product = b.hold(v.mul(exponent, high));
  const rest = b.hold(productError(b, exponent, high, product));
  b.set(rest, v.madd(exponent, low, rest));
  // If the result is zero or infinite, `rest` may be NaN (∞ - ∞).
  b.set(rest, v.op("v128.and", rest, v.op("f32x4.lt", v.op("f32x4.abs", product), v.const(105))));
  const result = b.hold(exponential(b, product, rest));

  const whole = b.hold(v.op("f32x4.eq", v.op("f32x4.trunc", y), y));
  const half = b.hold(v.mul(y, v.const(0.5)));
  const odd = v.op("v128.and", whole, v.op("f32x4.ne", v.op("f32x4.trunc", half), half));
  b.set(result, withSign(result, v.op("v128.and", x, odd)));
  const negative = v.op("v128.and", v.op("f32x4.lt", x, v.const(0)), v.op("f32x4.gt", x, v.const(-Infinity)));
  b.set(result, v.op("v128.or", result, v.op("v128.andnot", negative, whole)));
  const one = v.op("v128.or", v.op("f32x4.eq", x, v.const(1)), v.op("f32x4.eq", y, v.const(0)));
  return b.done({ result: "v128", returns: v.select(one, v.const(1), result) });
}

/**
 * x^y of int32 lanes, modulo 2³²; 0 for y < 0, except for the powers of 1 and -1. It squares 32 times, and multiplies
 * where y has a bit.
 */
function integerPower(): Func {
  const b = new FunctionBuilder("powi", { x: "v128", y: "v128" });
  const [x, y] = b.params as [Local, Local];
  const isUnit = v.op("v128.or", v.op("i32x4.eq", x, v.iconst(1)), v.op("i32x4.eq", x, v.iconst(-1)));
  const exists = v.op("v128.or", v.op("i32x4.ge", y, v.iconst(0)), isUnit);
  const result = b.hold(v.op("v128.and", v.iconst(1), exists));
  const base = b.hold(x);
  const exponent = b.hold(y);
  b.repeat(32, () => {
    const odd = v.op("i32x4.ne", v.op("v128.and", exponent, v.iconst(1)), v.iconst(0));
    b.set(result, v.select(odd, v.op("i32x4.mul", result, base), result));
    b.set(base, v.op("i32x4.mul", base, base));
    b.set(exponent, v.op("i32x4.shr_u", exponent, v.int(1)));
  });
  return b.done({ result: "v128", returns: result });
}

/**
 * ln x ≈ high + low for x ≥ 0. The relative error is at most 2^-26, near √½ and √2, and smaller elsewhere. For zero,
 * infinity and NaN, `high` is the logarithm and `low` may be anything.
 */
function preciseLogarithm(b: FunctionBuilder, x: Local): { high: Local; low: Local } {
  const { k, f } = decompose(b, x);
  // f²/2 = upper²/2, which is exact, + (f - upper)·(f + upper)/2.
  const upper = b.hold(upperHalf(f));
  const square = b.hold(v.mul(v.mul(upper, upper), v.const(-0.5)));
  const cross = v.mul(v.mul(v.sub(f, upper), v.add(f, upper)), v.const(-0.5));
  const low = b.hold(v.madd(polynomial(f, logTail), v.mul(v.mul(f, f), f), cross));
  b.set(low, v.madd(k, v.const(ln2.low), low));
  // k·high is exact, and the first number of each sum is the larger one or zero.
  const exponent = b.hold(v.mul(k, v.const(ln2.high)));
  const sum = b.hold(v.add(exponent, f));
  b.set(low, v.add(low, v.sub(f, v.sub(sum, exponent))));
  const total = b.hold(v.add(sum, square));
  b.set(low, v.add(low, v.sub(square, v.sub(total, sum))));
  const high = b.hold(v.add(total, low));
  b.set(low, v.sub(low, v.sub(high, total)));
  b.set(high, specialLogarithms(b, x, high));
  return { high, low };
}

/** The first 12 bits of each lane's significand. The product of two such numbers is exact. */
function upperHalf(x: Local): Expr {
  return v.op("v128.and", x, v.iconst(0xfffff000));
}

/** x·y - product, where `product` is the rounded x·y (T. J. Dekker, "A floating-point technique…", 1971). */
function productError(b: FunctionBuilder, x: Local, y: Local, product: Local): Expr {
  const [xUpper, yUpper] = [b.hold(upperHalf(x)), b.hold(upperHalf(y))];
  const [xLower, yLower] = [b.hold(v.sub(x, xUpper)), b.hold(v.sub(y, yUpper))];
  const error = v.sub(v.mul(xUpper, yUpper), product);
  return v.madd(xLower, yLower, v.madd(xLower, yUpper, v.madd(xUpper, yLower, error)));
}
