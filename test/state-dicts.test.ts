/** Random state dicts, written by PyTorch and NumPy in each of their formats, hold the same numbers here. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { decodeStateDict } from "../src/entries/import.js";
import { nn } from "../src/entries/index.js";
import { temporaryFolder } from "./idx-folder.js";
import { needs } from "./oracles.js";
import { runPython } from "./python.js";

const VIEWS = ["t", "[1:]", "[:, ::2]", "[:1].expand(3, -1)", "[0]", "[0, 0]", "[:0]", ".flip(0)"] as const;
const TYPES = [
  "bool",
  "uint8",
  "int8",
  "int16",
  "int32",
  "int64",
  "float16",
  "bfloat16",
  "float32",
  "float64",
] as const;

const seed = Number(process.env["KILOGRAD_SEED"] ?? fc.sample(fc.nat(2 ** 31 - 1), 1)[0]);
const tensors = fc.array(
  fc.record({
    rows: fc.integer({ min: 1, max: 3 }),
    columns: fc.integer({ min: 1, max: 4 }),
    type: fc.constantFrom(...TYPES),
    view: fc.constantFrom("", ...VIEWS),
    isParameter: fc.boolean(),
    sharesFirst: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Writes a file <n>.<format> for each list of tensors in each format, and prints what they hold. */
const PROGRAM = `
import json, sys, numpy, torch
torch.manual_seed(int(sys.argv[1]))
made = []
for n, tensors in enumerate(json.load(sys.stdin)):
    dict_, first = {}, None
    for i, t in enumerate(tensors):
        type_ = getattr(torch, t["type"])
        base = torch.randint(0 if t["type"] in ("bool", "uint8") else -100, 2 if t["type"] == "bool" else 100, (t["rows"], t["columns"])).to(type_)
        if t["sharesFirst"] and first is not None: base = first
        first = base if first is None else first
        value = base.t() if t["view"] == "t" else eval("base" + t["view"])
        if t["isParameter"] and value.is_floating_point(): value = torch.nn.Parameter(value)
        dict_[f"layer{i}.weight"] = value
    torch.save(dict_, f"{n}.zip.pt")
    torch.save(dict_, f"{n}.protocol4.pt", pickle_protocol=4)
    torch.save(dict_, f"{n}.legacy.pt", _use_new_zipfile_serialization=False)
    torch.save({"epoch": n, "net": dict_, "classes": {1, 2}}, f"{n}.nested.pt")
    arrays = {name: value.detach().numpy() for name, value in dict_.items() if value.dtype != torch.bfloat16}
    numpy.savez(f"{n}.plain.npz", **arrays)
    numpy.savez_compressed(f"{n}.packed.npz", **{name: array.astype(array.dtype.newbyteorder(">")) for name, array in arrays.items()})
    torch.save(arrays, f"{n}.numpy.pt")
    made.append({name: [list(value.shape), value.detach().double().flatten().tolist(), str(value.dtype)] for name, value in dict_.items()})
print(json.dumps(made))
`;

test(
  "random state dicts of PyTorch and NumPy are read exactly",
  needs("random state dicts of PyTorch", "torch"),
  (t) => {
    const folder = temporaryFolder(t);
    const given = fc.sample(tensors, { numRuns: 40, seed });
    const program = PROGRAM.replace("json.load(sys.stdin)", `json.loads(${JSON.stringify(JSON.stringify(given))})`);
    const made = JSON.parse(runPython(["-c", program, String(seed)], folder)) as Record<
      string,
      [number[], number[], string]
    >[];
    assert.equal(made.length, given.length);
    for (const [n, expected] of made.entries()) {
      for (const file of fs.readdirSync(folder).filter((name) => name.startsWith(`${n}.`))) {
        const what = `seed ${seed}, ${file}`;
        const read = decodeStateDict(fs.readFileSync(path.join(folder, file)), file);
        const isNumpy = /np/.test(file) || /numpy/.test(file);
        for (const [name, [shape, elements, type]] of Object.entries(expected)) {
          if (isNumpy && type === "torch.bfloat16") continue;
          const held = read.get(name)!;
          assert.deepEqual(held.shape, shape, `${what}, ${name}`);
          assert.deepEqual([...held.data()], elements, `${what}, ${name}`);
          assert.equal(held.dtype, /float/.test(type) ? "float32" : "int32", `${what}, ${name}`);
        }
      }
    }
  },
);

