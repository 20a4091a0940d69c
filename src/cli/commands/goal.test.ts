/** The four rules are for MNIST; other data has a goal of its own, or none. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { idxFolder, temporaryFolder } from "../../../test/idx-folder.js";
import { kilograd } from "../../../test/terminal.js";
import { judge, rulesFor } from "../../exercise/rules.js";

const short = ["--epochs", "1", "--batch-size", "8", "--threads", "1", "--augment", "none"];

test("data of one's own without a goal is not judged", async (t) => {
  const [data, folder] = [idxFolder(t, 40, 20), temporaryFolder(t)];
  const run = path.join(folder, "run");
  const trained = await kilograd(["train", "--data", data, "--out", run, ...short]);
  assert.equal(trained.status, 0);
  assert.doesNotMatch(trained.stdout, /four rules|FAIL|99\.4|The goal/);
  assert.match(trained.stdout, /^Final validation accuracy: /m);

  await kilograd(["report", run]);
  const page = fs.readFileSync(path.join(run, "report.html"), "utf8");
  assert.doesNotMatch(page, /four rules|at least|the notebook/);

  const checked = await kilograd(["check", run]);
  assert.equal(checked.status, 1);
  assert.match(
    checked.stderr,
    /has no goal: the four rules are for MNIST, and .* as in `npx kilograd check .* --goal 90`\.$/m,
  );
  assert.match((await kilograd(["check", run, "--goal", "1"])).stdout, /^The goal\npass {2}at least 1 %/);
  assert.equal((await kilograd(["check", run, "--goal", "101"])).status, 2);
});

test("runs on data with other classes are compared without mixing their names", async (t) => {
  const folder = temporaryFolder(t);
  const [first, second] = ["first", "second"].map((name) => path.join(folder, name)) as [string, string];
  const data = idxFolder(t, 40, 20);
  await kilograd(["train", "--data", data, "--out", first, ...short, "--goal", "50"]);
  // The same images, as EMNIST's digits.
  const letters = path.join(folder, "letters");
  fs.mkdirSync(letters);
  for (const file of fs.readdirSync(data)) {
    fs.copyFileSync(path.join(data, file), path.join(letters, `emnist-digits-${file.replace("t10k", "test")}`));
  }
  await kilograd(["train", "--data", letters, "--out", second, ...short]);
  const record = path.join(second, "config.json");
  fs.writeFileSync(record, fs.readFileSync(record, "utf8").replace('"0",', '"zero",'));
  const page = path.join(folder, "page.html");
  assert.equal((await kilograd(["report", first, second, "--out", page])).stderr, "");
  const html = fs.readFileSync(page, "utf8");
  assert.equal(html.match(/recall of/g)?.length, 2);
  assert.match(html, /rules or goal/);
  assert.doesNotMatch(html, /the notebook/);
});

test("MNIST has the four rules, with a goal of one's own if there is one", () => {
  const measured = { correct: 9899, total: 10_000, parameters: 100, epochs: 3, fullyConnected: 0 };
  const verdicts = (data: string, goal: number | null) =>
    judge(measured, rulesFor({ config: { data, goal }, data: {} }));
  assert.deepEqual(
    verdicts("mnist", null).map(({ pass }) => pass),
    [false, true, true, true],
  );
  assert.deepEqual(
    verdicts("mnist", 98.99)
      .map(({ pass, rule }) => [pass, rule])
      .slice(0, 1),
    [[true, "at least 98.99 % test accuracy"]],
  );
  assert.deepEqual(verdicts("fashion-mnist", null), []);
  assert.deepEqual(
    verdicts("fashion-mnist", 99).map(({ pass }) => pass),
    [false],
  );
});
