import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { idxFile, smallImages, smallLabels, temporaryFolder, writeFiles } from "../../test/idx-files.js";
import { DataLoader } from "./data-loader.js";
import type { DownloadSource } from "./files/download.js";
import { FashionMNIST } from "./datasets/fashion-mnist.js";
import { MNIST } from "./datasets/mnist.js";
import { ImageDataset } from "./image-dataset.js";
import * as transforms from "./transforms/index.js";

const transform = transforms.toTensor();
const IMAGES = "train-images-idx3-ubyte";
const LABELS = "train-labels-idx1-ubyte";
const small = { [IMAGES]: smallImages, [LABELS]: smallLabels };

test("an image is the transform's result, and bytes without one", (context) => {
  const root = writeFiles(temporaryFolder(context), small);
  const [image, label] = new MNIST({ root }).get(1);
  assert.deepEqual([image.channels, image.height, image.width, label], [1, 2, 2, 0]);
  assert.deepEqual(Array.from(image.data), [4, 5, 6, 7]);
  const scaled = new MNIST({ root, transform }).get(2)[0];
  assert.deepEqual(
    Array.from(scaled.data),
    [8, 9, 10, 11].map((byte) => Math.fround(byte / 255)),
  );
});

test("a batch has the same bits as its samples one by one, with the table and without", (context) => {
  const root = writeFiles(temporaryFolder(context), small);
  const normalize = transforms.normalize([0.1307], [0.3081]);
  const early = transforms.compose([transform, normalize, transforms.randomCrop(2), transforms.normalize([1], [2])]);
  const cropped = transforms.compose([transforms.randomCrop([1, 2]), transform, normalize]);
  for (const each of [transform, transforms.compose([transform, normalize]), early, cropped]) {
    const dataset = new MNIST({ root, transform: each });
    const [[input, labels]] = [...new DataLoader(dataset, { batchSize: 3, sampler: reversed })] as [MnistBatch];
    const shown = [2, 1, 0].map((index) => dataset.get(index)[0]);
    assert.deepEqual(input.shape, [3, 1, shown[0]!.height, 2]);
    if (each !== cropped) assert.deepEqual(input.data(), Float32Array.from(shown.flatMap(({ data }) => [...data])));
    assert.deepEqual(labels.tolist(), [9, 0, 7]);
    assert.equal(labels.dtype, "int32");
  }
});
type MnistBatch = ReturnType<MNIST["batch"]>;
const reversed = { length: 3, [Symbol.iterator]: () => [2, 1, 0].values() };

test("files are found plain or compressed, in the root or where torchvision puts them", (context) => {
  const folder = temporaryFolder(context);
  writeFiles(join(folder, "a"), { [`${IMAGES}.gz`]: smallImages, [LABELS]: smallLabels });
  writeFiles(join(folder, "b/MNIST/raw"), { [`${IMAGES}.gz`]: smallImages, [`${LABELS}.gz`]: smallLabels });
  writeFiles(join(folder, "c/FashionMNIST/raw"), small);
  const images = { train: true, transform };
  const first = new MNIST({ root: join(folder, "a"), ...images });
  assert.deepEqual(first.files, { images: join(folder, "a", `${IMAGES}.gz`), labels: join(folder, "a", LABELS) });
  for (const dataset of [
    first,
    new MNIST({ root: join(folder, "b"), ...images }),
    new FashionMNIST({ root: join(folder, "c"), ...images }),
  ]) {
    assert.deepEqual(Array.from(dataset.targets), [7, 0, 9]);
    assert.deepEqual(Array.from(dataset.images), Array.from(smallImages.subarray(16)));
  }
  writeFiles(folder, { "t10k-images-idx3-ubyte": smallImages, "t10k-labels-idx1-ubyte": smallLabels });
  assert.equal(new MNIST({ root: folder, train: false }).length, 3);
  assert.equal(new FashionMNIST({ root: folder, train: false }).classes[9], "Ankle boot");
});

