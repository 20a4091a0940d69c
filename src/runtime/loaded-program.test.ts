import assert from "node:assert/strict";
import { test } from "node:test";
import { Buffer, type Place } from "../kernels/views.js";
import { Heap } from "./heap.js";
import { hostView } from "./loaded-program.js";

const heap = new Heap();
const at = { arena: heap.allocate(256), own: heap.allocate(256) };

function bufferAt(place: Place): Buffer {
  const buffer = new Buffer("weights", 3, "float32");
  buffer.place = place;
  return buffer;
}

test("a buffer's elements are seen where the arena, or the program's own memory, begins, and so many bytes behind", () => {
  const [inArena, own] = [bufferAt({ kind: "arena", at: 64 }), bufferAt({ kind: "own", at: 128 })];
  hostView(heap, inArena, at).set([1, 2, 3]);
  hostView(heap, own, at).set([4, 5, 6]);
  assert.deepEqual([...heap.elements(at.arena + 64, 3, "float32")], [1, 2, 3]);
  assert.deepEqual([...heap.elements(at.own + 128, 3, "float32")], [4, 5, 6]);
});

test("the host reaches neither the threads' scratch memory nor a buffer without a place", () => {
  const message = "the host cannot reach weights";
  assert.throws(() => hostView(heap, bufferAt({ kind: "scratch", at: 0 }), at), { message });
  assert.throws(() => hostView(heap, new Buffer("weights", 3, "float32"), at), { message });
});
