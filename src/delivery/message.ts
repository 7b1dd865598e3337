/** The message of a delivery: rendered at its first attempt, kept for the next ones. Never throws: that would end this process, and the next one too. */
import { messageOf } from '../platform/message-of.ts';
import type { Delivery } from './delivery.ts';
import type { Held } from './head.ts';
import type { LaneDeps } from './lane-deps.ts';

/** Thrown by a template of one ticker that looks up what the table does not have: there is no order to make. */
export class NoSymbol extends Error {}

type Forms = Pick<LaneDeps, 'render' | 'renderDefault'>;

/** There is none to send; with the end of its delivery. */
export class NoMessage {
  readonly state: 'dead' | 'skipped';
  readonly reason: string;

  constructor(state: NoMessage['state'], reason: string) {
    this.state = state;
    this.reason = reason;
  }
}

/** Its template fails on this announcement, and the destination has no other form that will do. */
const NO_FORM = new NoMessage('dead', 'template');
const NO_ORDER = new NoMessage('skipped', 'no_symbol');

/** Or `NoMessage`. */
export function messageFor(held: Held, deps: LaneDeps): unknown {
  // Queued for one ticker, and the destination gets one request for all of them now.
  const isForAll = !deps.forEachTicker && held.delivery.ticker !== undefined;
  const delivery = isForAll ? { ...held.delivery, ticker: undefined } : held.delivery;
  held.message ??= compose(delivery, deps, (fault) => deps.events.renderFailed(delivery, fault));
  if (held.message === undefined) return NO_FORM;
  return held.message instanceof NoSymbol ? NO_ORDER : held.message;
}

/** In the form that its rule chose, or in the one to fall back to. `failed` is called for each that fails; a `NoSymbol` is no failure, and comes back. */
export const compose = (delivery: Delivery, forms: Forms, failed: (fault: string) => void): unknown =>
  made(delivery, forms.render, failed) ?? made(delivery, forms.renderDefault, failed);

function made(delivery: Delivery, form: Forms['renderDefault'], failed: (fault: string) => void): unknown {
  try {
    return form?.(delivery);
  } catch (error) {
    if (error instanceof NoSymbol) return error;
    failed(messageOf(error));
    return undefined;
  }
}
