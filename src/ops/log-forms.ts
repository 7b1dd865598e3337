/**
 * How the events of the bridge read on a terminal: a table of forms, and a good general one for all others
 * (`platform/log-line.ts`). Fields may be missing or of any type: the log must survive what it writes about.
 */
import { formatDuration } from '../platform/duration.ts';
import {
  adviceOf,
  type EventLine,
  eventLine,
  type LogForm,
  type LogLevel,
  plainForm,
  plainLine,
} from '../platform/log-line.ts';
import { itemsOf, type LogFields, msText, numberOf, valueText } from '../platform/log-values.ts';
import { paint } from '../platform/paint.ts';
import type { Span } from '../platform/spans.ts';
import { effectText } from '../routing-diff.ts';
import { announcementForm } from './log-announcement.ts';
import { attemptForm, endedForm, sumForm } from './log-delivery.ts';

/** The line of one event; what it does not give is as in the general form. */
type Sentence = (fields: LogFields, event: string, level: LogLevel) => Partial<EventLine>;

const named = (value: unknown): Span => [valueText(value), paint.name];

const counted = (value: unknown, noun: string): string => {
  const count = Array.isArray(value) ? itemsOf(value).length : (numberOf(value) ?? 0);
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
};

const after = (before: string, value: unknown): string => {
  const text = valueText(value);
  return text === '' ? '' : `${before}${text}`;
};

/** How many of the destinations' partitions. */
function clusterForm(does: string, rest: string): Sentence {
  return ({ partitions }) => ({
    sentence: [`this node ${does} ${counted(partitions, 'partition')}${after(' ', rest)}`],
    more: {},
  });
}

const SENTENCES: Readonly<Record<string, Sentence>> = {
  'bridge.started': ({ version, feeds, destinations, rules, url, store }) => ({
    mark: 'good',
    sentence: [
      [`listing-bridge ${valueText(version)} started`, paint.strong],
      `: ${counted(feeds, 'feed')}, ${counted(destinations, 'destination')}, ${counted(rules, 'rule')}`,
    ],
    more: { url, store },
  }),
  'bridge.stopping': ({ shutdownTimeoutMs }) => ({
    mark: 'waiting',
    sentence: [`stopping; open requests have ${formatDuration(numberOf(shutdownTimeoutMs) ?? 0)}`],
    more: {},
  }),
  'bridge.stopped': () => ({
    mark: 'good',
    sentence: ['stopped'],
  }),
  'config.reloaded': ({ changes }) => ({
    mark: 'good',
    sentence: [
      ['config reloaded', paint.strong],
      `: ${itemsOf(changes).join('; ') || 'nothing has changed'}`,
    ],
    more: {},
  }),
  'config.effect': ({ announcements, elsewhere, examples }) => ({
    sentence: [
      effectText({ announcements: numberOf(announcements) ?? 0, elsewhere: numberOf(elsewhere) ?? 0 }),
      after(': ', itemsOf(examples).join('; ')),
    ],
    more: {},
  }),
  'config.warning': ({ at, message }) => ({ sentence: [named(at), `: ${valueText(message)}`], more: {} }),
  'table.odd': ({ table, remarks }) => ({
    sentence: ['table ', named(table), `: ${itemsOf(remarks).join('; ')}`],
    more: {},
  }),
  'feed.live': ({ feed, tier, allowedCex, keyExpires, ...facts }) => {
    const known = [after('tier ', tier), after('exchanges ', allowedCex), after('key expires ', keyExpires)];
    return {
      mark: 'good',
      sentence: [
        'feed ',
        named(feed),
        ' is connected',
        after(
          ': ',
          known.filter((fact) => fact !== ''),
        ),
      ],
      more: facts,
    };
  },
  'feed.lost': ({ feed, detail, retryIn }) => ({
    sentence: [
      'feed ',
      named(feed),
      ' lost its connection',
      after(': ', detail),
      after('; next try in ', retryIn),
    ],
    more: {},
  }),
  'feed.self_test_answered': ({ feed, roundTripMs }) => ({
    mark: 'good',
    sentence: ['feed ', named(feed), ` answered the self-test in ${msText(numberOf(roundTripMs) ?? 0)}`],
    more: {},
  }),
  'feed.self_test_unanswered': ({ feed }) => ({
    sentence: ['feed ', named(feed), ' did not answer a self-test'],
    more: {},
  }),
  'announcement.duplicate': ({ feed, firstFeed, behindMs, publisher, tickers, title }) => ({
    sentence: [
      `repeat by `,
      named(feed),
      `, ${msText(numberOf(behindMs) ?? 0)} after `,
      named(firstFeed),
      `: ${[publisher, tickers, title].map(valueText).join(' ')}`,
    ],
    more: {},
  }),
  'destination.resumed': ({ destination }) => ({
    mark: 'good',
    sentence: ['destination ', named(destination), ' takes messages again'],
    more: {},
  }),
  'destination.near_ban': ({ says, silentFor }) => ({
    sentence: [[valueText(says), paint.strong], after(' for ', silentFor)],
    more: {},
  }),
  'clock.behind': ({ says, behind }) => ({
    sentence: [[valueText(says), paint.strong], after(', by ', behind)],
    more: {},
  }),
  'config.needs_restart': ({ says, keys }) => ({
    sentence: [[valueText(says), paint.strong], after(': ', keys)],
    more: {},
  }),
  'config.reload_failed': ({ message }) => ({
    sentence: [
      ['the reload failed', paint.strong],
      after(': ', message),
      '; the previous config stays in force',
    ],
  }),
  'feed.change_failed': ({ says, detail, retryIn }) => ({
    sentence: [[valueText(says), paint.strong], after(': ', detail), after('; next try ', retryIn)],
    more: {},
  }),
  'frame.garbage': ({ feed, reason, ...more }, event) => ({
    sentence: ['feed ', named(feed), ' sent a frame that cannot be read', after(': ', reason)],
    more,
    code: event,
  }),
  'frame.unknown_type': ({ feed, type, ...more }) => ({
    sentence: ['feed ', named(feed), ' sent a frame of the unknown type ', valueText(type)],
    more,
  }),
  'frame.error': ({ feed, code, ...more }) => ({
    sentence: ['feed ', named(feed), ' reports an error', after(': ', code)],
    more,
  }),
  'bridge.alive_file_failed': ({ file, message }) => ({
    sentence: ['the alive file ', named(file), ' cannot be written', after(': ', message)],
    more: {},
  }),
  'http.failed': ({ message }) => ({
    sentence: ['the HTTP server failed at a request', after(': ', message)],
  }),
  'listener.failed': ({ event, message }) => ({
    sentence: [`a fault of the bridge, at the event ${valueText(event)}`, after(': ', message)],
    more: {},
    below: ['Please report it.'],
  }),
  'alerts.failed': ({ message }) => ({
    sentence: ['a fault of the bridge, in its alerts', after(': ', message)],
    below: ['Please report it.'],
  }),
  'store.refused': ({ says, what, message }) => ({
    sentence: [[valueText(says), paint.strong], after(': ', what), after(': ', message)],
    more: {},
  }),
  'store.mended': ({ entries, dropped }) => ({
    sentence: [
      `the store can be written again: ${valueText(entries)} entries that had waited in memory are written`,
    ],
    more: { dropped },
  }),
  'store.lost_on_exit': ({ entries }) => ({
    sentence: [`the bridge ends, and ${valueText(entries)} entries that could not be written are lost`],
    more: {},
  }),
  'log.left_out': ({ lines }) => ({
    sentence: [`${valueText(lines)} lines of the log were left out, because nobody read it`],
    more: {},
  }),
  'mute.started': muteForm('is muted for '),
  'mute.extended': muteForm('stays muted for '),
  'cluster.reached': ({ after: span }) => ({
    mark: 'good',
    sentence: [`the database of the cluster answers again, after ${valueText(span)}`],
    more: {},
  }),
  'cluster.taken': clusterForm('sends for', 'more'),
  'cluster.handed_over': clusterForm('has handed over', ''),
  'cluster.lost': clusterForm('sends no longer for', ''),
  'cluster.name_free': () => ({ mark: 'good', sentence: ['this node has its name for itself again'] }),
  'cluster.not_alone': () => ({ mark: 'good', sentence: ['this node is no longer alone'] }),
  'cluster.agrees': () => ({ mark: 'good', sentence: ['all nodes run the same config and version'] }),
  'mute.lifted': muteForm('is not muted any more'),
  'mute.ended': muteForm('is not muted any more: its time is over'),
  'login.failed': ({ address, tries, blocked, ...more }, event) => ({
    sentence: [
      ['wrong token', paint.strong],
      ` from ${valueText(address)}`,
      tries === 1 ? '' : `, ${valueText(tries)} in a minute`,
      blocked === undefined ? '' : ': no more are tried from there for a while',
    ],
    more,
    code: event,
  }),
  'alert.started': alertOf('alert'),
  'alert.lasts': ({ duration, ...fields }, event, level) =>
    alertOf(`still, after ${valueText(duration)}`)(fields, event, level),
  'alert.ended': ({ duration, ...fields }, event, level) => ({
    ...alertOf(`over after ${valueText(duration)}`)(fields, event, level),
    mark: 'good',
  }),
};

