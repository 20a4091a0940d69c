/** What PyTorch's methods do at the edges: at bounds, with NaN, without an axis, with an operator of JavaScript. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkRandomly } from "../../../test/random-checks.js";
import { referenceEngine } from "../../reference/reference-engine.js";
import { setEngine } from "../../runtime/realize.js";
import { tensor, zeros } from "../creation.js";
import { Parameter } from "../../nn/index.js";
import type { Tensor } from "../tensor.js";

setEngine(referenceEngine);

/** The elements of f(x), and the gradient of their sum. */
function both(elements: readonly number[], f: (x: Tensor) => Tensor): readonly [unknown, unknown] {
  const x = tensor(elements, { requiresGrad: true });
  const y = f(x);
  y.sum().backward();
  return [y.tolist(), x.grad!.tolist()];
}

test("clamp passes the whole gradient on at its bounds, and leaves NaN alone", () => {
  assert.deepEqual(
    both([0, 1, 0.5, -1, 2], (x) => x.clamp(0, 1)),
    [
      [0, 1, 0.5, 0, 1],
      [1, 1, 1, 0, 0],
    ],
  );
  assert.deepEqual(tensor([NaN, 3]).clamp(0, 1).tolist(), [NaN, 1]);
});

test("clamp needs one bound only; if the lower one is above the upper one, the upper one wins", () => {
  assert.deepEqual(tensor([-2, 3]).clamp(0).tolist(), [0, 3]);
  assert.deepEqual(tensor([-2, 3]).clamp(null, 1).tolist(), [-2, 1]);
  assert.deepEqual(tensor([-3, 1, 5]).clamp(2, 0).tolist(), [0, 0, 0]);
  assert.throws(() => tensor([1]).clamp(null), { message: /^clamp: min and max are both missing/ });
});

test("x to the power of 0 is 1 with gradient 0, whatever x is", () => {
  assert.deepEqual(
    both([1, 0, -2, Infinity, NaN], (x) => x.pow(0)),
    [
      [1, 1, 1, 1, 1],
      [0, 0, 0, 0, 0],
    ],
  );
});

test("argmax without an axis counts through all elements", () => {
  const x = tensor([[1, 7, 3], [4, 7, 6]]); // prettier-ignore
  assert.deepEqual([x.argmax().tolist(), x.argmax().dtype], [1, "int32"]);
  assert.deepEqual(x.argmax({ keepdim: true } as never).tolist(), [[1]]);
});

test("JavaScript's operators are refused, and texts in templates are not", () => {
  const x = tensor(2) as unknown as number;
  for (const operation of [() => x + x, () => x * 2, () => x < 3, () => -x]) {
    assert.throws(operation, { name: "ArgumentError", message: /write a\.add\(b\)/ });
  }
  assert.equal(`${zeros([2]).toString()}, ${String(x)}`, "Tensor([2], float32), Tensor([], float32)");
});

/** What is asked for, and the end of the error's message. */
const absent: Readonly<Record<string, string>> = {
  "0": "write x.select(0, 0), or x.item() for a single number",
  "-1": "write x.select(0, -1), or x.item() for a single number",
  log_softmax: "write x.logSoftmax",
  requires_grad: "write x.requiresGrad",
  requires_grad_: "write x.requiresGrad = true",
  T: "write x.t(), or x.permute(…) for more than two axes",
  mT: "write x.transpose(-2, -1)",
  length: "write x.shape[0] for the size of the first axis, or x.numel()",
  dim: "write x.ndim",
  numpy: "write x.data() or x.tolist()",
  long: "write x.int()",
  cuda: "leave it out: tensors have one device, and only copy_ and setData change them",
  add_: "write x = x.add(…), p.copy_(p.add(…)) for a parameter, or p.grad = p.grad.add(…) for a gradient",
  fill_: "write p.copy_(…), p.setData(…), or a function in nn.init, and p.grad = null for a gradient",
};

for (const [name, hint] of Object.entries(absent)) {
  test(`x.${name}, which Python's tensors have, is refused: ${hint}`, () => {
    assert.throws(() => (zeros([2]) as unknown as Record<string, unknown>)[name], {
      message: `Tensor: there is no property "${name}". Hint: ${hint}.`,
    });
    assert.throws(() => ((zeros([2]) as unknown as Record<string, unknown>)[name] = 1), /there is no property/);
  });
}

test("other absent properties are undefined, as programs expect that ask any object for them", () => {
  const x = zeros([2]) as unknown as Record<string | symbol, unknown>;
  for (const name of ["then", "nodeType", "$$typeof", "__esModule", "_private", "constructor_name_of_mine"]) {
    assert.equal(x[name], undefined, name);
  }
  assert.equal(Object.prototype.toString.call(x), "[object Object]");
});

test("what the hints tell to write works", () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
  assert.deepEqual(x.t().tolist(), [[1, 4], [2, 5], [3, 6]]); // prettier-ignore
  assert.deepEqual(x.transpose(-2, -1).shape, [3, 2]);
  assert.deepEqual([x.shape[0], x.numel(), x.ndim, x.int().dtype], [2, 6, 2, "int32"]);
  const p = new Parameter(zeros([2]));
  p.requiresGrad = false;
  assert.equal(p.requiresGrad, false);
});

