/** The comments of a source file, and the files that hold text for readers. */
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const root = join(import.meta.dirname, '../..');

const inRepository = (...patterns: readonly string[]) =>
  globSync(patterns, { cwd: root, exclude: (name) => name === 'node_modules' || name === 'dist' }).sort();

export const sources = inRepository('{src,test,bench,tools}/**/*.{ts,mjs}');
export const documents = ['README.md', ...inRepository('docs/**/*.md')];
export const repositoryFiles = inRepository('**/*', '.ci/**/*').map((path) => relative('.', path));

export interface Comment {
  readonly line: number;
  /** One line, without the marks of a comment. */
  readonly text: string;
}

const OPENS = /^\s*\/\*\*?/;
const LINE = /(?:^|\s)\/\/ (.*)$/;

/** Joins the lines of a block, and of `//` lines below one another. */
export function commentsOf(source: string): readonly Comment[] {
  const found: { line: number; text: string; last: number }[] = [];
  let block: { line: number; text: string } | undefined;
  for (const [index, line] of source.split('\n').entries()) {
    if (block === undefined && OPENS.test(line)) block = { line: index + 1, text: '' };
    if (block !== undefined) {
      const text = line.replace(/^\s*(?:\/\*\*?|\*(?!\/))?\s?/, '').replace(/\s*\*\/.*$/, '');
      block.text = `${block.text} ${text}`.trim();
      if (line.includes('*/')) {
        found.push({ ...block, last: -1 });
        block = undefined;
      }
      continue;
    }
    const text = LINE.exec(line)?.[1];
    if (text === undefined) continue;
    const before = found.at(-1);
    if (before !== undefined && before.last === index - 1 && /^\s*\/\//.test(line)) {
      before.text += ` ${text}`;
      before.last = index;
    } else found.push({ line: index + 1, text, last: index });
  }
  return found.map(({ line, text }) => ({ line, text }));
}

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');
