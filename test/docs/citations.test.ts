/** Comments cite only what is in the repository. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { commentsOf, read, repositoryFiles, root, sources } from './comments.ts';

const ADDRESS = /https?:\/\/\S+/g;
const FILE = /(?<![\w/.<*-])(?:[\w@.-]+\/)*[\w-]+(?:\.[\w-]+)*\.(?:md|ts|mjs|svg)(?![\w/-])/g;

/** Of a document that nobody can look up here. An RFC, or an address in the same comment, can be. */
const SECTION = /\bsections? \d/i;

const isThere = (cited: string, from: string) =>
  existsSync(join(root, cited)) ||
  existsSync(join(root, dirname(from), cited)) ||
  repositoryFiles.some((path) => path === cited || path.endsWith(`/${cited}`));

test.each(sources)('%s: comments cite files of the repository', (path) => {
  const lost = commentsOf(read(path)).flatMap(({ line, text }) => {
    const own = text.replace(ADDRESS, '');
    const files = [...own.matchAll(FILE)].map(([file]) => file).filter((file) => !isThere(file, path));
    const section =
      SECTION.test(own) && own === text && !/\bRFC \d/.test(text) ? ['a section of something'] : [];
    return [...files, ...section].map((what) => `${path}:${line}: ${what}`);
  });
  expect(lost).toEqual([]);
});