test("select names the index that is out of range, and its axis", () => {
  const x = zeros([10, 3]);
  const message = (axis: number, index: number): RegExp =>
    new RegExp(`^ShapeError: select: index ${index} is out of range for axis ${axis} of size ${axis === 0 ? 10 : 3}`);
  for (const [axis, index] of [
    [0, 12],
    [0, 10],
    [0, -11],
    [-1, 3],
  ] as const) {
    assert.throws(() => x.select(axis, index), message(axis, index));
  }
  assert.throws(() => zeros([0]).select(0, 0), /index 0 is out of range for axis 0 of size 0/);
});

test("a tensor is the parts along its first axis, as in Python", () => {
  const x = tensor([[1, 2], [3, 4]]); // prettier-ignore
  assert.deepEqual([...x].map((row) => row.tolist()), [[1, 2], [3, 4]]); // prettier-ignore
  const [first] = tensor([5, 6]);
  assert.equal(first!.item(), 5);
  assert.throws(() => [...tensor(1)], { name: "ShapeError", message: /without axes.*item\(\) is its number/ });
  assert.throws(() => tensor(1).size(0), { name: "ShapeError" });
});

test("JSON has a tensor's elements", () => {
  const text = JSON.stringify({ loss: tensor(0.5), rows: [tensor([1, 2])], none: zeros([0]) });
  assert.equal(text, '{"loss":0.5,"rows":[[1,2]],"none":[]}');
});

interface Uncalled {
  readonly data: { readonly 0: number; readonly shape: number[]; fill_(value: number): void };
  readonly item: number;
  readonly numel: number;
}
/** Methods without their parentheses, and what to write. */
const uncalled: readonly (readonly [wrong: string, use: (x: Uncalled) => unknown, hint: string])[] = [
  ["x.data.fill_(0)", (x) => x.data.fill_(0), "write p.copy_(…) or p.setData(…) to change a parameter"],
  ["x.data[0]", (x) => x.data[0], "write data()"],
  ["x.data.shape", (x) => x.data.shape, "write data()"],
  ["x.item.toFixed(4)", (x) => x.item.toFixed(4), "write item()"],
  ["total += x.item", (x) => 0 + x.item, "write item()"],
  ["x.numel * 2", (x) => x.numel * 2, "write numel()"],
];
for (const [wrong, use, hint] of uncalled) {
  test(`${wrong} says that the method is not called`, () => {
    assert.throws(() => use(zeros([2]) as unknown as Uncalled), {
      name: "ArgumentError",
      message: new RegExp(`: the method is not called\\. Hint: ${hint.replace(/[()…]/g, ".")}\\.$`),
    });
  });
}

test("a method is still a function with a name, a text and the usual properties", () => {
  const { item } = zeros([]) as unknown as { item: ((this: void) => number) & { then?: unknown } };
  assert.deepEqual([item.name, typeof item.call, item.then], ["item", "function", undefined]);
  assert.match(`${item as unknown as string}`, /function/);
});

test("an empty list of axes means all of them, as in PyTorch", () => {
  const x = tensor([
    [1, 5, 3],
    [4, 2, 6],
  ]);
  const results = [x.sum([]), x.mean([]), x.amax([]), x.amin([]), x.var([])].map((y) => y.tolist());
  assert.deepEqual(results, [21, 3.5, 6, 1, 3.5]);
  assert.deepEqual(x.sum([], true).tolist(), [[21]]);
  assert.deepEqual(x.flip([]).tolist(), x.tolist());
});

test("a scalar has one axis for reductions, as in PyTorch, but no part of it can be taken", () => {
  const x = tensor(5);
  for (const axis of [0, -1]) {
    for (const y of [x.sum(axis), x.mean([axis]), x.amax(axis, true), x.flip(axis)]) {
      assert.deepEqual([y.tolist(), y.shape], [5, []]);
    }
    assert.equal(x.argmax(axis).item(), 0);
  }
  assert.deepEqual(x.flatten().shape, [1]);
  assert.throws(() => x.select(0, 0), { name: "ShapeError" });
  assert.throws(() => x.slice(0, 0), { name: "ShapeError" });
  assert.throws(() => x.sum(1), { name: "ShapeError" });
});

test("sizes are counts: any others are refused, or leave the number of elements as it should be", () => {
  const size = fc.constantFrom(-(2 ** 53) + 1, -3, -2, -1, 0, 1, 2, 3, 6, 2.5, NaN, Infinity, 2 ** 31, 2 ** 53 - 1);
  checkRandomly(
    fc.property(fc.array(size, { maxLength: 4 }), fc.constantFrom("view", "reshape", "expand"), (sizes, name) => {
      const x = tensor([[1, 2, 3]]);
      let y: Tensor;
      try {
        y = x[name](sizes);
      } catch (error) {
        assert.match((error as Error).name, /^(Shape|Argument)Error$/, String(error));
        return;
      }
      assert.ok(y.shape.every((extent) => Number.isInteger(extent) && extent >= 0));
      assert.ok(name === "expand" || y.numel() === 3);
      if (y.numel() < 1000) assert.equal(y.data().length, y.numel());
    }),
    1000,
  );
});
