/** Texts that are made to be hard on a regular expression: parts of what it looks for, over and over, and then nothing that it can end with. */
import { type AST, RegExpParser } from '@eslint-community/regexpp';
import type { Expression } from './expressions.ts';

export interface Attack {
  readonly start: string;
  readonly again: string;
}

const parser = new RegExpParser({ ecmaVersion: 2025 });
/** Of each kind: more take long, and find no more in the source as it is. */
const MOST = 16;
const ANYWHERE = ['a', '0', ' ', '\n', '\t', 'A', '.'];

export function attacksOn({ pattern, flags }: Pick<Expression, 'pattern' | 'flags'>): Attack[] {
  const { alternatives } = parser.parsePattern(pattern, 0, pattern.length, {
    unicode: flags.includes('u'),
    unicodeSets: flags.includes('v'),
  });
  const again = new Set<string>(ANYWHERE);
  const starts = new Set<string>(['']);
  collect(alternatives, again, starts);
  // Of a word each beginning is one: the whole says most.
  const byLength = [...again].filter((piece) => piece !== '').sort((a, b) => b.length - a.length);
  const repeated = [...new Set([...byLength.slice(0, MOST / 2), ...again])]
    .filter((piece) => piece !== '')
    .slice(0, MOST);
  return [...starts]
    .slice(0, MOST / 4)
    .flatMap((start) => repeated.map((piece) => ({ start, again: piece })));
}

export const attackOf = ({ start, again }: Attack, times: number): string =>
  `${start}${again.repeat(times)}\0`;

/** Each beginning of each alternative, and each of its elements alone. */
function collect(alternatives: readonly AST.Alternative[], again: Set<string>, starts: Set<string>): void {
  for (const { elements } of alternatives) {
    let beginning = '';
    for (const element of elements) {
      starts.add(beginning);
      const samples = samplesOf(element);
      for (const sample of samples) again.add(sample);
      beginning += samples[0] ?? '';
      again.add(beginning);
      const inner = element.type === 'Quantifier' ? element.element : element;
      if ('alternatives' in inner) collect(inner.alternatives, again, starts);
    }
  }
}

function samplesOf(node: AST.Element): readonly string[] {
  switch (node.type) {
    case 'Character':
      return [String.fromCodePoint(node.value)];
    case 'CharacterSet':
      return [sampleOfSet(node)];
    case 'CharacterClass':
      return [sampleOfClass(node)];
    case 'Group':
    case 'CapturingGroup':
      return node.alternatives
        .slice(0, 3)
        .map(({ elements }) => elements.map((element) => samplesOf(element)[0] ?? '').join(''));
    case 'Quantifier':
      return [(samplesOf(node.element)[0] ?? '').repeat(Math.max(1, Math.min(node.min, 40)))];
    default:
      return [''];
  }
}

function sampleOfSet(set: AST.CharacterSet): string {
  if (set.kind === 'any') return 'x';
  if (set.kind === 'property') return set.negate ? '0' : 'A';
  const [inside, outside] = { digit: ['0', 'x'], space: [' ', 'x'], word: ['a', ' '] }[set.kind] as [
    string,
    string,
  ];
  return set.negate ? outside : inside;
}

function sampleOfClass(characters: AST.CharacterClass): string {
  const fits = new RegExp(characters.raw, 'u');
  return (
    ['x', '0', ' ', '/', '"', 'é', '상', '[', '{', '.', '-', ','].find((one) => isIn(fits, one)) ??
    firstOf(characters)
  );
}

const isIn = (fits: RegExp, one: string) => fits.test(one);

function firstOf({ elements }: AST.CharacterClass): string {
  const [first] = elements;
  if (first?.type === 'CharacterClassRange') return String.fromCodePoint(first.min.value);
  return first?.type === 'Character' ? String.fromCodePoint(first.value) : '';
}
