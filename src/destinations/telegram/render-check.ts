/**
 * Checks whether a template makes good Telegram HTML for all values and branches: each branch must close the tags
 * it opens, and values may stand only in text or in a quoted attribute. A template that passes cannot be refused
 * for its markup later.
 */
import { type TagToken, type Token, Tokenizer, TokenKind } from 'liquidjs';
import { at } from '../../templates/check.ts';
import { MarkupProblem, type MarkupToken, markupTokens } from './render-markup.ts';

/** Stand-ins for Liquid in the text that is checked, from a private-use area; one character each. */
const VALUE = '\uE000';
const BEGIN = '\uE001';
const LOOP = '\uE002';
const ELSE = '\uE003';
const END = '\uE004';
const JUMP = '\uE005';
const STAND_INS = /[\uE000-\uE005]/g;

const STAND_IN: ReadonlyMap<string, string> = new Map([
  ['if', BEGIN],
  ['unless', BEGIN],
  ['case', BEGIN],
  ['for', LOOP],
  ['elsif', ELSE],
  ['else', ELSE],
  ['when', ELSE],
  ['endif', END],
  ['endunless', END],
  ['endcase', END],
  ['endfor', END],
  ['break', JUMP],
  ['continue', JUMP],
  ['echo', VALUE],
  ['liquid', VALUE],
]);

/** `source` has been parsed by the engine: its Liquid is sound. Throws `TemplateProblem`. */
export function checkMarkup(source: string): void {
  const { html, starts } = withStandIns(source);
  try {
    checkBranches(html);
  } catch (error) {
    if (!(error instanceof MarkupProblem)) throw error;
    const before = source.slice(0, originOf(starts, error.index)).split('\n');
    throw at(before.length, (before.at(-1)?.length ?? 0) + 1, error.message);
  }
}

/** Where pieces of the checked text come from: `[index there, index in the source]`. */
type Starts = readonly (readonly [number, number])[];

function originOf(starts: Starts, index: number): number {
  const [there, here] = starts.findLast(([start]) => start <= index) ?? [0, 0];
  return here + (index - there);
}

function withStandIns(source: string): { html: string; starts: Starts } {
  const starts: [number, number][] = [];
  let html = '';
  let skippedUntil: string | undefined;
  for (const token of new Tokenizer(source).readTopLevelTokens()) {
    const name = isTag(token) ? token.name : '';
    if (skippedUntil !== undefined) {
      if (skippedUntil === 'endcapture') refuseMarkup(token);
      if (name === skippedUntil) skippedUntil = undefined;
      continue;
    }
    if (name === 'comment' || name === 'capture') skippedUntil = `end${name}`;
    starts.push([html.length, token.begin]);
    html += standInOf(token, name);
  }
  return { html, starts };
}

function standInOf(token: Token, tagName: string): string {
  if (token.kind === TokenKind.HTML) return token.getText().replaceAll(STAND_INS, ' ');
  return token.kind === TokenKind.Output ? VALUE : (STAND_IN.get(tagName) ?? '');
}

const isTag = (token: Token): token is TagToken => token.kind === TokenKind.Tag;

/** Captured text is escaped when it is shown. */
function refuseMarkup(token: Token): void {
  if (token.kind !== TokenKind.HTML || !/<\/?[a-z]/i.test(token.getText())) return;
  const [line = 1, column = 1] = token.getPosition();
  throw at(
    line,
    column,
    'a tag inside capture would be shown as text: put it around the place where the captured text is shown',
  );
}

interface Branch {
  readonly standIn: string;
  readonly depth: number;
  readonly index: number;
}

function checkBranches(html: string): void {
  const branches: Branch[] = [];
  let depth = 0;
  let index = 0;
  for (const token of markupTokens(html)) {
    if (token.kind === 'open') depth += 1;
    if (token.kind === 'close') depth -= 1;
    const inside = branches.at(-1);
    if (inside !== undefined && depth < inside.depth)
      throw new MarkupProblem(`${token.source} closes a tag that was opened outside of this branch`, index);
    if (token.kind === 'text') for (const [char] of token.source.matchAll(STAND_INS)) step(char);
    else refuseHalfBranch(token, index);
    index += token.source.length;
  }

  function step(standIn: string): void {
    if (standIn === VALUE) return;
    if (standIn === BEGIN || standIn === LOOP) branches.push({ standIn, depth, index });
    const branch = standIn === JUMP ? branches.findLast((outer) => outer.standIn === LOOP) : branches.at(-1);
    if (branch !== undefined && depth !== branch.depth)
      throw new MarkupProblem('a tag that this branch opens must be closed in the same branch', branch.index);
    if (standIn === END) branches.pop();
  }
}

/** A branch around part of an attribute is fine; one that begins or ends in mid-tag is not. */
function refuseHalfBranch(token: MarkupToken, index: number): void {
  const count = (...standIns: string[]) => [...token.source].filter((char) => standIns.includes(char)).length;
  if (count(BEGIN, LOOP) !== count(END) || count(JUMP) > 0)
    throw new MarkupProblem('a branch must not begin or end in the middle of a tag', index);
}
