/** `--download`, from a server on this machine. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { idxFolder, temporaryFolder } from "../../test/idx-folder.js";
import { kilograd } from "../../test/terminal.js";
import { FashionMNIST } from "../data/datasets/fashion-mnist.js";

interface Mirror {
  /** The files that were asked for. */
  readonly asked: string[];
  /** The folder for downloads. */
  readonly folder: string;
}

/** A mirror of a small Fashion-MNIST, and a user who has neither the package nor the files. */
async function place(t: TestContext): Promise<Mirror> {
  const files = idxFolder(t, 40, 20);
  const asked: string[] = [];
  const packed = (name: string): Uint8Array => gzipSync(fs.readFileSync(path.join(files, name.replace(/\.gz$/, ""))));
  const server = createServer((request, response) => {
    asked.push(request.url!.slice(1));
    response.end(packed(request.url!.slice(1)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { facts } = FashionMNIST;
  const resources = facts.source.resources.map(({ file }) => {
    return { file, md5: createHash("md5").update(packed(file)).digest("hex") };
  });
  const source = { mirrors: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/`], resources };
  const nowhere = { defaultFolder: () => new FashionMNIST({ root: path.join(files, "none") }).files.images };
  const before = { source: facts.source, defaultFolder: facts.defaultFolder };
  Object.assign(facts, { source, ...nowhere });
  const cache = temporaryFolder(t);
  const { XDG_CACHE_HOME } = process.env;
  process.env["XDG_CACHE_HOME"] = cache;
  t.after(() => {
    Object.assign(facts, before);
    if (XDG_CACHE_HOME === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = XDG_CACHE_HOME;
  });
  return { asked, folder: path.join(cache, "kilograd", "FashionMNIST", "raw") };
}

const settings = ["--data", "fashion-mnist", "--batch-size", "8", "--threads", "1"];

test("without --download a command says so, with it the data is there for all commands", async (t) => {
  const { asked, folder } = await place(t);
  const out = path.join(temporaryFolder(t), "run");
  const train = ["train", ...settings, "--epochs", "1", "--out", out];
  const refused = await kilograd(train);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, / Hint: pass --download\.$/m);
  const trained = await kilograd([...train, "--download"]);
  assert.deepEqual([trained.status, asked.length], [0, 4]);
  assert.equal(fs.readdirSync(folder).length, 4);
  assert.equal((await kilograd(["evaluate", out])).status, 0);
  assert.equal(asked.length, 4);

  fs.writeFileSync(path.join(folder, "t10k-labels-idx1-ubyte.gz"), "damaged");
  fs.rmSync(path.join(folder, "t10k-images-idx3-ubyte.gz"));
  assert.match((await kilograd(["evaluate", out])).stderr, /t10k-images.* is not in .* Hint: pass --download\.$/m);
  assert.equal((await kilograd(["evaluate", out, "--download"])).status, 0);
  assert.deepEqual(asked.slice(4).sort(), ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"]);
});

for (const words of [
  ["find-lr", ...settings, "--steps", "20"],
  ["find-batch-size", "--data", "fashion-mnist", "--sizes", "8", "--images", "16", "--threads", "1"],
  ["train", ...settings, "--dump-plan"],
]) {
  test(`kilograd ${words[0]} ${words.at(-1)} --download gets the data first`, async (t) => {
    const { asked } = await place(t);
    const { status, stderr } = await kilograd([...words, "--download"]);
    assert.deepEqual([status, stderr.includes("fashion"), asked.length], [0, false, 4]);
  });
}

test("what was trained on downloaded data can be checked, reported on and resumed elsewhere", async (t) => {
  const { asked, folder } = await place(t);
  const out = path.join(temporaryFolder(t), "run");
  await kilograd(["train", ...settings, "--epochs", "2", "--out", out, "--download", "--json"], '"batch":2');
  for (const words of [
    ["report", out, "--text"],
    ["check", out, "--goal", "1"],
    ["quiz", "--solution", out],
    ["train", "--resume", out],
  ]) {
    fs.rmSync(folder, { recursive: true });
    asked.splice(0);
    const { status, stderr } = await kilograd([...words, "--download"]);
    assert.equal(asked.length, 4, stderr);
    assert.ok(status < 2, stderr);
  }
});

test("a folder cannot be downloaded, and a failure names the server's answer", async (t) => {
  const data = idxFolder(t, 20, 20);
  const own = await kilograd(["train", "--data", data, "--download"]);
  assert.equal(own.status, 2);
  assert.match(
    own.stderr,
    /--download: only a dataset that has a name can be downloaded; expected fashion-mnist or mnist/,
  );
  const { folder } = await place(t);
  fs.mkdirSync(path.dirname(path.dirname(folder)), { recursive: true });
  fs.writeFileSync(path.dirname(folder), "a file in the way");
  const blocked = await kilograd(["train", ...settings, "--download"]);
  assert.equal(blocked.status, 1);
  assert.match(blocked.stderr, /^kilograd: .*raw: the file cannot be written, got .* Hint: free some space/);
});
