import assert from "node:assert/strict";
import { test } from "node:test";
import { fillSlots } from "./slots.js";

const program = `LR = slot("lr")

for batch in batches:
    step(slot("lr"), "a")
    slot("after each step")
done()
`;

test("a slot takes its text, and a line its lines, indented like it", () => {
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

test("an empty line goes", () => {
  assert.match(fillSlots(program, { lr: "0.1", "after each step": "" }), /"a"\)\ndone\(\)\n$/);
});

test("a text is not searched for slots", () => {
  assert.equal(fillSlots('a = slot("a")\n', { a: 'slot("b")' }), 'a = slot("b")\n');
});

test("slots and texts must match", () => {
  assert.throws(() => fillSlots(program, { lr: "0.1" }), /there is no text for slot\("after each step"\)/);
  assert.throws(() => fillSlots("", { lr: "0.1", seed: "1" }), /the program has no slot for lr, seed/);
});
