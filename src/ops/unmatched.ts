/** Notices when rules match nothing any more: a slip in a rule looks exactly like a quiet day. */

import type { Listener } from '../events/bus.ts';
import { warning } from '../feeds/warning.ts';
import { updateMarkOf } from '../routing/subject.ts';

/**
 * A narrow rule (one listing type of one exchange) takes a few in a hundred of what is announced, so that
 * a shorter row means nothing.
 */
export const UNMATCHED_IN_A_ROW = 100;

export function watchUnmatched(publish: Listener): Listener {
  let inARow = 0;
  return (event) => {
    if (event.kind === 'config.reloaded') inARow = 0;
    if (event.kind !== 'announcement.received' || event.announcement.test) return;
    // Updates that nobody asks for are no sign of a slip.
    if (event.rules.length === 0 && updateMarkOf(event.announcement) !== undefined) return;
    inARow = event.rules.length === 0 ? inARow + 1 : 0;
    if (inARow !== UNMATCHED_IN_A_ROW) return;
    const { publisher, listingType } = event.announcement;
    publish({
      kind: 'warning.raised',
      warning: warning('no_rule_matched', undefined, `none of the last ${inARow}`, {
        inARow,
        publisher,
        listingType,
      }),
    });
  };
}
