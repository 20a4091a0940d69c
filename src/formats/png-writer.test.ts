import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "fast-png";
import { encodePng } from "./png-writer.js";

test("a picture that is written is read unchanged by another program", () => {
  for (const channels of [1, 3, 4] as const) {
    const data = Uint8Array.from({ length: 7 * 5 * channels }, (_, i) => (i * 37) % 256);
    const read = decode(encodePng({ width: 7, height: 5, channels, data }), { checkCrc: true });
    assert.deepEqual([read.width, read.height, read.channels, read.depth], [7, 5, channels, 8]);
    assert.deepEqual(new Uint8Array(read.data), data);
  }
});
