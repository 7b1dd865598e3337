/** A mute: for a while nothing of a ticker, by a rule or for a destination is sent. Pure. */
import { fold } from '../matching/text.ts';

export const MUTE_KINDS = ['ticker', 'rule', 'destination'] as const;
export type MuteKind = (typeof MUTE_KINDS)[number];

/** Something that can be muted. */
export interface Muted {
  readonly kind: MuteKind;
  /** Of a ticker in capital letters; of a rule or destination as in the config. */
  readonly name: string;
}

export interface Mute extends Muted {
  /** Rises; no other mute of this store has or had it. */
  readonly id: number;
  /** On the bridge's timeline (`Clock.monotonicMs`); an extension does not change it. */
  readonly sinceMs: number;
  /** The first moment at which it holds no more; on the same timeline. */
  readonly untilMs: number;
  /** In the words of whoever made it. */
  readonly reason: string | undefined;
}

/** A mute as it is requested. */
export type MuteWish = Muted & Pick<Mute, 'untilMs' | 'reason'>;

export interface MuteChange {
  readonly mute: Mute;
  /** `unchanged`: it holds for longer already. */
  readonly change: 'muted' | 'extended' | 'unchanged';
}

/** Capital letters and digits, as exchanges write nearly all of them. */
function isNameOfTicker(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!((code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39))) return false;
  }
  return true;
}

/** The last answer: intake and the lane ask for the same ticker. */
let last: { readonly text: string; readonly name: string } = { text: '', name: '' };

/** Tickers as rules compare them: without case, and in any Unicode form. */
export function tickerName(text: string): string {
  if (isNameOfTicker(text)) return text;
  if (text !== last.text) last = { text, name: fold(text).toUpperCase() };
  return last.name;
}

/** The same for the same, and for nothing else. */
export const mutedKey = ({ kind, name }: Muted): string => `${kind}:${name}`;

/** `ticker ABC`, `rule "korean spot"`, `destination bot`. */
export const mutedText = ({ kind, name }: Muted): string =>
  `${kind} ${kind === 'rule' ? JSON.stringify(name) : name}`;

/** As it is typed: `ticker:ABC`, `"rule:korean spot"`. */
export function mutedForm({ kind, name }: Muted): string {
  const form = `${kind}:${name}`;
  return /^[\w.:@%+,/-]*$/.test(form) ? form : `'${form.replaceAll("'", `'\\''`)}'`;
}
