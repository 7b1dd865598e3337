/** The words of `--help` of the commands on what is stored: `deliveries`, `replay`, `stats`. */
import { type CommandHelp, UNREADABLE_STORE, WITHOUT_CONFIG } from './help-entry.ts';

const ID = '01kdvckfsts1mwkbfn-z585mwka7v';
const ARGUMENT_IDS = 'ids of deliveries, as `deliveries` and the log show them';
export const STORE_HELP: Readonly<Record<string, CommandHelp>> = {
  stats: {
    examples: [
      ['stats', 'the last 24 hours'],
      ['stats --since 30d --by destination', 'which destination is slow, or fails'],
      ['stats --since 7d --by hour --destination bot --json', 'for a script'],
    ],
    notes: [
      'SERVICE is the time that the service took, NETWORK the way from there to here; FIRST and LATER count news that two feeds brought, AHEAD and BEHIND by how much (median). OK to MAX are of deliveries: from the receipt to the acknowledgement.',
      WITHOUT_CONFIG,
    ],
    fails: UNREADABLE_STORE,
    pages: ['docs/history.md'],
  },
  deliveries: {
    examples: [
      ['deliveries --state dead --since 1d', 'those that failed today'],
      ['deliveries --exchange upbit --ticker ABC', 'where this news went'],
      ['deliveries --reason max_age --until 2026-11-25T12:00', 'what was too late by then'],
      ['deliveries --destination bot --json', 'for a script'],
    ],
    notes: [WITHOUT_CONFIG],
    fails: UNREADABLE_STORE,
    pages: ['docs/troubleshooting.md'],
  },
  'deliveries show': {
    arguments: { id: 'id of a delivery or an announcement, as `deliveries` and the log show it' },
    examples: [[`deliveries show ${ID}`, 'every attempt with its answer, and the rule with its reason']],
    fails: `there is no such id, or ${UNREADABLE_STORE}`,
    pages: ['docs/troubleshooting.md'],
  },
  'deliveries retry': {
    arguments: { ids: ARGUMENT_IDS },
    examples: [
      [`deliveries retry ${ID}`, 'one delivery'],
      ['deliveries retry --dead --destination bot --since 1h', 'all that failed in an hour'],
    ],
    notes: [
      "A delivery past its `maxAge` is rejected: yesterday's order must not be placed today. --late overrides that.",
    ],
    fails: 'one of them was not queued',
    pages: ['docs/operations.md'],
  },
  'deliveries discard': {
    arguments: { ids: ARGUMENT_IDS },
    examples: [[`deliveries discard ${ID}`, 'it is never sent']],
    fails: 'one of them was not pending',
    pages: ['docs/operations.md'],
  },
  export: {
    examples: [
      ['export --since 30d > deliveries.jsonl', 'a record a line, for a script'],
      ['export --format csv --what attempts --output attempts.csv', 'for a spreadsheet'],
      ['export --what announcements --exchange upbit --matched false', 'news that no rule matched'],
    ],
    notes: [
      'Columns are stable, and times are UTC. A bridge that runs beside is not held up.',
      WITHOUT_CONFIG,
    ],
    fails: `${UNREADABLE_STORE}, or the file cannot be written`,
    pages: ['docs/history.md'],
  },
  replay: {
    examples: [
      ['replay --since 1d', 'what the rules of today would do with the news of a day'],
      ['replay --id 01kdvckfsts1mwkbfa', 'one announcement: then and now'],
      ['replay --since 1h --destination chat --send', 'send what a new chat has missed'],
      ['replay --since 1d --title KRW --json', 'for a script'],
    ],
    notes: [
      'Left out is what arrived or may have (--again), what is too old (--late), what is muted or in its cooldown. Rates hold. Interrupted or repeated, it sends nothing twice.',
      'Needs only the store, as `deliveries retry`: a running bridge sends within a second, another one when it starts.',
    ],
    fails: 'the config has a problem, or not everything could be queued',
    pages: ['docs/history.md'],
  },
};
