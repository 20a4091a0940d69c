/** Every op and layer can be written for other tools, or says that it has no counterpart there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { registry } from "../graph/op.js";
import * as nn from "../nn/index.js";
import { operators } from "./onnx/operators.js";
import { expressions } from "./pytorch/operators.js";

/** Leaves that Python reads by name: an attribute or a buffer. */
const namedLeaves = ["variable", "data"];

const tools = {
  onnx: { rules: new Set(Object.keys(operators)), where: "src/export/onnx/operators.ts" },
  pytorch: { rules: new Set([...Object.keys(expressions), ...namedLeaves]), where: "src/export/pytorch/operators.ts" },
};

for (const { name, elsewhere = {}, samples } of registry.values()) {
  if (elsewhere === "internal") continue;
  for (const tool of ["onnx", "pytorch"] as const) {
    const { rules, where } = tools[tool];
    test(`${name}: the record and the rules of ${tool} agree`, () => {
      if (elsewhere[tool] === undefined) assert.ok(rules.has(name), `add a rule for ${name} to ${where}`);
      else assert.ok(!rules.has(name), `${where} has a rule for ${name}: its record should name nothing`);
    });

    test(`${name}: ${tool} is told the attributes`, () => {
      const hasAttributes = samples.some(({ attrs }) => Object.keys(attrs as object).length > 0);
      assert.ok(!elsewhere[tool] || !hasAttributes, `a name leaves out the attributes of ${name}: it needs a rule`);
    });
  }
}

/** Classes that are not layers, but building blocks of networks. */
const structures: readonly unknown[] = [nn.Module, nn.Sequential, nn.ModuleList];

for (const [name, value] of Object.entries(nn)) {
  const isLayer = typeof value === "function" && value.prototype instanceof nn.Module && !structures.includes(value);
  if (!isLayer) continue;
  test(`nn.${name} says what PyTorch calls it`, () => {
    assert.ok(Object.hasOwn(value, "elsewhere"), `add "static override readonly elsewhere" to the class ${name}`);
  });
}
