/** Tests for folders in which every record has its own file, an entry in index.ts, and a test next to it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";

interface Folder {
  /** The folder's path in the checkout, for messages. */
  readonly folder: string;
  /** The file names, without extension, of the records in the list. */
  readonly names: readonly string[];
  /** The start of the line with which a test pins its record, and what the test should do. */
  readonly pins: RegExp;
  readonly how: string;
}

export function testOneFileEach({ folder, names, pins, how }: Folder): void {
  const at = new URL(`../${folder}/`, import.meta.url);
  const files = fs.readdirSync(at);
  const own = files.filter((file) => !/^index\.|\.test\.ts$/.test(file)).map((file) => file.replace(/\.ts$/, ""));

  test(`every file of ${folder} is in the list once, under the name of its record`, () => {
    for (const name of own) {
      assert.ok(
        names.includes(name),
        `${folder}/index.ts does not list what ${name}.ts exports, under the name "${name}"`,
      );
    }
    for (const name of names) assert.ok(own.includes(name), `"${name}" must be in ${folder}/${name}.ts`);
    assert.equal(new Set(names).size, names.length, `two entries of ${folder}/index.ts have the same name`);
  });

  for (const name of names) {
    test(`${name} is pinned by a test of its own`, () => {
      const file = `${name}.test.ts`;
      const text = files.includes(file) ? fs.readFileSync(new URL(file, at), "utf8") : "";
      assert.match(text, pins, `${folder}/${file} must ${how}`);
    });
  }
}
