import { choice, type Question } from "../question.js";

export const question: Question = choice("relu-before-softmax", "Where does a ReLU do harm?", {
  right: "on the logits that go into a softmax",
  wrong: ["after a batch norm", "before a max pooling", "between two convolutions"],
  explanation: "It turns every negative logit into 0, so an unlikely class becomes as likely as an undecided one.",
});
