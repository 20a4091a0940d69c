import assert from "node:assert/strict";
import { test } from "node:test";
import { fillSlots } from "./slots.js";

const program = `LR = slot("lr")

for batch in batches:
    step(slot("lr"), "a")
    slot("after each step")
done()
`;

test("a slot is replaced by its text, and a slot on its own line by any number of lines with its indentation", () => {
  assert.equal(
    fillSlots(program, { lr: "0.1", "after each step": "if late:\n    schedule.step()" }),
    `LR = 0.1

for batch in batches:
    step(0.1, "a")
    if late:
        schedule.step()
done()
`,
  );
});

test("a slot on its own line disappears with an empty text", () => {
  assert.match(fillSlots(program, { lr: "0.1", "after each step": "" }), /"a"\)\ndone\(\)\n$/);
});

test("slots inside a text are not replaced", () => {
  assert.equal(fillSlots('a = slot("a")\n', { a: 'slot("b")' }), 'a = slot("b")\n');
});

test("slots and texts must match", () => {
  assert.throws(() => fillSlots(program, { lr: "0.1" }), /there is no text for slot\("after each step"\)/);
  assert.throws(() => fillSlots("", { lr: "0.1", seed: "1" }), /the program has no slot for lr, seed/);
});