test("file names may have dots, be those of folders, or end in .gz without being compressed", (context) => {
  const folder = temporaryFolder(context);
  writeFiles(join(folder, "a"), { "train-images.idx3-ubyte": smallImages, "train-labels.idx1-ubyte.gz": smallLabels });
  writeFiles(join(folder, "b", IMAGES), { [IMAGES]: smallImages });
  writeFiles(join(folder, "b", "train-labels.idx1-ubyte"), { "train-labels.idx1-ubyte": smallLabels });
  writeFiles(join(folder, "c"), { [`${IMAGES}.gz`]: gzipSync(smallImages) });
  writeFileSync(join(folder, "c", `${LABELS}.gz`), smallLabels);
  writeFiles(join(folder, "d"), { "test-images-idx3-ubyte": smallImages, "test-labels-idx1-ubyte": smallLabels });
  for (const name of ["a", "b", "c", "d"]) {
    const dataset = new MNIST({ root: join(folder, name), train: name !== "d", transform });
    assert.deepEqual([name, Array.from(dataset.targets)], [name, [7, 0, 9]]);
    assert.deepEqual(Array.from(dataset.images), Array.from(smallImages.subarray(16)));
  }
});

function refusal(context: TestContext, files: Readonly<Record<string, Uint8Array>>): { root: string; message: string } {
  const root = writeFiles(temporaryFolder(context), files);
  let message = "";
  assert.throws(
    () => new MNIST({ root }),
    (error: Error) => {
      assert.equal(error.name, "DataError");
      ({ message } = error);
      return true;
    },
  );
  return { root, message };
}

test("a folder without the files: it says what it looked for, where, and what is there", (context) => {
  const layout = (root: string): string =>
    `MNIST: ${IMAGES} is not in ${root}; ` +
    `expected ${IMAGES} or ${IMAGES}.gz in ${root} or ${join(root, "MNIST/raw")}, got `;
  const hint = (root: string): string =>
    ` Hint: await MNIST.download("${root}") downloads it from https://ossci-datasets.s3.amazonaws.com/mnist/.`;
  const empty = refusal(context, {});
  assert.equal(empty.message, `${layout(empty.root)}an empty folder.${hint(empty.root)}`);
  const other = refusal(context, { "b.png": smallImages, "a.txt": smallLabels });
  assert.equal(other.message, `${layout(other.root)}a folder of a.txt, b.png.${hint(other.root)}`);
  const many = refusal(context, Object.fromEntries([..."abcdefgh"].map((name) => [name, smallLabels])));
  assert.ok(many.message.includes("got a folder of a, b, c, d, e, f and 2 more."));
  const none = join(empty.root, "none");
  assert.throws(() => new MNIST({ root: none }), { message: `${layout(none)}no such folder.${hint(none)}` });
  const half = refusal(context, { [IMAGES]: smallImages });
  assert.ok(half.message.startsWith(`MNIST: ${LABELS} is not in ${half.root}; expected ${LABELS} or`), half.message);
});

test("files that do not fit together", (context) => {
  const fewer = refusal(context, { ...small, [LABELS]: idxFile([2], [7, 0]) });
  assert.equal(
    fewer.message,
    `${join(fewer.root, LABELS)}: at offset 4: the labels do not match the images in ` +
      `${join(fewer.root, IMAGES)}; expected 3 labels, one per image, got 2. ` +
      "Hint: use two files of the same dataset, both for training or both for testing.",
  );
  const beyond = refusal(context, { ...small, [LABELS]: idxFile([3], [7, 0, 10]) });
  assert.equal(
    beyond.message,
    `${join(beyond.root, LABELS)}: at offset 10: label 2 is out of range; expected 0 to 9, got 10. ` +
      "Hint: the file is damaged or belongs to another dataset; download it again.",
  );
  const empty = refusal(context, { ...small, [IMAGES]: idxFile([0, 28, 28], []) });
  assert.equal(
    empty.message,
    `${join(empty.root, IMAGES)}: at offset 4: there are no images; expected sizes above 0, got [0,28,28]. ` +
      "Hint: the file is damaged; download it again.",
  );
});

