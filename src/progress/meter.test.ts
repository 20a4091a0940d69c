import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonFixture } from "../../test/fixtures.js";
import { pythonShort } from "../text/python.js";
import { ASCII, BLOCKS, formatBar, formatInterval, formatMeter, type Meter } from "./meter.js";

/** What fixtures/progress/bars.py passes to tqdm. */
interface Given {
  readonly n: number;
  readonly total: number | null;
  readonly elapsed: number;
  readonly prefix: string;
  readonly unit: string;
  readonly ascii: boolean | string;
  readonly unit_scale: boolean | number;
  readonly unit_divisor: number;
  readonly initial: number;
  readonly postfix: string;
  readonly ncols?: number;
  readonly rate?: number;
}
const usual: Given = {
  ...{ n: 5, total: 10, elapsed: 2.5, prefix: "", unit: "it", ascii: false, initial: 0, postfix: "" },
  ...{ unit_scale: false, unit_divisor: 1000 },
};
const fixture = jsonFixture<{
  readonly meters: readonly { given: Partial<Given>; line: string }[];
  readonly shorts: readonly [number, string][];
}>("progress/bars.json");

function meterOf(given: Partial<Given>): Meter {
  const { prefix, unit_scale, unit_divisor, ascii, ncols, total, ...rest } = { ...usual, ...given };
  const charset = typeof ascii === "string" ? ascii : ascii ? ASCII : BLOCKS;
  const style = { unitScale: unit_scale, unitDivisor: unit_divisor, charset };
  return { ...rest, ...style, desc: prefix, columns: ncols, total: total ?? undefined };
}

for (const { given, line } of fixture.meters) {
  test(`the line equals tqdm's: ${JSON.stringify(given)}`, () => assert.equal(formatMeter(meterOf(given)), line));
}

test("a description that ends in a colon and a space gets no other, also without a total", () => {
  const line = "Epoch 1: 12it [00:01, 12.00it/s]";
  assert.equal(formatMeter(meterOf({ n: 12, elapsed: 1, prefix: "Epoch 1: " })), line);
});

test("the line is never longer than it may be", () => {
  for (let columns = 1; columns < 80; columns++) {
    const line = formatMeter(meterOf({ prefix: "x", ncols: columns }));
    assert.ok([...line].length <= columns && (columns < 43 || [...line].length === columns), `${columns}: ${line}`);
    assert.ok(formatMeter(meterOf({ prefix: "x", ncols: columns, total: null })).length <= columns);
  }
});

test("values by name are written as tqdm's format_num does", () => {
  assert.deepEqual(
    fixture.shorts.map(([value]) => [value, pythonShort(value)]),
    fixture.shorts,
  );
});

test("an interval shows hours only from one hour on", () => {
  assert.equal(formatInterval(0), "00:00");
  assert.equal(formatInterval(65.9), "01:05");
  assert.equal(formatInterval(3665), "1:01:05");
});

test("the bar is filled in eighths of a character", () => {
  assert.equal(formatBar(0, 3), "   ");
  assert.equal(formatBar(0.5, 3), "█▌ ");
  assert.equal(formatBar(1 / 24, 3), "▏  ");
  assert.equal(formatBar(23 / 24, 3), "██▉");
  assert.equal(formatBar(1, 3), "███");
});
