/** The remarks on a feed, from a connection of our own or from one that the running bridge holds. Pure. */
import { conditionOf } from '../conditions/registry.ts';
import type { FeedFindings } from '../feeds/inquire.ts';
import { lossText } from '../feeds/verdict.ts';
import type { Warning } from '../feeds/warning.ts';
import { type FeedReport, feedReport } from '../ops/feed-report.ts';
import { formatDuration } from '../platform/duration.ts';
import { bad, byWeight, good, type Remark, STOPPED, warned } from '../remark.ts';

/** The part of a report that is spoken of; of a bridge of another version any of it may be missing. */
export interface SeenFeed {
  readonly proofs: readonly Pick<FeedReport['proofs'][number], 'kind' | 'ok' | 'words'>[];
  readonly keyExpiresInMs?: number | undefined;
}

/** `nowMs`: monotonic. */
export function remarksOnFeed(findings: FeedFindings, nowMs: number): readonly Remark[] {
  const { status, loss, tookMs, warnings, isInterrupted } = findings;
  if (isInterrupted) return [STOPPED];
  if (loss !== undefined) return [refused(lossText(loss))];
  if (tookMs === undefined) return [bad('no answer in time. Try again later.', 'timeout')];
  const report = feedReport(status, nowMs);
  const connected = `connected in ${formatDuration(Math.round(tookMs))}${factsOf(report)}`;
  return byWeight([tested(findings, connected), ...warnings.flatMap(remarkOnWarning)]);
}

function tested({ selfTest, status }: FeedFindings, connected: string): Remark {
  const roundTripMs = status.selfTest?.roundTripMs;
  switch (selfTest) {
    case 'answered':
      return good(
        `${connected}; self-test answered in ${formatDuration(Math.round(roundTripMs ?? 0))}.`,
        'live',
      );
    case 'none':
      return good(`${connected}; without a self-test.`, 'live');
    case 'limited':
      return warned(
        `${connected}; not tested: the service answers one self-test a minute for a key, and another feed or program has just used it. Try again in a minute.`,
        'self_test_limited',
      );
    case 'unanswered':
      return bad(
        `${connected}; the self-test was not answered. ${conditionOf('feed_unproven').advice}`,
        'self_test_unanswered',
      );
    default:
      return selfTest satisfies never;
  }
}

/** The sentence of a loss has its code and detail in brackets. */
export function refused(text: string): Remark {
  const [, sentence = text, code = 'refused', detail] =
    /^(?=.*\]$)(.*?) \[([^:\]]+)(?:: (.*))?\]$/s.exec(text) ?? [];
  const said = detail === undefined ? '' : ` (${detail})`;
  return bad(`not connected. ${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${said}`, code);
}

/** `: tier pro, covers every exchange; key expires in 30d` */
export function factsOf({ proofs, keyExpiresInMs }: SeenFeed): string {
  const welcome = proofs.find(({ kind, ok }) => kind === 'welcome' && ok)?.words;
  const key = keyExpiresInMs === undefined ? undefined : `key expires in ${formatDuration(keyExpiresInMs)}`;
  const facts = [welcome, key].filter((fact) => fact !== undefined);
  return facts.length === 0 ? '' : `: ${facts.join('; ')}`;
}

/** They have a place of their own in the check. */
const ELSEWHERE: ReadonlySet<string> = new Set(['clock_skew', 'self_test_unanswered', 'self_test_unasked']);

function remarkOnWarning({ code, feed, message }: Warning): readonly Remark[] {
  if (ELSEWHERE.has(code)) return [];
  const { severity, quiet, starts, advice } = conditionOf(code);
  if (quiet) return [];
  const detail = message === '' ? '' : `: ${message}`;
  const text = `${starts(feed ?? '')}${detail}. ${advice}`;
  return [severity === 'critical' ? bad(text, code) : warned(text, code)];
}
