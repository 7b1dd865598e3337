/**
 * The simulator's announcements: a curated set of real titles (every listing type, all three exchanges, Korean,
 * odd tickers, several, none, the longest), or a user's own JSON Lines file. A row is `{ publisher | exchange,
 * listingType, ticker | tickers, title }`; other fields are ignored.
 */
import { readFile } from 'node:fs/promises';
import announcements from './announcements.json' with { type: 'json' };

export interface Title {
  readonly publisher: string;
  readonly listingType: string;
  /** Comma-separated when several, empty when none: the feed's own form. */
  readonly ticker: string;
  readonly title: string;
}

export const CURATED_TITLES: readonly Title[] = announcements;

/** A mistake in the user's file; the message says where and what to do. */
export class TitlesProblem extends Error {}

/** Reads JSON Lines; `name` is how problems call the file. */
export function parseTitles(content: string, name: string): readonly Title[] {
  const titles: Title[] = [];
  for (const [index, line] of content
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.trim() !== '') titles.push(parseRow(line, `${name}:${index + 1}`));
  }
  if (titles.length === 0) throw new TitlesProblem(`${name}: has no rows; write one JSON object a line`);
  return titles;
}

export async function readTitles(path: string): Promise<readonly Title[]> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new TitlesProblem(
      why === 'ENOENT'
        ? `${path}: no such file`
        : `${path}: cannot be read (${why}); check path and permissions`,
    );
  }
  return parseTitles(content, path);
}

function parseRow(line: string, where: string): Title {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    throw new TitlesProblem(`${where}: is not JSON; write one object a line`);
  }
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw new TitlesProblem(`${where}: must be an object such as {"publisher":"upbit","title":"…"}`);
  const fields = new Map<string, unknown>(Object.entries(row));
  return {
    publisher: requiredText(
      fields.get('publisher') ?? fields.get('exchange'),
      'publisher',
      where,
    ).toLowerCase(),
    listingType: requiredText(fields.get('listingType'), 'listingType', where),
    ticker: tickerOf(fields.get('ticker') ?? fields.get('tickers') ?? '', where),
    title: requiredText(fields.get('title'), 'title', where),
  };
}

function requiredText(value: unknown, field: string, where: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new TitlesProblem(
    `${where}: ${field} ${value === undefined ? 'is missing' : 'must be non-empty text'}`,
  );
}

function tickerOf(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  throw new TitlesProblem(`${where}: ticker must be text ("ABC,DEF"), or tickers a list of texts`);
}
