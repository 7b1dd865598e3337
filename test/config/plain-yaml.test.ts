/**
 * The reader of the plain subset and the library read the same: the same nodes at the same places, for every config at hand, for
 * generated ones, and for thousands of copies with a slip in them. Where the two could differ, the library reads alone.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shapesOf } from '../../bench/large/shapes.ts';
import { byLibrary } from '../../src/config/document.ts';
import type { VariableSource } from '../../src/config/interpolate.ts';
import type { Located } from '../../src/config/located.ts';
import { NodeMaker } from '../../src/config/node-maker.ts';
import { plainDocument } from '../../src/config/plain-yaml.ts';
import { maskVariables, unmaskVariables } from '../../src/config/variable-mask.ts';
import { linesOf } from '../../src/config/yaml-text.ts';
import { decodeText } from '../../src/platform/file-text.ts';

const VARIABLES: VariableSource = {
  variable: (name) => (name.length % 2 === 0 ? `value of ${name}` : undefined),
  file: (path) => `content of ${path}`,
  howToSet: (name) => `set ${name}`,
  standIn: 'stands in',
};
const CONTEXT = { variables: VARIABLES, file: 3, anchorElsewhere: () => undefined };

/** All that is known of a node; of a block collection, where it begins. */
function seen(node: Located | undefined, text: string): unknown {
  if (node === undefined) return undefined;
  const { value, file, range, keyRange, literal, written, outside, missing, partial, broken, isPlain } = node;
  const isBlock = typeof value === 'object' && value !== null && !/[[{]/.test(text[range[0]] ?? '');
  return {
    ...{ value, file, keyRange, literal, written, outside, missing, partial, broken, isPlain },
    range: isBlock ? range[0] : range,
    replaced: node.replaced?.map(([key, one]) => [key, seen(one, text)]),
    children: Array.from(node.children, ([key, child]) => [key, seen(child, text)]),
  };
}

/** False: it is left to the library. */
function isSame(masked: string): boolean {
  const nodes = new NodeMaker(CONTEXT, unmaskVariables);
  const plain = plainDocument(masked, nodes);
  if (plain === undefined) return false;
  const library = byLibrary({ text: masked, masked, unmask: unmaskVariables }, CONTEXT);
  const shown = JSON.stringify(masked.slice(0, 2000));
  expect(seen(plain, masked), shown).toEqual(seen(library.root, masked));
  // Of what stands behind an anchor the library says it again for each alias.
  expect(once(nodes.faults), shown).toEqual(once(library.faults));
  expect(library.fatal, shown).toBe(false);
  expect(nodes.anchors, shown).toEqual(library.anchors);
  expect(linesOf(masked).lineStarts, shown).toEqual(library.lines.lineStarts);
  return true;
}

const once = (faults: readonly unknown[]) => [...new Set(faults.map((fault) => JSON.stringify(fault)))];

const HERE = import.meta.dirname;
const FILES = ['good', 'corpus', '../../docs', '../..']
  .flatMap((folder) =>
    globSync(folder === '../..' ? '*.yaml' : '**/*.yaml', { cwd: join(HERE, folder) }).map((name) =>
      join(HERE, folder, name),
    ),
  )
  .map((path) => maskVariables(decodeText(readFileSync(path))));
const SHAPES = [...shapesOf(200).values()].flatMap((files) => Object.values(files));

test('every config at hand, and most of the good ones are plain', () => {
  expect(FILES.length).toBeGreaterThan(300);
  expect(FILES.filter(isSame).length).toBeGreaterThan(FILES.length / 2);
  for (const text of SHAPES) expect(isSame(maskVariables(text)), text.slice(0, 500)).toBe(true);
});

describe('the same with a slip', () => {
  const SLIPS = [
    '',
    ' ',
    '  ',
    '\n',
    '\n\n',
    ':',
    ': ',
    '#',
    ' #',
    ',',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '-',
    '- ',
    '&a ',
    '*a',
    '!',
    '|\n',
    '>',
    '%',
    '@',
    '?',
    '\t',
    '\r\n',
    '\r',
    '<<: ',
    '~',
    '0x1f',
    '1e3',
    '.5',
    '---\n',
    'ü',
    '\u3000',
    '\\',
  ];
  const slip = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.constantFrom(...SLIPS));
  const smaller = [...FILES, ...SHAPES].map((text) => text.slice(0, 3000));

  test('is read as the library reads it, or left to it', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...smaller),
        fc.array(slip, { minLength: 1, maxLength: 3 }),
        (text, slips) => {
          let slipped = text;
          for (const [where, gone, come] of slips) {
            const at = where % (slipped.length + 1);
            slipped = slipped.slice(0, at) + come + slipped.slice(at + gone);
          }
          if (isSame(slipped)) compared++;
        },
      ),
      { numRuns: Number(process.env['FC_TIMES'] ?? 1) * 4000 },
    );
    expect(compared).toBeGreaterThan(400);
  });

  test('also texts of nothing but marks', () => {
    const piece = fc.constantFrom(
      ...SLIPS,
      'a',
      'b c',
      'k: v',
      'k:\n',
      '- x\n',
      ' - y',
      '"q"',
      "'s'",
      '{ a: 1 }',
      '{"j":1}',
      '[x, y]',
      '&n x',
      '*n',
      '\n  ',
      '# c\n',
      'null',
      '12',
      '-3',
      'true',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => void isSame(pieces.join(''))),
      {
        numRuns: Number(process.env['FC_TIMES'] ?? 1) * 8000,
      },
    );
  });
});

test.each([
  [
    'a number, a truth value and nothing',
    'a: [1, -2, 0x10, 1.5, 1e3, .inf, 0o7, true, False, null, ~, "1", 007]\n',
  ],
  ['words that look like numbers', 'a: [10m, 1INCH, -100x, 2026-01-01, 1_000, +5, 5%, v1.2]\n'],
  ['comments everywhere', '# a\na: 1 # b\n# c\nb: # d\n  # e\n  c: [ # f\n    x, # g\n    y ] # h\n'],
  ['lists in the column of their key', 'a:\n- x\n- y: 1\n  z: 2\n-\n  - deep\nb: 2\n'],
  ['block texts', 'a: |\n  one\n   two\n\nb: >-\n  folded\n  text\nc:\n  - |+\n    kept\n\n  - x\n'],
  ['quotes', `a: 'it''s'\nb: "say \\"x\\" \\\\ \\n"\n"c d": 1\n'e': { "f":1, 'g': "h" }\n`],
  ['anchors', 'a: &a { x: 1 }\nb: &b\n  <<: *a\n  y: &c text\nc: [*a, &d e, *d]\nd: *b\n'],
  ['flow collections over lines', 'a: { b: 1,\n  c: [x,\n    y,\n  ],\n  }\nd: []\ne: {}\n'],
  ['colons and marks in words', 'a: http://x.y/z?a=b&c=d#e\nb: 10:30\nc: a,b]c}d\nd: x#y\n'],
  ['JSON', '{"a":1,"b":["x",null,{"c":true}],\n  "d":{}}\n'],
  ['JSON in lines', '{\n  "a": 1,\n  "b": [\n    "x"\n  ]\n}\n'],
  ['CRLF', 'a:\r\n  - b: 1\r\n    c: |\r\n      text\r\n'],
])('%s are plain', (_name, text) => {
  expect(isSame(text)).toBe(true);
});
