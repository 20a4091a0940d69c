/**
 * Slots of a Python program: `slot("lr")` marks a place for a text. It is valid Python, so Python's own tools can check the
 * program as it stands. A slot on a line of its own takes any number of lines, which are indented like it; where there are
 * none, the line goes.
 */
const SLOT = /^( *)slot\("([\w ]+)"\)\n|slot\("([\w ]+)"\)/gm;

/**
 * Puts each text into its slot.
 * @throws Error if a slot has no text, or a text no slot: then the program and its caller do not match
 */
export function fillSlots(program: string, texts: Readonly<Record<string, string>>): string {
  const unused = new Set(Object.keys(texts));
  const textFor = (name: string): string => {
    const text = texts[name];
    if (text === undefined) throw new Error(`there is no text for slot("${name}")`);
    unused.delete(name);
    return text;
  };
  const filled = program.replace(SLOT, (_, indent: string, ofLine: string | undefined, inLine: string) => {
    if (ofLine === undefined) return textFor(inLine);
    const lines = textFor(ofLine);
    return lines === "" ? "" : `${lines.replace(/^(?=.)/gm, indent)}\n`;
  });
  if (unused.size > 0) throw new Error(`the program has no slot for ${[...unused].join(", ")}`);
  return filled;
}
