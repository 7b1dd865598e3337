/** `/destinations`, and the page of each. */
import type { DeliveryState } from '../../delivery/delivery.ts';
import type { StoredDelivery } from '../../outbox/rows.ts';
import type { Ops } from '../ops.ts';
import { destinationPage } from './destination.ts';
import { destinationsPage } from './destinations.ts';
import type { Hours } from './hours.ts';
import { statsOf } from './latency-pages.ts';
import { type At, knownBy, type PageOps, page, problem } from './page-answer.ts';

export async function allDestinations(context: At, ops: PageOps): Promise<Response> {
  await ops.lastDay?.freshened();
  const { destinations, mutes } = await ops.wholeStatus();
  const from = Math.trunc(Number(context.req.query('from') ?? 0)) || 0;
  const body = destinationsPage(destinations, knownBy(ops, mutes), Math.max(0, from));
  return page(context, { title: 'Destinations', path: '/destinations', body, isLive: true });
}

const LAST = 10;
const FAILED = ['dead', 'expired'] as const;

export async function oneDestination(context: At, ops: PageOps): Promise<Response> {
  const of = ops.destination(context.req.param('name') ?? '');
  if (of === undefined)
    return problem(
      context,
      404,
      'No such destination',
      'The config in force has no destination of that name. Its earlier deliveries, if there are any, are under Deliveries.',
    );
  const { name } = of.report;
  const [hours, last, failed] = await Promise.all([
    hoursOf(ops, name),
    stored(ops, name),
    stored(ops, name, FAILED),
  ]);
  const view = { of, known: knownBy(ops, of.mutes), last, failed, hours };
  const body = destinationPage(view, context.var.visitor);
  return page(context, { title: name, path: '/destinations', body, isLive: true });
}

const DAY_MS = 86_400_000;

async function hoursOf(ops: PageOps, destination: string): Promise<Hours | string> {
  const [answer] = await Promise.all([
    statsOf(ops, DAY_MS, 'destination', { destination }),
    ops.lastDay?.freshened(),
  ]);
  if (!answer.ok) return answer.message;
  const aheadMs = ops.clock.monotonicMs() - ops.clock.wallMs();
  return { day: ops.lastDay?.of(destination), stats: answer.value, wallOf: (ms) => ms - aheadMs };
}

async function stored(
  ops: Pick<Ops, 'page'>,
  destination: string,
  state?: readonly DeliveryState[],
): Promise<readonly StoredDelivery[] | string> {
  const answer = await ops.page({ destination, state, limit: LAST });
  return answer.ok ? answer.value.deliveries : answer.message;
}
