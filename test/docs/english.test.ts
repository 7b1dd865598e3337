/** Turns of phrase that must not come back, in comments, documents and messages: they are no plain technical English. */
import { expect, test } from 'vitest';
import { commentsOf, documents, read, sources } from './comments.ts';

const TURNS: readonly (readonly [pattern: RegExp, better: string])[] = [
  [/^What (?!happened\b)[^?]*$/, 'begin with a noun or a verb, not with a clause'],
  [/\b(?:is|are|was|were|be|been) told\b(?! (?:apart|from))/, 'reported, told apart from'],
  [/\b(?:is|are|was|were) said\b|\bsaid so\b/, 'reported, shown, logged'],
  [/\bfar ends?\b/, 'receiver, source, server, platform'],
  [/\bowe[ds]?\b/, 'pending'],
  [/\bblot(?:s|ted)?\b/, 'redacted'],
  [/\banew\b/, 'again'],
  [/\bof late\b/, 'recently'],
];

/** Names of functions, keys and events, states in a diagram, and links are not prose. */
const prose = (text: string) => text.replace(/`[^`]*`|\]\([^)]*\)|https?:\/\/\S+/g, '');

const faults = (path: string, lines: readonly { readonly line: number; readonly text: string }[]) =>
  lines.flatMap(({ line, text }) =>
    TURNS.filter(([pattern]) => pattern.test(prose(text))).map(
      ([, better]) => `${path}:${line}: ${text.slice(0, 80)} → ${better}`,
    ),
  );

test.each(sources)('%s: comments are plain technical English', (path) => {
  expect(faults(path, commentsOf(read(path)))).toEqual([]);
});

test.each(documents)('%s: plain technical English', (path) => {
  const lines = read(path).split('\n');
  expect(
    faults(
      path,
      lines.map((text, index) => ({ line: index + 1, text })),
    ),
  ).toEqual([]);
});

/** Strings of four words and more: messages, help, advice. */
const STRING = /'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g;
const WORDS = /(?:[a-z]{2,}\W+){3}[a-z]{2,}/i;
const SQL = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER)\b/;

test.each(sources.filter((path) => path.startsWith('src/')))(
  '%s: messages are plain technical English',
  (path) => {
    const code = read(path).replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/ .*$/gm, '');
    const texts = [...code.matchAll(STRING)].map(([, plain, template]) => plain ?? template ?? '');
    const messages = texts.filter((text) => WORDS.test(text) && !SQL.test(text));
    expect(
      faults(
        path,
        messages.map((text) => ({ line: 0, text })),
      ),
    ).toEqual([]);
  },
);
