/** A process that does what a user's first program does: it imports kilograd, takes one training step, and exits. */
import process from "node:process";
import { F, manualSeed, optim, randint, randn } from "../../dist/index.js";
import { ExerciseNet } from "../../dist/train/index.js";

manualSeed(1);
const model = new ExerciseNet();
const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
const loss = F.nllLoss(model(randn([32, 1, 28, 28])), randint(0, 10, [32]));
loss.backward();
optimizer.step();
process.stdout.write(`${loss.item()}\n`, () => process.exit(0));
