/** Every regular expression of `src/`: those that are written, and those that are put together when a file is loaded. */
import { resolve } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { files, text } from './imports.ts';

export interface Expression {
  readonly pattern: string;
  readonly flags: string;
  /** `config/pairs.ts:12`, or the file alone of one that is put together. */
  readonly place: string;
}

export function writtenExpressions(): Expression[] {
  return files.flatMap((path) => {
    const source = text(path);
    return [...literalsIn(parseAst(source, { lang: 'ts' }))].map(({ pattern, flags, start }) => ({
      pattern,
      flags,
      place: `${path}:${source.slice(0, start).split('\n').length}`,
    }));
  });
}

function* literalsIn(node: unknown): Iterable<{ pattern: string; flags: string; start: number }> {
  if (typeof node !== 'object' || node === null) return;
  if (isExpression(node)) yield { ...node.regex, start: node.start };
  for (const part of Object.values(node)) yield* literalsIn(part);
}

interface Literal {
  readonly regex: { readonly pattern: string; readonly flags: string };
  readonly start: number;
}

const isExpression = (node: object): node is Literal =>
  'type' in node && node.type === 'Literal' && 'regex' in node;

/** Of all files that hold `new RegExp(`. Loads them: those of this process do nothing by that. */
export async function builtExpressions(): Promise<Expression[]> {
  const built: Expression[] = [];
  const Native = globalThis.RegExp;
  for (const path of files) {
    if (!text(path).includes('new RegExp(')) continue;
    globalThis.RegExp = new Proxy(Native, {
      construct(target, words: [string | RegExp, string?]) {
        const made = new target(...words);
        built.push({ pattern: made.source, flags: made.flags, place: path });
        return made;
      },
    });
    try {
      await import(resolve(import.meta.dirname, '../../src', path));
    } finally {
      globalThis.RegExp = Native;
    }
  }
  return built;
}