/** `ticker ABC is muted for 1h: a scam [mute.started, 3]` */
function muteForm(says: string): Sentence {
  return ({ muted, left, reason, mute }, event) => ({
    sentence: [[`${valueText(muted)} ${says}${valueText(left)}`, paint.strong], after(': ', reason)],
    more: {},
    code: `${event}, ${valueText(mute)}`,
  });
}

/** `alert: feed tokyo is down: … → team` */
function alertOf(begins: string): Sentence {
  return ({ says, detail, to, code }, event) => ({
    sentence: [
      `${begins}: `,
      [valueText(says), paint.strong],
      after(': ', detail),
      Array.isArray(to) && to.length > 0 ? [` → ${valueText(to)}`, paint.name] : '',
    ],
    more: {},
    code: [event, valueText(code)].filter((text) => text !== '').join(', '),
    below: adviceOf({}),
  });
}

const FORMS: Readonly<Record<string, LogForm>> = {
  'announcement.received': announcementForm,
  'announcement.sent': sumForm,
  'burst.sent': sumForm,
  'delivery.attempted': attemptForm,
  'delivery.dead': endedForm,
  'delivery.expired': endedForm,
  'delivery.skipped': endedForm,
};

/** A line of the log for a person at a terminal. */
export const logForm: LogForm = (fields, event, level, timeMs, width) => {
  const form = Object.hasOwn(FORMS, event) ? FORMS[event] : undefined;
  if (form !== undefined) return form(fields, event, level, timeMs, width);
  const sentence = Object.hasOwn(SENTENCES, event) ? SENTENCES[event] : undefined;
  if (sentence === undefined) return plainForm(fields, event, level, timeMs, width);
  const plain = plainLine(fields, event, level);
  return eventLine({ ...plain, ...sentence(fields, event, level) }, timeMs, width);
};
