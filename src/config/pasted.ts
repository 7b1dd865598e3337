/** A file that was copied together with what stood around it: one sentence says so, instead of one for each line. */
import type { TextFault } from './problem.ts';

const AROUND: readonly (readonly [line: RegExp, message: string, hint: string])[] = [
  [
    /^<{7} .*$/m,
    'git has left the mark of a conflict here',
    'keep one of the two parts, and remove the lines of <<<<<<<, ======= and >>>>>>>',
  ],
  [
    /^(?:diff --git .*|--- \S+\n\+\+\+ \S.*|@@ -\d.*|- {2,}\S.*\n\+ {2,}\S.*)$/m,
    'this is a difference between two files, not a config',
    'copy the file itself, without the + and - in front of its lines',
  ],
  [
    /^(?:\$|PS [^\n>]*>|[\w.-]+@[\w.-]+:[^\n]*\$) \S.*$/m,
    'this line is a command of a terminal',
    'remove it, and whatever else is not of the file',
  ],
  [
    /^```.*$/m,
    'a line of ``` belongs to the chat or page that this was copied from',
    'remove it, and the one at the end',
  ],
];

/** Of a text that does not parse. */
export function pastedFrom(text: string): TextFault | undefined {
  for (const [line, message, hint] of AROUND) {
    const found = line.exec(text);
    if (found !== null) return { range: [found.index, found.index + found[0].length], message, hint };
  }
  return undefined;
}

/** Of a text that YAML takes for one long word. */
export function isWebPage(value: unknown): boolean {
  return typeof value === 'string' && /^\s*<(?:!doctype|html|head|body|\?xml)/i.test(value);
}
