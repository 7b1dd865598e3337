/** One kind of trouble: how bad it is, how long it must hold, and every word for it. */

/** How patient alerts are, in ms. Part of the config, under `alerts`. */
export interface Thresholds {
  /** A feed that is not connected for this long is down. */
  readonly feedDownAfter: number;
}

export interface ConditionKind {
  readonly severity: 'critical' | 'warning';
  /** Kind of its subject. A feed or destination that has left the config is not reported any more. */
  readonly about: 'feed' | 'destination' | 'rule' | 'table' | 'bridge';
  /** News is not read, or not sent: `/readyz` answers 503 while it holds. */
  readonly unready?: true;
  /** A note: it is in the log, the status and the metrics, and no reason for an alert. */
  readonly quiet?: true;
  /** The alerts have this one instead, of which it is a consequence. */
  readonly impliedBy?: string;
  /** It keeps messages from its destination, so it is reported through the others. */
  readonly throughOthers?: true;
  /** Of several machines each sees it alike: one report is enough. */
  readonly ofAllNodes?: true;
  /** Shorter than this, in ms, alerts do not report it; absent: they report it as soon as it is seen. */
  readonly forMs?: (thresholds: Thresholds) => number;
  /** Not seen for this long, in ms, it is over; absent: as soon as it is not. Conditions seen in events have their time in `from-events.ts`. */
  readonly goneMs?: (thresholds: Thresholds) => number;
  /** A clause that names the subject: `feed tokyo is down`. */
  readonly starts: (subject: string) => string;
  readonly ends: (subject: string) => string;
  /** It consists of single events, and ends only by their absence. After the first, it is reported again only when more have come. */
  readonly counted?: true | undefined;
  /** The consequences and what to do, in whole sentences. */
  readonly advice: string;
}

/** Single events of a feed (or, with `about: 'bridge'`, of all of them), which end by their absence alone. */
export function events(
  severity: ConditionKind['severity'],
  title: string,
  advice: string,
  about: 'feed' | 'bridge' = 'feed',
) {
  const of = (feed: string) => (about === 'bridge' ? title : `feed ${feed}: ${title}`);
  return {
    ...{ severity, about, advice, counted: true as const },
    starts: of,
    ends: (feed: string) => `${of(feed)}: not seen again`,
  };
}

/** The same, as a note. */
export const notes = (title: string, advice: string, about: 'feed' | 'bridge' = 'feed') => ({
  ...events('warning', title, advice, about),
  quiet: true as const,
});
