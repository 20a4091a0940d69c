import { progress, testSign } from "../../../test/advice/sign-cases.js";
import { sign } from "./not-learning.js";

testSign(sign, [
  {
    // ln 10 = 2.302585, of which nine tenths are 2.0723266.
    what: "nine tenths of the loss of guessing among ten classes",
    said: [progress([{ trainLoss: 2.07233 }]), ["not learning"]],
    spared: [progress([{ trainLoss: 2.07232 }]), []],
  },
  {
    // ln 4 = 1.386294, of which nine tenths are 1.247665.
    what: "nine tenths of the loss of guessing among four classes",
    said: [progress([{ trainLoss: 1.24767 }], { classes: 4 }), ["not learning"]],
    spared: [progress([{ trainLoss: 1.24766 }], { classes: 4 }), []],
  },
  {
    what: "hopeless from the second epoch on",
    said: [progress([{ trainLoss: 2.3 }, { trainLoss: 2.3 }]), ["not learning!"]],
    spared: [progress([{ trainLoss: 2.3 }]), ["not learning"]],
  },
]);
