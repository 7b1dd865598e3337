/** One file of a config, from its bytes to a tree of values with places, or the reason why it cannot be read. */
import { LineCounter } from 'yaml';
import { decodeText } from '../platform/file-text.ts';
import { type ParsedDocument, readDocument } from './document.ts';
import type { ReadContext } from './node-maker.ts';

export interface ParsedFile extends ParsedDocument {
  /** As it is shown; `undefined` for the config itself. */
  readonly name: string | undefined;
  readonly text: string;
  /** It is no text: nothing that stands in it is shown. */
  readonly isHidden: boolean;
}

/** In bytes. Ten thousand rules take 1.5 MB (docs/performance.md); this keeps a wrong path (a log, a disk image) from being parsed, which takes seconds. */
const LONGEST_FILE = 4_000_000;

/** U+FFFD is what becomes of bytes that are not UTF-8; a NUL is every second byte of UTF-16. */
const NOT_UTF8 = /[\0\uFFFD]/;

export function parseFile(
  raw: string | Uint8Array,
  name: string | undefined,
  context: ReadContext,
): ParsedFile {
  if (raw.length > LONGEST_FILE)
    return unreadFile(
      name,
      `the file is too large to be a config: ${Math.ceil(raw.length / 1e5) / 10} MB, and ${LONGEST_FILE / 1e6} are possible`,
      'parts of a large one go into files of their own, by `include`, and tables into files that `tables` names',
    );
  const text = decodeText(raw);
  const [sound = ''] = text.split(NOT_UTF8, 1);
  if (sound.length < text.length)
    return unreadFile(name, 'this is not UTF-8 text', 'save the file as UTF-8', sound);
  const document = readDocument(text, context);
  // A file of comments brings nothing, and is meant so; one without a letter may be half written.
  const isEmpty = name !== undefined && text.trim() === '';
  const faults = isEmpty ? [{ range: [0, 0] as const, ...EMPTY }] : document.faults;
  return { name, text, isHidden: false, ...document, faults };
}

const EMPTY = {
  message: 'the file is empty',
  hint: 'delete it, or write a comment into it if it is to bring nothing',
};

/** `before`: as far as it was readable; the problem stands at its end. */
export function unreadFile(
  name: string | undefined,
  message: string,
  hint?: string,
  before = '',
): ParsedFile {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of before.matchAll(/\n/g)) lines.addNewLine(index + 1);
  const faults = [{ range: [before.length, before.length] as const, message, hint }];
  const nothing = { root: undefined, anchors: new Set<string>() };
  return { ...nothing, name, text: before, lines, faults, fatal: true, isHidden: true };
}
