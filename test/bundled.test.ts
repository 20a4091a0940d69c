/** Bundles every entry of the package as a page's bundler does: for a browser, and minified. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { readSurface } from "../scripts/reference/public-names.js";
import * as kilograd from "../src/entries/index.js";
import { ExerciseNet } from "../src/entries/train.js";
import { root } from "./chromium.js";
import { temporaryFolder } from "./idx-files.js";

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

const { exports } = JSON.parse(fs.readFileSync(root("package.json"), "utf8")) as Manifest;
const entries = Object.entries(exports).flatMap(([name, target]) =>
  typeof target === "string" || name === "./train/node" ? [] : { name, file: root(target.default) },
);

/** A bundle's exports. Of the packages outside kilograd, only the code that runs is needed. */
async function bundled(file: string, folder: string): Promise<Record<string, unknown>> {
  const outfile = path.join(folder, `${path.basename(path.dirname(file))}.mjs`);
  await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    outfile,
    logLevel: "error",
  });
  return (await import(pathToFileURL(outfile).href)) as Record<string, unknown>;
}

const isClass = (value: unknown): value is { readonly name: string } =>
  typeof value === "function" && String(value).startsWith("class");
const isNamespace = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) !== Array.prototype;

/** The classes in the exports, also those in namespaces such as `optim.lrScheduler`, by the names that users write. */
function classesIn(exports: object, prefix = "", depth = 0): [name: string, type: { readonly name: string }][] {
  return Object.entries(exports).flatMap(([name, value]) => {
    if (isClass(value)) return [[`${prefix}${name}`, value]];
    return isNamespace(value) && depth < 2 ? classesIn(value, `${prefix}${name}.`, depth + 1) : [];
  });
}

for (const { name, file } of entries) {
  test(`kilograd/${name} bundles for a browser, minified, and its classes keep their names`, async (context) => {
    const exports = await bundled(file, temporaryFolder(context));
    for (const [exported, type] of classesIn(exports)) assert.equal(type.name, exported.split(".").at(-1));
  });
}

test("minified, the classes of every folder are found, and layers, errors and summaries have the same words", async (context) => {
  const folder = temporaryFolder(context);
  const minified = (await bundled(root("dist/index.js"), folder)) as unknown as typeof kilograd;
  const { ExerciseNet: MinifiedNet } = (await bundled(root("dist/train/index.js"), folder)) as {
    ExerciseNet: typeof ExerciseNet;
  };
  const names = (of: object): string[] => classesIn(of).map(([name]) => name);
  assert.deepEqual(names(minified).sort(), names(kilograd).sort());
  const shown = ({ nn, F, optim, summarize, zeros }: typeof kilograd): unknown[] => {
    const network = new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.BatchNorm2d(4), new nn.Dropout(0.5));
    const raised = (wrong: () => unknown): string => {
      try {
        return String(wrong());
      } catch (error) {
        return String(error);
      }
    };
    return [
      String(network),
      [...network.stateDict().keys()],
      [network[0]!, network[1]!, new nn.Linear(2, 3), new nn.MaxPool2d(2)].map((layer) => Object.keys(layer)),
      summarize(network, [1, 28, 28]),
      raised(() => network(zeros([2, 3, 8, 8]))),
      raised(() => F.conv2d(new nn.ReLU() as never, new optim.SGD(network.parameters(), { lr: 0.1 }) as never)),
      raised(() => new nn.Conv2d(1, 1, zeros([1]) as never)),
    ];
  };
  assert.deepEqual(shown(minified), shown(kilograd));
  assert.equal(String(new MinifiedNet()), String(new ExerciseNet()));
});

test("minified, a result that does not fit into int32 and a class that does not exist are refused with the same words", async (context) => {
  const minified = (await bundled(root("dist/index.js"), temporaryFolder(context))) as unknown as typeof kilograd;
  const largest = 2 ** 31 - 1;
  const calls: readonly ((k: typeof kilograd) => kilograd.Tensor)[] = [
    (k) => k.full([1], largest, { dtype: "int32" }).add(1),
    (k) => k.full([2], largest, { dtype: "int32" }).sum(),
    (k) => k.full([1], -largest - 1, { dtype: "int32" }).abs(),
    (k) => k.full([1], 2 ** 16, { dtype: "int32" }).pow(2),
    (k) => k.F.nllLoss(k.zeros([1, 3]), k.full([1], 2, { dtype: "int32" }).add(1)),
  ];
  const messageOf = (k: typeof kilograd, call: (k: typeof kilograd) => kilograd.Tensor): string => {
    try {
      return `no error, but ${call(k).item()}`;
    } catch (error) {
      return String(error);
    }
  };
  for (const call of calls) {
    const message = messageOf(kilograd, call);
    assert.match(message, /^ArgumentError/);
    assert.equal(messageOf(minified, call), message);
  }
});

const inner = /^(autograd|compiler|graph|kernels|ops|runtime|wasm)\//;

test("no property with a short name in dist is public, built into JavaScript, or a word in another folder", async () => {
  const { shortProperties } = (await import(root("scripts/short-properties.mjs"))) as { shortProperties: RegExp };
  const public_ = readSurface().names.map(({ name }) => name.split(".").at(-1)!);
  const builtIn = Reflect.ownKeys(globalThis).flatMap((key) => {
    const value = (globalThis as Record<PropertyKey, unknown>)[key];
    const prototype = typeof value === "function" ? (value as { readonly prototype?: object }).prototype : undefined;
    return [key, ...Reflect.ownKeys(Object(value) as object), ...Reflect.ownKeys(prototype ?? {})];
  });
  const words = fs.readdirSync(root("src"), { recursive: true, encoding: "utf8" }).flatMap((file) => {
    if (inner.test(file) || !/(?<!\.test)\.ts$/.test(file)) return [];
    return [...fs.readFileSync(root(path.join("src", file)), "utf8").matchAll(/(["'])(\w+)\1/g)].map(
      ([, , word]) => word!,
    );
  });
  assert.ok(public_.includes("conv2d") && builtIn.includes("byteLength") && words.includes("strides"));
  const isShort = (name: PropertyKey): boolean => typeof name === "string" && shortProperties.test(name);
  assert.deepEqual([...public_, ...builtIn, ...words].filter(isShort), []);
});
