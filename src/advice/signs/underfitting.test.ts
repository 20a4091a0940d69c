import { losses, progress, withReference, testSign } from "../../../test/advice/sign-cases.js";
import { sign } from "./underfitting.js";

/** A run with a high training loss after three epochs, and this many correct answers after its fourth and last. */
const endingWith = (correct: number) => progress([...losses(0.4, 0.3, 0.3), { correct }]).epochs;

testSign(sign, [
  {
    what: "a training loss above 0.2",
    said: [progress(losses(0.4, 0.3, 0.2001), withReference), ["underfitting!"]],
    spared: [progress(losses(0.4, 0.3, 0.2), withReference), []],
  },
  {
    what: "from the third epoch on",
    said: [progress(losses(0.4, 0.3, 0.3), withReference), ["underfitting!"]],
    spared: [progress(losses(0.4, 0.3), withReference), []],
  },
  {
    what: "before the last epoch",
    said: [progress(losses(0.4, 0.3, 0.3), { ...withReference, budget: 4 }), ["underfitting!"]],
    spared: [progress(losses(0.4, 0.3, 0.3), { ...withReference, budget: 3 }), []],
  },
  {
    what: "an earlier run with as high a loss that ended with 9,940 of 10,000 correct gives hope",
    said: [progress(losses(0.4, 0.3, 0.3), { ...withReference, earlier: [endingWith(9939)] }), ["underfitting!"]],
    spared: [progress(losses(0.4, 0.3, 0.3), { ...withReference, earlier: [endingWith(9940)] }), []],
  },
]);
