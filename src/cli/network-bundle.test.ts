/** What a network's files may consist of: each of these ways to import gives the same network. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/idx-folder.js";
import { kilograd } from "../../test/terminal.js";

const net = (head: string, inputs = "1"): string => `import { F, nn } from "kilograd";
${head}
export default class Net extends nn.Module {
  conv = new nn.Conv2d(${inputs}, 10, 28);
  forward(x) { return F.logSoftmax(this.conv(x).view(-1, 10), 1); }
}\n`;

const esm = '{ "name": "sizes", "type": "module", "exports": { "./*": { "import": "./lib/*.js" } } }';
const ways: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "a file that passes on what others export": {
    "net.mjs": net('import { one } from "./all.js";', "one"),
    "all.js": 'export * from "./one.js"; export * from "kilograd";',
    "one.js": "export const one = 1;",
  },
  "a name of kilograd that another file passes on": {
    "net.mjs": net('import { rand } from "./all.js"; const one = rand([1]).shape[0];', "one"),
    "all.js": 'export * from "kilograd";',
  },
  "an entry that passes on a network": {
    "net.mjs": 'export * from "./inner.js";',
    "inner.js": net("").replace("export default", "export"),
  },
  "a wait at the top level": {
    "net.mjs": net('import { one } from "./one.js";', "one"),
    "one.js": "export const one = await Promise.resolve(1);",
  },
  "a file beside it, by import.meta.dirname and filename": {
    "net.mjs": net(
      'import path from "node:path"; const one = path.join(import.meta.dirname, "net.mjs") === import.meta.filename ? 1 : 0;',
      "one",
    ),
  },
  "a dynamic import": {
    "net.mjs": net('const { one } = await import("./one.js");', "one"),
    "one.js": "export const one = 1;",
  },
  "a file beside it, by its address": {
    "net.mjs": net(
      'import fs from "node:fs"; const { one } = JSON.parse(fs.readFileSync(new URL("one.json", import.meta.url), "utf8"));',
      "one",
    ),
    "one.json": '{ "one": 1 }',
  },
  "a file beside it, by its folder": {
    "net.cjs": `const { F, nn } = require("kilograd");
const { one } = JSON.parse(require("fs").readFileSync(require("path").join(__dirname, "one.json"), "utf8"));
module.exports = class Net extends nn.Module {
  constructor() { super(); this.conv = new nn.Conv2d(one, 10, 28); }
  forward(x) { return F.logSoftmax(this.conv(x).view(-1, 10), 1); }
};`,
    "one.json": '{ "one": 1 }',
  },
  "a package of ES modules only": {
    "net.mjs": net('import { one } from "sizes/one";', "one"),
    "node_modules/sizes/package.json": esm,
    "node_modules/sizes/lib/one.js": "export const one = 1;",
  },
  "the default export of a package in CommonJS": {
    "net.mjs": net('import sizes, { one } from "sizes";', "sizes.one * one"),
    "node_modules/sizes/index.js": "exports.one = 1;",
  },
  "a default export in a circle": {
    "net.mjs": net('import one from "./one.js"; export const f = 1;', "one()"),
    "one.js": 'import Net, { f } from "./net.mjs"; export default () => (Net ? f : 0);',
  },
  "TypeScript's own syntax": {
    "net.ts": net(
      `import { type Shape, One } from "./shape.js"; import type { Gone } from "nowhere";
abstract class Sizes<T extends number> { constructor(protected readonly one: T, readonly of?: Gone) {} get!: () => T; }
class Exact extends Sizes<1> { value(this: Exact): number { return this.one satisfies number as number; } }`,
      "new Exact(One.Is).value()!",
    ),
    "shape.ts": "export type Shape = readonly number[]; export enum One { Is = 1 }",
  },
};

for (const [what, files] of Object.entries(ways)) {
  test(`a network's file may have ${what}`, async (t) => {
    const folder = path.join(temporaryFolder(t), "a folder");
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    }
    const { stdout, stderr } = await kilograd(["summary", path.join(folder, Object.keys(files)[0]!)]);
    assert.equal(stderr, "");
    assert.match(stdout, /Total params: 7,850\n/);
  });
}

for (const [what, head, message] of [
  [
    "a namespace",
    "export namespace N { export const one = 1; }",
    /net\.ts:2:8: export namespace N .*: a network's file may not/,
  ],
  ["a path that is computed", "await import('./on' + 'e.js');", /Cannot find module '\.\/one\.js': write its path/],
] as const) {
  test(`${what} is refused in words`, async (t) => {
    const file = path.join(temporaryFolder(t), "net.ts");
    fs.writeFileSync(file, net(head));
    const { status, stderr } = await kilograd(["summary", file]);
    assert.equal(status, 1);
    assert.match(stderr, message);
  });
}