/** Writes files that hold more than weights, or something else. */
const OTHERS = `
import zipfile, torch.optim.swa_utils
from torch import nn
net = nn.Linear(2, 1)
weights = net.state_dict()
arrays = {name: value.numpy() for name, value in weights.items()}
optimizer = torch.optim.Adam(net.parameters())
torch.save(torch.optim.swa_utils.AveragedModel(net).state_dict(), "averaged.pt")
torch.save({**weights, "note": numpy.array(["x"]), "when": numpy.array([{}])}, "extras.pt")
torch.save({"epoch": 3, "model_state_dict": weights, "optimizer_state_dict": optimizer.state_dict(), "loss": torch.tensor(0.5)}, "checkpoint.pt")
torch.save({"state_dict": {"model." + name: value for name, value in weights.items()}, "hyper_parameters": {"lr": 0.1}, "rng": torch.get_rng_state(),
            "optimizer_states": [optimizer.state_dict()]}, "lightning.pt")
numpy.savez("extras.npz", text=numpy.array(["x"]), objects=numpy.array([{}]), when=numpy.array(["2020-01-01"], dtype="M8[D]"), **arrays)
torch.save({"net": net, "epoch": 1}, "module.pt")
torch.jit.save(torch.jit.script(net), "script.pt")
torch.save({**weights, "other": torch.tensor([2**40])}, "large.pt")
with zipfile.ZipFile("net.keras", "w") as archive: archive.writestr("model.weights.h5", "x")
`;

test("what is no weight is left out, and other files are named", needs("larger checkpoints", "torch"), (t) => {
  const folder = temporaryFolder(t);
  runPython(["-c", `import sys, numpy, torch\n${OTHERS}`], folder);
  const read = (file: string, notices: string[] = []) =>
    decodeStateDict(fs.readFileSync(path.join(folder, file)), file, { notice: (text) => notices.push(text) });
  const found = Object.fromEntries(
    ["averaged.pt", "extras.pt", "checkpoint.pt", "lightning.pt", "extras.npz"].map((file) => {
      const notices: string[] = [];
      new nn.Linear(2, 1).loadStateDict(read(file, notices));
      return [file, notices.join("; ")];
    }),
  );
  assert.deepEqual(found, {
    "averaged.pt": 'left out "n_averaged", which is no weight',
    "extras.pt": 'left out what is not a tensor: "note" (a NumPy array), "when" (a NumPy array)',
    "checkpoint.pt": 'read the tensors under "model_state_dict"',
    "lightning.pt": 'read the tensors under "state_dict"',
    "extras.npz":
      "left out what is not a tensor: \"text\" (text ('<U1')), \"objects\" (Python objects ('|O')), \"when\" (dates ('<M8[D]'))",
  });
  assert.throws(
    () => read("module.pt"),
    /"net" is a torch\.nn\.modules\.linear\.Linear.*torch\.save\(checkpoint\["net"\]\.state_dict/,
  );
  assert.throws(() => read("script.pt"), /a TorchScript program.*torch\.jit\.load\(file\)\.state_dict/);
  assert.throws(() => read("large.pt"), /other: 1099511627776 does not fit into 32 bits\. Hint: .*leave it out/);
  assert.throws(() => read("net.keras"), /it is a Keras model/);
  const texts = (magic: string, at = 0) =>
    new Uint8Array([...new Uint8Array(at), ...new TextEncoder().encode(magic), 0, 0]);
  assert.throws(() => decodeStateDict(texts("TFL3", 4), "net.tflite"), /it is a TensorFlow Lite model/);
  assert.throws(
    () => decodeStateDict(texts("ustar", 257), "net.pth"),
    /it is a tar archive, as PyTorch before 0\.1\.10/,
  );
});
