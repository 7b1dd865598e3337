/** Finds keys that a mapping of a file holds twice, however many keys and mappings there are. */
import { isMap, isPair, isScalar, isSeq, type LineCounter, type YAMLMap } from 'yaml';
import { MOST_EXPLAINED } from './first-errors.ts';
import type { TextFault } from './problem.ts';

/** The first of a parsed file; keys are the same when their values are, as in YAML. */
export function repeatedKeys(contents: unknown, text: string, lines: LineCounter): readonly TextFault[] {
  const faults: TextFault[] = [];
  for (const { items } of mappingsIn(contents)) {
    const places = new Map<unknown, number>();
    for (const { key } of items) {
      if (!isScalar(key)) continue;
      const at = key.range?.[0] ?? 0;
      const first = places.get(key.value);
      if (first === undefined) places.set(key.value, at);
      else faults.push(faultOf(at, first, text, lines));
      if (faults.length >= MOST_EXPLAINED) return faults;
    }
  }
  return faults;
}

/** Without recursion: they nest as deep as somebody writes. */
function* mappingsIn(contents: unknown): Iterable<YAMLMap> {
  const waiting: unknown[] = [contents];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (isMap(node)) yield node;
    if (isPair(node)) waiting.push(node.value, node.key);
    else if (isMap(node) || isSeq(node)) for (const item of node.items) waiting.push(item);
  }
}

function faultOf(at: number, first: number, text: string, lines: LineCounter): TextFault {
  const key = /^[\w.-]+/.exec(text.slice(at, at + LONGEST_SHOWN))?.[0];
  const name = key === undefined ? 'this key' : `the key ${key}`;
  return {
    range: [at, at + 1],
    message: `${name} is given twice: here and in line ${lines.linePos(first).line}`,
    hint: hintForTwo(key),
  };
}

const LONGEST_SHOWN = 200;

function hintForTwo(key: string | undefined): string {
  if (key === 'match') return 'a rule has one `match`: put all conditions into it, and they must all hold';
  if (key === 'name') return 'another entry of the list begins with a dash: `- name: …`';
  return LISTS.has(String(key)) ? `for several write a list: ${key}: [one, other]` : 'remove one of them';
}

const LISTS: ReadonlySet<string> = new Set([
  ...['send', 'publisher', 'listingType', 'ticker', 'market', 'exchanges', 'expect', 'include'],
]);
