/**
 * Results of an injected announcement: of the bridge alone from its status, and of what other nodes send from the stores of
 * all, which it gathers.
 */
import { describeStored } from '../delivery/describe.ts';
import type { Injected } from '../ops/injected.ts';
import { wait } from '../platform/clock.ts';
import type { ShownFound } from './found-answer.ts';
import type { Io } from './io.ts';
import type { RemoteOperator } from './remote-operator.ts';
import type { ShownAnnouncement } from './status-answer.ts';

/** How long they are waited for: as long as a chat may take for its answer. */
const RESULTS_MS = 10_000;
const LOOK_MS = 100;

type Planned = Extract<Injected, { readonly deliveries: unknown }>;
export type InjectedDelivery = Planned['deliveries'][number];

export type Result = ShownAnnouncement['deliveries'][number] & {
  /** Of a cluster: another node, which sends it. */
  readonly node?: string;
  /** No node has reported anything of it. */
  readonly isUnknown?: true;
};

/** When all have ended, or as they are after a while; `undefined`: too much has come since. */
export async function resultsIn(
  { announcement: { id }, deliveries }: Planned,
  bridge: Pick<RemoteOperator, 'status' | 'found'>,
  { clock, signal }: Pick<Io, 'clock' | 'signal'>,
): Promise<readonly Result[] | undefined> {
  const untilMs = clock.monotonicMs() + RESULTS_MS;
  const isAlone = deliveries.every(({ elsewhere }) => elsewhere === undefined);
  for (;;) {
    const { value } = await bridge.status();
    const here = value.announcements.find((one) => one.id === id)?.deliveries;
    const results = isAlone && !here?.some(isLeft) ? here : merged(deliveries, here, await bridge.found(id));
    const isOpen = results?.some((one) => one.state === 'pending' || isLeft(one)) === true;
    if (!isOpen || clock.monotonicMs() > untilMs || signal.aborted) return results;
    await wait(clock, LOOK_MS, signal);
  }
}

/** Another node goes on with it. */
const isLeft = ({ reason }: { readonly reason?: string | undefined }): boolean =>
  reason === 'handed_over' || reason === 'sent_elsewhere';

export const placeOf = ({ destination, ticker = '' }: { destination: string; ticker?: string | undefined }) =>
  `${destination}\n${ticker}`;

/** In the order of the plan. */
function merged(
  planned: readonly InjectedDelivery[],
  here: readonly Result[] = [],
  found: readonly ShownFound[],
): readonly Result[] {
  const own = new Map(here.map((one) => [placeOf(one), one]));
  const rows = new Map(found.map((one) => [placeOf(one.delivery), one]));
  return planned.map((one) => {
    const mine = own.get(placeOf(one));
    // Its own store follows the node itself.
    if (mine !== undefined && mine.state !== 'pending' && !isLeft(mine)) return mine;
    const row = rows.get(placeOf(one));
    if (row !== undefined) return { ...resultOf(row), ...(mine?.state === row.delivery.state && mine) };
    if (mine !== undefined) return mine;
    const { destination, ticker, node } = one;
    return {
      ...{ destination, ticker, state: 'pending', attempts: 0, isUnknown: true },
      ...(node !== undefined && { node }),
    };
  });
}

/** A row in the words that its own node has for it. */
function resultOf({ delivery, attempts }: ShownFound): Result {
  const { destination, ticker, state, reason, advice, tookMs, node } = delivery;
  const last = attempts.at(-1);
  const isOfLast = reason !== undefined && last?.outcome.endsWith(` ${reason}`) === true;
  return {
    ...{ destination, ticker, state, reason, attempts: delivery.attempts, tookMs },
    advice: (isOfLast ? describeStored(reason, last.status, last.detail) : undefined) ?? advice,
    ...(node !== undefined && { node }),
  };
}
