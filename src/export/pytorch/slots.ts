/**
 * Slots of a Python program: `slot("lr")` marks the place of a text. It is valid Python, so Python's own tools can
 * check the template. A slot on a line of its own is replaced by any number of lines, which get its indentation; if
 * there are none, the line is removed.
 */
const SLOT = /^( *)slot\("([\w ]+)"\)\n|slot\("([\w ]+)"\)/gm;

/**
 * Puts each text into its slot.
 * @throws Error if a slot has no text or a text has no slot, because then the program and its caller do not match
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