test("a file that is swapped, truncated or unreadable is named in the error", (context) => {
  const exchanged = refusal(context, { [IMAGES]: smallLabels, [LABELS]: smallImages });
  assert.ok(exchanged.message.startsWith(`${join(exchanged.root, IMAGES)}: at offset 3: wrong number of axes`));

  const root = writeFiles(temporaryFolder(context), { [LABELS]: smallLabels });
  const packed = join(root, `${IMAGES}.gz`);
  writeFileSync(packed, gzipSync(smallImages).subarray(0, 30));
  assert.throws(() => new MNIST({ root }), {
    name: "DataError",
    message: `${packed}: the compressed file is damaged or truncated, got unexpected end of file. Hint: download it again.`,
  });
  rmSync(packed);
  mkdirSync(join(root, IMAGES));
  assert.throws(() => new MNIST({ root }), {
    name: "DataError",
    message:
      `${join(root, IMAGES)}: the file cannot be read, got EISDIR: illegal operation on a directory, read. ` +
      "Hint: check the path and its permissions.",
  });
});

test("an index that no sample has", (context) => {
  const dataset = new MNIST({ root: writeFiles(temporaryFolder(context), small), transform });
  const message = "MNIST: the index is out of range; expected an index from 0 to 2, got 3.";
  assert.throws(() => dataset.get(3), { name: "ArgumentError", message });
  assert.throws(() => [...new DataLoader(dataset, { sampler: { length: 1, [Symbol.iterator]: () => [3].values() } })], {
    message,
  });
});

// Downloads, from servers on this machine ---------------------------------------------------------------------------

const packed: Readonly<Record<string, Uint8Array>> = Object.fromEntries(
  ["train", "t10k"].flatMap((half) => [
    [`${half}-images-idx3-ubyte.gz`, gzipSync(smallImages)],
    [`${half}-labels-idx1-ubyte.gz`, gzipSync(smallLabels)],
  ]),
);
const resources = Object.entries(packed).map(([file, bytes]) => ({ file, md5: md5(bytes) }));

function md5(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

interface Mirror {
  readonly address: string;
  readonly asked: string[];
}

/** A mirror with these files; for any other it responds with status 404. */
async function mirror(context: TestContext, files: Readonly<Partial<Record<string, Uint8Array>>>): Promise<Mirror> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const name = request.url!.slice("/data/".length);
    asked.push(name);
    const bytes = files[name];
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/`, asked };
}

/** An address at which nobody listens. */
async function silence(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/`;
}

for (const dataset of [MNIST, FashionMNIST]) {
  test(`${dataset.name}.download fetches what is missing or damaged, into torchvision's layout`, async (context) => {
    const root = temporaryFolder(context);
    const { address, asked } = await mirror(context, packed);
    const source: DownloadSource = { mirrors: [address], resources };
    await dataset.download(root, source);
    assert.deepEqual(asked, Object.keys(packed));
    const folder = join(root, dataset.name, "raw");
    assert.deepEqual(readdirSync(folder).sort(), Object.keys(packed).sort());
    assert.deepEqual(Array.from(new dataset({ root, train: false }).targets), [7, 0, 9]);

    await dataset.download(root, source);
    assert.equal(asked.length, 4);
    const [damaged] = Object.keys(packed) as [string];
    writeFileSync(join(folder, damaged), "damaged");
    await dataset.download(root, source);
    assert.deepEqual(asked.slice(4), [damaged]);
    assert.equal(md5(readFileSync(join(folder, damaged))), md5(packed[damaged]!));
    // With everything there, load() asks nobody.
    const loaded = await dataset.load({ root, transform });
    assert.ok(loaded instanceof dataset);
    assert.equal(loaded.length, 3);
  });
}

test("if a mirror is silent, has no such file or another one under its name, the next one is asked", async (context) => {
  const root = temporaryFolder(context);
  const empty = await mirror(context, {});
  const page = Buffer.from("<html>log in to use this network</html>");
  const wrong = await mirror(context, Object.fromEntries(Object.keys(packed).map((file) => [file, page])));
  const full = await mirror(context, packed);
  await MNIST.download(root, { mirrors: [await silence(), empty.address, wrong.address, full.address], resources });
  assert.deepEqual([empty.asked.length, wrong.asked.length], [4, 4]);
  assert.equal(new MNIST({ root }).length, 3);
});

