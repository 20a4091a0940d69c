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
    said: [progress([{ trainLoss: Infinity }]), ["diverging!"]],
    spared: [progress([{ trainLoss: 2 }]), []],
  },
  {
    // A hundredth of ln 10 = 2.302585.
    what: "a loss of a hundredth of that of guessing",
    said: [progress([{ trainLoss: 0.001 }, { trainLoss: 0.02303 }]), ["diverging"]],
    spared: [progress([{ trainLoss: 0.001 }, { trainLoss: 0.02302 }]), []],
  },
  {
    what: "hopeless at the loss of guessing, from the second epoch on",
    said: [progress([{ trainLoss: 0.5 }, { trainLoss: 2.07233 }]), ["diverging!"]],
    spared: [progress([{ trainLoss: 0.5 }, { trainLoss: 2.07232 }]), ["diverging"]],
  },
]);
