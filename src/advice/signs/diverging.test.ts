import { progress, testSign } from "../../../test/advice/sign-cases.js";
import { sign } from "./diverging.js";

testSign(sign, [
  {
    what: "one and a half times the lowest training loss",
    said: [progress([{ trainLoss: 0.5 }, { trainLoss: 0.75 }]), ["diverging"]],
    spared: [progress([{ trainLoss: 0.5 }, { trainLoss: 0.7499 }]), []],
  },
  {
    what: "a training loss that is infinite",
    said: [progress([{ trainLoss: Infinity }]), ["not learning", "diverging!"]],
    spared: [progress([{ trainLoss: 2 }]), []],
  },
]);