test("when no mirror helps, all failures are listed and nothing is left", async (context) => {
  const root = temporaryFolder(context);
  const nobody = await silence();
  const { address } = await mirror(context, {});
  const [{ file, md5: expected }] = resources as [(typeof resources)[0]];
  await assert.rejects(MNIST.download(root, { mirrors: [nobody, address], resources }), {
    name: "DataError",
    message:
      `${file}: the file could not be downloaded from any mirror; expected a file with the MD5 checksum ${expected}, got ${nobody}${file}: ECONNREFUSED; ${address}${file}: status 404. ` +
      "Hint: check the network connection, or put the file into a folder and pass that folder as root.",
  });
  assert.deepEqual(readdirSync(join(root, "MNIST/raw")), []);
});

test("a wrong MD5 checksum is an error that leaves nothing behind and existing files untouched", async (context) => {
  const root = temporaryFolder(context);
  const [{ file, md5: expected }] = resources as [(typeof resources)[0]];
  const wrong = Buffer.from("a page of an unfriendly network");
  const { address } = await mirror(context, { ...packed, [file]: wrong });
  const source: DownloadSource = { mirrors: [address], resources };
  const rejection = {
    name: "DataError",
    message:
      `${file}: the file could not be downloaded from any mirror; expected a file with the MD5 checksum ${expected}, ` +
      `got ${address}${file}: 31 bytes with the MD5 checksum ${md5(wrong)}. ` +
      "Hint: check the network connection, or put the file into a folder and pass that folder as root.",
  };
  await assert.rejects(MNIST.download(root, source), rejection);
  assert.deepEqual(readdirSync(join(root, "MNIST/raw")), []);
  writeFileSync(join(root, "MNIST/raw", file), "older");
  await assert.rejects(MNIST.download(root, source), rejection);
  assert.equal(readFileSync(join(root, "MNIST/raw", file), "utf8"), "older");
});

test("a connection that breaks off counts as a failure, and a place that cannot be written is named", async (context) => {
  const root = temporaryFolder(context);
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write("half", () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  const broken = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { address } = await mirror(context, packed);
  await MNIST.download(root, { mirrors: [broken, address], resources });
  assert.equal(new MNIST({ root }).length, 3);

  const [first] = resources as [(typeof resources)[0]];
  const taken = join(root, "taken/MNIST/raw");
  mkdirSync(join(taken, `${first.file}.elsewhere`), { recursive: true });
  const resource = { file: "no/such/folder.gz", md5: first.md5 };
  const other = await mirror(context, { [resource.file]: packed[first.file]! });
  await assert.rejects(
    MNIST.download(join(root, "taken"), { mirrors: [other.address], resources: [resource] }),
    (error: Error) => {
      assert.equal(error.name, "DataError");
      assert.ok(error.message.startsWith(`${join(taken, resource.file)}: the file cannot be written, got ENOENT`));
      assert.ok(error.message.endsWith("Hint: free some space, or choose another folder."));
      return true;
    },
  );
  assert.equal(existsSync(join(taken, "no")), false);
});

test("an ImageDataset's bytes must fit their shapes", () => {
  const labels = { file: "labels", shape: [1], data: Uint8Array.of(0), dataOffset: 8 };
  const images = { file: "images", shape: [1, 1, 2], data: Uint8Array.of(0, 255), dataOffset: 16 };
  for (const [part, other] of [
    ["images", { shape: [1, 2, 2] }],
    ["images", { shape: [1, 2] }],
    ["images", { data: Float32Array.of(0.5, 0.5) as unknown as Uint8Array }],
    ["images", { data: [0, 255] as unknown as Uint8Array }],
    ["labels", { data: [0.5] as unknown as Uint8Array }],
  ] as const) {
    const given = { images, labels, [part]: { ...{ images, labels }[part], ...other } };
    const message = new RegExp(`^${part}: the bytes do not fit the shape; expected \\[N.*Hint: pass what parseIdx`);
    assert.throws(() => new ImageDataset(given.images, given.labels, ["a"]), { name: "DataError", message });
  }
});
