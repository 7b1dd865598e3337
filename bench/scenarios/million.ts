/**
 * Target 12: a store of a million announcements, three hundred destinations, and somebody who reads every page and every
 * answer of the API again and again: how long each takes, and for how long the loop of the news is held meanwhile. And the
 * same of a bridge with thousands of destinations and ten thousand rules.
 */
import { closeSync, copyFileSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Ask, asker, nameOf, type Question } from '../meter/asker.ts';
import { freePort } from '../meter/free-port.ts';
import { bridge, webhook } from '../meter/kinds.ts';
import { type Hold, holdsOf, longestIn, type Span, WATCHED } from '../meter/loop.ts';
import { type Meter, pause } from '../meter/meter.ts';
import { ofRounds } from '../meter/sample.ts';
import { summaryOf } from '../meter/statistics.ts';
import type { SubjectKind } from '../meter/subject.ts';
import type { Row } from '../results.ts';
import { limitRow } from '../rows.ts';
import { knownOf } from '../store/known.ts';
import { millionStore } from '../store/million.ts';
import { RULES } from '../store/old-news.ts';
import { filtersOf, type Known, oddQuestions, questionsTo } from './million-questions.ts';
import type { Scenario } from './scenario.ts';

/** Besides those of the old news; each has a rule of its own, and the further rules are about as many tickers again. */
interface Size {
  readonly subscribers: number;
  readonly furtherRules: number;
}

const SIZES = {
  usual: { subscribers: 296, furtherRules: 0 },
  wide: { subscribers: 2996, furtherRules: 7000 },
} as const;
const TIMES = { full: 6, short: 2 } as const;
const SHORT = { path: '/tmp/million-short.db', count: 10_000 } as const;
const SLOWEST_MS = 50;
const LONGEST_HOLD_MS = 5;
/** So many are on the pages. */
const FRESH = 20;
/** The rehearsal of the start is over. */
const SETTLE_MS = 5000;
/** Between two questions, so that what is behind an answer is over. */
const BETWEEN_MS = 2;
const TOKEN = 'token-of-the-bench';

interface Asked extends Span {
  readonly name: string;
  readonly status: number;
}

export const million = scenarioOf('million', SIZES.usual, '1,000,000 announcements');
export const millionWide = scenarioOf(
  'million-wide',
  SIZES.wide,
  '1,000,000 announcements, 3,000 destinations, 10,000 rules',
);

function scenarioOf(name: string, size: Size, what: string): Scenario {
  return {
    name,
    async run(meter, short, part = '') {
      const path = short ? millionStore(SHORT.path, SHORT.count) : millionStore();
      const port = await freePort();
      const subject = await meter.start(aged(meter, port, path, size));
      for (let n = 0; n < FRESH; n++) await meter.one(subject);
      await pause(SETTLE_MS);
      const ask = asker(port, TOKEN);
      const all = await allQuestions(ask, knownOf(path));
      const questions = all.filter((question) => nameOf(question).includes(part));
      const asked: Asked[] = [];
      for (let time = 0; time < TIMES[short ? 'short' : 'full']; time++)
        for (const question of questions) {
          const { beginMs, endMs, status } = await ask(question);
          asked.push({ name: nameOf(question), beginMs, endMs, status });
          await pause(BETWEEN_MS);
        }
      const holds = await holdsOf(subject);
      await meter.stop(subject);
      process.stderr.write(`${report(asked, holds)}\n`);
      return { rows: rowsOf(what, asked, holds) };
    },
  };
}

/** With a store that is not deleted from, many destinations, and what watches its loop. */
export function aged(
  meter: Meter,
  port: number,
  path: string,
  { subscribers, furtherRules }: Size,
): SubjectKind {
  const others = Array.from({ length: subscribers }, (_, n) => `sub-${n}`);
  const names = [...new Set(RULES.flatMap(({ send }) => send)), ...others];
  const kind = bridge({
    destinations: names.map((name) => webhook(name, meter.hookUrl)),
    rules: [
      ...RULES.map((rule) => JSON.stringify(rule)),
      ...others.map((name, n) => JSON.stringify({ name, match: { ticker: `ZZ${n}` }, send: [name] })),
      ...Array.from({ length: furtherRules }, (_, n) =>
        JSON.stringify({
          ...{ name: `further ${n}`, match: { publisher: 'upbit', ticker: [`YY${n}`, `XX${n}`] } },
          send: [others[n % others.length]],
        }),
      ),
    ],
    port,
    storeOptions: 'retention: 120d',
    serverOptions: `token: ${TOKEN}`,
    prepare: (own) => copyToDisk(path, join(own, 'bridge.db')),
  });
  return { ...kind, args: [...WATCHED, ...kind.args] };
}

/** On the disk as well: otherwise the machine writes a gigabyte while the first answers are measured. */
function copyToDisk(from: string, to: string): void {
  copyFileSync(from, to);
  const file = openSync(to, 'r+');
  fsyncSync(file);
  closeSync(file);
}

/** Also those of the forms on the pages. Each has been asked once then: the first of all is no measure of a store. */
async function allQuestions(ask: Ask, known: Known): Promise<Question[]> {
  const questions = questionsTo(known);
  const filters: Question[] = [];
  for (const question of questions) {
    const { text, type } = await ask(question);
    const isPage = question.method === 'GET' && !question.path.includes('?');
    if (isPage && type.startsWith('text/html')) filters.push(...filtersOf(question.path, text, known));
  }
  const odd = oddQuestions(known);
  for (const question of odd) await ask(question);
  return [...questions, ...filters, ...odd];
}

/** Of a name in the report; some are very long. */
const MOST_SHOWN = 140;

const tookMs = ({ beginMs, endMs }: Span) => endMs - beginMs;

/** Each question, the slowest first. */
function report(asked: readonly Asked[], holds: readonly Hold[]): string {
  const lines = [...Map.groupBy(asked, ({ name }) => name)].map(([name, own]) => {
    const { p50, p99, max } = summaryOf(own.map(tookMs));
    const held = own.map((one) => longestIn(holds, one)).sort((a, b) => b - a);
    const shown = (ms: number) => ms.toFixed(1).padStart(7);
    const text = `${[p50, p99, max].map(shown).join('')} ms, loop ${held.slice(0, 3).map(shown).join('')} ms: ${own[0]?.status} ${name.slice(0, MOST_SHOWN)}`;
    return { max, text };
  });
  return lines
    .sort((a, b) => b.max - a.max)
    .map(({ text }) => text)
    .join('\n');
}

function rowsOf(of: string, asked: readonly Asked[], holds: readonly Hold[]): Row[] {
  const about = (what: string) => ({
    target: 12,
    what: `${of}: ${what}`,
    unit: 'ms' as const,
  });
  const questions = [...Map.groupBy(asked, ({ name }) => name).values()];
  const slowest = questions.map((own) => summaryOf(own.map(tookMs)).p99);
  const held = asked.map((one) => longestIn(holds, one));
  return [
    limitRow(about('each page and each answer, p99 of the slowest'), ofRounds(slowest), {
      figure: 'max',
      limit: SLOWEST_MS,
    }),
    limitRow(about('the loop held meanwhile, at most'), ofRounds(held), {
      figure: 'max',
      limit: LONGEST_HOLD_MS,
    }),
  ];
}
