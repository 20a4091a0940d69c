/** `npx tsx examples/lessons/fully-connected.ts` */
import { F, nn, tensor, type Tensor } from "kilograd";
import { smallNetwork, teach, type Lesson } from "./lesson.js";

const PIXELS = 28 * 28;

/** Puts the pixels of an image into another order, the same for all images. Only neighbourhoods are lost. */
class Shuffled extends nn.Module {
  /** A matrix [784, 784] with a single 1 in each row and column. */
  readonly order = new nn.Buffer(tensor(permutation(), [PIXELS, PIXELS]));

  constructor(readonly network: nn.Module) {
    super();
  }

  override forward(images: Tensor): Tensor {
    return this.network(images.view(-1, PIXELS).matmul(this.order).view(-1, 1, 28, 28));
  }
}

/** 405 and 784 have no common factor, so the multiples of 405 visit every position once. */
function permutation(): Float32Array {
  const matrix = new Float32Array(PIXELS * PIXELS);
  for (let place = 0; place < PIXELS; place++) matrix[place * PIXELS + ((place * 405) % PIXELS)] = 1;
  return matrix;
}

/** 784 → 7 → 10, fully connected, with about as many parameters as the small network. */
class FullyConnected extends nn.Module {
  readonly hidden = new nn.Linear(PIXELS, 7);
  readonly classify = new nn.Linear(7, 10);

  override forward(images: Tensor): Tensor {
    return F.logSoftmax(this.classify(F.relu(this.hidden(images.flatten(1)))), 1);
  }
}

export const lesson: Lesson = {
  question: "What does a fully connected layer know about an image's shape?",
  variants: [
    { name: "convolutions", network: smallNetwork },
    { name: "convolutions, pixels shuffled", network: () => new Shuffled(smallNetwork()) },
    { name: "fully connected", network: () => new FullyConnected(), settings: { lr: 0.03 } },
    {
      name: "fully connected, pixels shuffled",
      network: () => new Shuffled(new FullyConnected()),
      settings: { lr: 0.03 },
    },
  ],
};

await teach(import.meta.url, lesson);
