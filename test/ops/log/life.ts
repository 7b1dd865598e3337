import { logEvents } from '../../../src/ops/log-events.ts';
import type { LogFields } from '../../../src/platform/log.ts';
import type { LogLevel } from '../../../src/platform/log-line.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { EVENTS } from './life-events.ts';

export interface Written {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

/** Lines that are no event's: what they are is found in the sources by a test. */
const BESIDE: readonly Written[] = [
  {
    level: 'warn',
    event: 'config.warning',
    fields: {
      at: 'config.yaml:12:7',
      message: '`/KRW/i` is no regular expression here: it would match only titles with slashes',
      hint: 'write `KRW`; case does not matter',
    },
  },
  { level: 'error', event: 'config.reload_failed', fields: { message: 'EMFILE: too many open files' } },
  {
    level: 'warn',
    event: 'bridge.alive_file_failed',
    fields: { file: '/run/listing-bridge/alive', message: 'EACCES: permission denied' },
  },
  { level: 'error', event: 'listener.failed', fields: { event: 'feed.lost', message: 'bug' } },
  { level: 'error', event: 'http.failed', fields: { message: 'read ECONNRESET' } },
  { level: 'error', event: 'alerts.failed', fields: { message: 'bug' } },
  {
    level: 'info',
    event: 'burst.sent',
    fields: {
      ...{ announcements: 300, first: '01m8a05k524gv09h', last: '01m8a05k524gv0zz', feeds: ['tokyo'] },
      ...{ publishers: ['upbit', 'binance'], unmatched: 12, deliveries: 600, delivered: 598, waiting: 2 },
      ...{ firstDispatchMs: 3, lastDispatchMs: 1240, failedAttempts: { unreachable: ['bot'] } },
    },
  },
  { level: 'warn', event: 'log.left_out', fields: { lines: 1200 } },
  { level: 'info', event: 'bridge.stopping', fields: { shutdownTimeoutMs: 10_000 } },
  { level: 'info', event: 'bridge.stopped', fields: {} },
  { level: 'info', event: 'something.new', fields: { answer: 42, what: 'has a space', list: ['a', 'b'] } },
];

/** The lines that these events and the others make, in order. */
export function wholeLife(): Written[] {
  const lines: Written[] = [];
  const at = (level: LogLevel) => (fields: LogFields, event: string) =>
    void lines.push({ level, event, fields });
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const listen = logEvents(log, new FakeClock(400_000));
  for (const events of Object.values(EVENTS)) for (const event of events) listen(event);
  return [...lines.map(withOwnAdvice), ...BESIDE];
}

const ADVICE =
  'Advice stands here: the consequences, and what a person should do about them, in whole sentences.';

/** The words for a code are improved now and then; the form of the log does not depend on them. */
const withOwnAdvice = ({ fields, ...line }: Written): Written => ({
  ...line,
  fields:
    fields['advice'] === undefined || OF_SAMPLES.has(fields['advice'])
      ? fields
      : { ...fields, advice: ADVICE },
});

const OF_SAMPLES: ReadonlySet<unknown> = new Set(
  Object.values(EVENTS)
    .flat()
    .flatMap((event) =>
      'advice' in event ? [event.advice] : 'result' in event ? [event.result.advice] : [],
    ),
);
