import assert from "node:assert/strict";
import { test } from "node:test";
import { StateError } from "../errors/errors.js";
import { Heap, maximumPages } from "./heap.js";

test("what is allocated does not overlap, and lies on cache lines", () => {
  const heap = new Heap();
  const sizes = [1, 64, 65, 100_000, 3];
  const at = sizes.map((size) => heap.allocate(size));
  at.forEach((start, i) => {
    assert.equal(start % 64, 0);
    at.forEach((other, j) => assert.ok(i === j || other >= start + sizes[i]! || other + sizes[j]! <= start));
  });
});

test("freed neighbours become one hole, which is used again", () => {
  const heap = new Heap();
  const [a, b, c] = [heap.allocate(1000), heap.allocate(1000), heap.allocate(1000)] as [number, number, number];
  heap.allocate(64); // so that the three have no hole behind them
  heap.free(a);
  heap.free(c);
  heap.free(b);
  assert.equal(heap.allocate(3000), a);
});

test("a hole that is filled exactly is gone, and the one after it stays", () => {
  const heap = new Heap();
  const [a, , c] = [1024, 64, 1024, 64].map((size) => heap.allocate(size)) as [number, number, number];
  heap.free(a);
  heap.free(c);
  assert.equal(heap.allocate(1024), a);
  assert.equal(heap.allocate(1024), c);
});

test("memory that is freed is not asked for again from the system", () => {
  const heap = new Heap();
  heap.free(heap.allocate(50_000_000));
  const pages = heap.memory.buffer.byteLength;
  for (let i = 0; i < 10; i++) heap.free(heap.allocate(50_000_000));
  assert.equal(heap.memory.buffer.byteLength, pages);
});

test("the last hole is made larger where it is too small", () => {
  const heap = new Heap();
  const at = heap.allocate(20_000_000);
  heap.free(at);
  assert.equal(heap.allocate(30_000_000), at);
  assert.ok(heap.memory.buffer.byteLength < 30_000_000 + 3 * 65536);
});

test("cleared memory is zero, whether it was used before or not", () => {
  const heap = new Heap();
  const at = heap.allocate(100_000);
  heap.bytes(at, 100_000).fill(255);
  heap.free(at);
  assert.equal(heap.allocateCleared(300_000), at);
  assert.ok(heap.bytes(at, 300_000).every((byte) => byte === 0));
});

test("freeing twice is refused", () => {
  const heap = new Heap();
  const at = heap.allocate(10);
  heap.free(at);
  assert.throws(() => heap.free(at), /nothing was allocated at/);
});

test("more than there can be is a clear error", () => {
  assert.throws(
    () => new Heap().allocate(65536 * (maximumPages + 1)),
    (error) =>
      error instanceof StateError &&
      /memory: \d+ MiB cannot be allocated on top of the \d+ MiB in use\. Hint: use a smaller batch or network, or keep fewer tensors/.test(
        error.message,
      ),
  );
});
