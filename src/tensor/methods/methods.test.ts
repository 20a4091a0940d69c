/** What PyTorch's methods do at the edges: at bounds, with NaN, without an axis, with an operator of JavaScript. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { referenceEngine } from "../../reference/reference-engine.js";
import { setEngine } from "../../runtime/realize.js";
import { tensor, zeros } from "../creation.js";
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
  "0": "write x.select(0, 0)",
  "-1": "write x.select(0, -1)",
  log_softmax: "write x.logSoftmax",
  requires_grad: "write x.requiresGrad",
  add_: "write x = x.add(…), or p.copy_(p.add(…)) for a parameter",
  fill_: "write p.copy_(…), p.setData(…), or one of the functions in nn.init, which overwrite a parameter",
};

for (const [name, hint] of Object.entries(absent)) {
  test(`x.${name}, which Python's tensors have, is refused: ${hint}`, () => {
    assert.throws(() => (zeros([2]) as unknown as Record<string, unknown>)[name], {
      message: `Tensor: tensors have no property "${name}". Hint: ${hint}.`,
    });
  });
}

test("other absent properties are undefined, as programs expect that ask any object for them", () => {
  const x = zeros([2]) as unknown as Record<string | symbol, unknown>;
  for (const name of ["then", "toJSON", "nodeType", "$$typeof", "__esModule", "_private", "constructor_name_of_mine"]) {
    assert.equal(x[name], undefined, name);
  }
  assert.equal(x[Symbol.iterator], undefined);
  assert.equal("0" in zeros([2]), false);
  assert.equal(Object.prototype.toString.call(x), "[object Object]");
});
