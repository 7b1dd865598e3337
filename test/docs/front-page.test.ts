/** The README stays short; every page can be found from it; links lead where they say; nothing is written twice. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anchorsOf } from './anchors.ts';
import { documents, read, root } from './comments.ts';

const readme = read('README.md');

describe('the README', () => {
  test('has at most 180 lines, none longer than 120 characters', () => {
    const lines = readme.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(180);
    expect(lines.filter((line) => [...line].length > 120)).toEqual([]);
  });

  test('opens with one sentence, a recording and the quick start', () => {
    const marks = ['\n**', '](docs/demo.svg)', '## Quick start', '## The config', '## Guarantees'];
    const places = marks.map((mark) => readme.indexOf(mark));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('has the eight guarantees, a line each, and a page has each with its limits', () => {
    const titles = [...readme.matchAll(/^(\d)\. \*\*([^*]+?)[.,]?\*\*/gm)].map(
      ([, n, title]) => `${n}. ${title}`,
    );
    expect(titles).toHaveLength(8);
    const headings = [...read('docs/guarantees.md').matchAll(/^## (\d\. .*)$/gm)].map(
      ([, heading]) => heading,
    );
    expect(headings).toEqual(titles);
  });
});

interface Link {
  readonly path: string;
  readonly file: string;
  readonly anchor: string | undefined;
}

const prose = (path: string) => read(path).replace(/^```[\s\S]*?^```$/gm, '');

const linksOf = (path: string): readonly Link[] =>
  [...prose(path).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].map(([, target = '', anchor]) => ({
    path,
    file: target === '' ? path : normalize(join(dirname(path), target)),
    anchor,
  }));

test.each(documents)('%s: every link and its anchor lead somewhere', (path) => {
  const lost = linksOf(path).filter(
    ({ file, anchor }) =>
      !existsSync(join(root, file)) || (anchor !== undefined && !anchorsOf(read(file)).includes(anchor)),
  );
  expect(lost).toEqual([]);
});

test('every page can be found from the README or the index, each decision from theirs', () => {
  const indexes = ['README.md', 'docs/README.md', 'docs/decisions/README.md'];
  const linked = new Set(indexes.flatMap(linksOf).map(({ file }) => file));
  expect(documents.filter((path) => path !== 'README.md' && !linked.has(path))).toEqual([]);
});

test('the index names every page beside it', () => {
  const linked = linksOf('docs/README.md').map(({ file }) => file);
  const pages = documents.filter(
    (path) => /^docs\/(?:recipes\/)?[^/]+\.md$/.test(path) && path !== 'docs/README.md',
  );
  expect(pages.filter((path) => !linked.includes(path))).toEqual([]);
});

/** Pages that people read from top to bottom; the generated ones repeat what the program says. */
const WRITTEN = [
  'README.md',
  ...['quickstart', 'install', 'webhooks', 'operations', 'guarantees', 'compare'].map(
    (name) => `docs/${name}.md`,
  ),
  ...['README', 'CHANGELOG', 'CONTRIBUTING', 'SECURITY'].map((name) => `docs/${name}.md`),
];

/** Shorter ones are phrases that a language has. */
const FEWEST_WORDS = 8;

test('no sentence stands on two of the pages, nor twice on one', () => {
  const places = new Map<string, string[]>();
  for (const path of WRITTEN)
    for (const sentence of prose(path)
      .replace(/^\|.*$/gm, (row) => row.replaceAll('|', '\n'))
      .split(/(?<=[.:?!])\s+|\n\n|\n(?=[-\d|])/)) {
      const plain = sentence
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replaceAll(/[\s*`]+/g, ' ')
        .trim();
      if (plain.split(' ').length >= FEWEST_WORDS) places.set(plain, [...(places.get(plain) ?? []), path]);
    }
  expect(places.size).toBeGreaterThan(100);
  expect([...places].filter(([, paths]) => paths.length > 1)).toEqual([]);
});

test('CHANGELOG.md has an entry for the version of the package', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(read('docs/CHANGELOG.md')).toMatch(new RegExp(`^## ${version.replaceAll('.', '\\.')}\\b`, 'm'));
});
