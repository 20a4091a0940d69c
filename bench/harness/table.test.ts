import assert from "node:assert/strict";
import { test } from "node:test";
import { digits, formatTable, megabytes, percent, tabulate, type Column } from "./table.js";

interface Row {
  readonly name: string;
  readonly speed: number;
}
const columns: readonly Column<Row>[] = [
  { title: "", align: "left", text: ({ name }) => name },
  { title: "it/s", text: ({ speed }) => digits(speed) },
];

test("a table has aligned columns, with text on the left, numbers on the right, and notes below", () => {
  const rows = [
    { name: "×½", speed: 1234.5 },
    { name: "longer", speed: 0.05123 },
  ];
  const table = tabulate("Speed", columns, rows, ["skipped: one"]);
  assert.equal(
    formatTable(table),
    [
      "Speed",
      "──────────────",
      "          it/s",
      "──────────────",
      "×½       1,230",
      "longer  0.0512",
      "──────────────",
      "  skipped: one",
      "",
    ].join("\n"),
  );
  assert.deepEqual(table.rows, rows);
});

test("figures have three significant digits", () => {
  assert.deepEqual([0.44, 4.871, 112.6, 11_523].map(digits), ["0.44", "4.87", "113", "11,500"]);
  assert.equal(percent(0.0449), "4.5 %");
  assert.equal(megabytes(123_456_789), "123");
});
