/** The last look before a replay sends: a person at a terminal confirms the count; a script says `--yes` before it trades old news. */
import { type Ask, Cancelled } from './ask.ts';
import { NOT_FINE, UserError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { type ReplaySummary, sendsWithAges } from './replay-summary.ts';

export interface ConsentOptions {
  readonly yes: boolean;
  readonly late: boolean;
  readonly again: boolean;
  readonly json: boolean;
  /** So many go to programs that may act on them. */
  readonly orders: number;
}

/** Throws `UserError` where it may not. Gives whether a person was asked, which takes a while. */
export async function mayGoOn(options: ConsentOptions, summary: ReplaySummary, io: Io): Promise<boolean> {
  const { yes, orders, late, again } = options;
  if (yes) return false;
  const risky = orders > 0 && (late || again) ? warningOf(options) : '';
  if (io.terminal === undefined || options.json) {
    if (risky === '') return false;
    throw new UserError(
      `Nothing sent: it would be ${sendsWithAges(summary)}. ${risky} Add --yes if that is what you want. [unconfirmed]`,
      NOT_FINE,
    );
  }
  const { askOn } = await import('./ask-terminal.ts');
  if (!(await confirmed(askOn(io.terminal, io.signal), `Send ${sendsWithAges(summary)}? ${risky}`.trim())))
    throw new UserError('Nothing sent.', NOT_FINE);
  return true;
}

function warningOf({ orders, late, again }: ConsentOptions): string {
  const count = orders === 1 ? '1 of them goes' : `${orders} of them go`;
  const why = [late ? 'old news as if it were new' : '', again ? 'what may have been acted on before' : ''];
  return `${count} to a program that may trade ${why.filter((one) => one !== '').join(', and ')}.`;
}

async function confirmed(ask: Ask, question: string): Promise<boolean> {
  try {
    return await ask.confirm(question, false);
  } catch (error) {
    if (error instanceof Cancelled) return false;
    throw error;
  }
}
