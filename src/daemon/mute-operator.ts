/**
 * The operator's actions on mutes: list, make, lift. As for deliveries they are the same in the running bridge and on the command line:
 * the store has the truth (docs/decisions/changes-through-the-store.md). The caller chooses the words for what was done; problems are sentences.
 */
import { type Mute, type MuteChange, type Muted, mutedKey, mutedText, tickerName } from '../mutes/mute.ts';
import { type KnownNames, mutedBy, type Refusal } from '../mutes/named.ts';
import { type ShownMute, shownMutes } from '../mutes/shown.ts';
import { type BadTime, type Lasting, muteSpan } from '../mutes/span.ts';
import type { Deliveries, StoreAnswer } from '../outbox/deliveries.ts';
import { printable } from '../platform/printable.ts';

export interface MuteOperatorDeps {
  readonly store: Pick<Deliveries, 'mutes' | 'mute' | 'lift'>;
  /** On the timeline of the bridge whose store it is. */
  nowMs(): number;
  wallMs(): number;
  names(): KnownNames;
  /** In the running bridge: the store has others now. */
  changed?(): void;
}

export interface MuteRequest extends Lasting {
  readonly what: readonly string[];
  readonly reason?: string | undefined;
}

export type MuteProblem =
  | { readonly ok: false; readonly problem: string; readonly code: MuteCode }
  | { readonly ok: false; readonly problem: string; readonly code: 'store' };

export type MuteCode = Refusal['code'] | BadTime['code'] | 'bad_reason' | 'not_muted';

export type Made =
  | MuteProblem
  | { readonly ok: true; readonly mutes: readonly (ShownMute & Pick<MuteChange, 'change'>)[] };

export type Lifted = MuteProblem | { readonly ok: true; readonly lifted: readonly ShownMute[] };

/** In UTF-16 units; it stands in every log line of what is held back. */
const LONGEST_REASON = 200;

export class MuteOperator {
  readonly #deps: MuteOperatorDeps;

  constructor(deps: MuteOperatorDeps) {
    this.#deps = deps;
  }

  /** Those in force, oldest first. */
  async list(): Promise<StoreAnswer<readonly ShownMute[]>> {
    const stored = await this.#inForce();
    return stored.ok ? { ok: true, value: this.#shown(stored.value) } : stored;
  }

  /** All of them or none. They are on the disk when it resolves. */
  async mute({ what, reason: given, ...lasting }: MuteRequest): Promise<Made> {
    const { store, nowMs, wallMs, changed } = this.#deps;
    const reason = given?.trim() || undefined;
    if (reason !== undefined && reason.length > LONGEST_REASON)
      return refused({
        problem: `the reason is longer than ${LONGEST_REASON} characters`,
        code: 'bad_reason',
      });
    const spanMs = muteSpan(lasting, wallMs());
    if (typeof spanMs !== 'number') return refused(spanMs);
    const found = this.#named(what);
    if ('problem' in found) return refused(found);
    const now = nowMs();
    const wishes = found.map((muted) => ({ ...muted, untilMs: now + spanMs, reason }));
    const answer = await store.mute(wishes, now);
    if (!answer.ok) return broken(answer.message);
    changed?.();
    const shown = this.#shown(answer.value.map(({ mute }) => mute));
    const changes = answer.value.map(({ change }) => change);
    return { ok: true, mutes: shown.map((mute, at) => ({ ...mute, change: changes[at] ?? 'muted' })) };
  }

  /** By ids, or by what is muted; `all`: whatever is. All of them or none. */
  async lift(what: readonly string[] | 'all'): Promise<Lifted> {
    const stored = await this.#inForce();
    if (!stored.ok) return broken(stored.message);
    const found = what === 'all' ? stored.value : this.#sought(what, stored.value);
    if ('problem' in found) return refused(found);
    const answer = await this.#deps.store.lift(found.map(({ id }) => id));
    if (!answer.ok) return broken(answer.message);
    this.#deps.changed?.();
    const lifted = new Set(answer.value);
    return { ok: true, lifted: this.#shown(found.filter(({ id }) => lifted.has(id))) };
  }

  async #inForce(): Promise<StoreAnswer<readonly Mute[]>> {
    const stored = await this.#deps.store.mutes();
    const nowMs = this.#deps.nowMs();
    return stored.ok ? { ok: true, value: stored.value.filter(({ untilMs }) => nowMs < untilMs) } : stored;
  }

  /** Each once. */
  #named(what: readonly string[]): readonly Muted[] | Refusal {
    const names = this.#deps.names();
    const all = new Map<string, Muted>();
    for (const written of what) {
      const found = mutedBy(written, names);
      if ('problem' in found) return found;
      for (const muted of found) all.set(mutedKey(muted), muted);
    }
    return all.size > 0 ? [...all.values()] : { problem: 'nothing is named to be muted', code: 'bad_name' };
  }

  #sought(what: readonly string[], mutes: readonly Mute[]): readonly Mute[] | ProblemOfLift {
    const sought = new Set<Mute>();
    for (const written of what) {
      const found = this.#mutesBy(written.trim(), mutes);
      if ('problem' in found) return found;
      for (const mute of found) sought.add(mute);
    }
    return [...sought];
  }

  #mutesBy(text: string, mutes: readonly Mute[]): readonly Mute[] | ProblemOfLift {
    const byId = /^\d+$/.test(text) ? mutes.filter(({ id }) => id === Number(text)) : [];
    if (byId.length > 0) return byId;
    const exact = mutes.filter((mute) => `${mute.kind}:${tickerName(mute.name)}` === formOf(text));
    const name = tickerName(text.replace(/^\$/, ''));
    const meant = exact.length > 0 ? exact : mutes.filter((mute) => tickerName(mute.name) === name);
    if (meant.length === 1) return meant;
    if (meant.length > 1)
      return {
        problem: `${printable(text)} can mean several mutes: lift one by its id: ${meant.map(numbered).join(', ')}`,
        code: 'ambiguous',
      };
    // A group or a pattern, as it may have been muted.
    const named = mutedBy(text, this.#deps.names());
    const keys = new Set('problem' in named ? [] : named.map(mutedKey));
    const ofGroup = mutes.filter((mute) => keys.has(mutedKey(mute)));
    if (ofGroup.length > 0) return ofGroup;
    const those = mutes.length === 0 ? 'nothing is muted' : `muted is: ${someOf(mutes)}`;
    return { problem: `${printable(text)} is not muted; ${those}`, code: 'not_muted' };
  }

  #shown(mutes: readonly Mute[]): readonly ShownMute[] {
    const { nowMs, wallMs, names } = this.#deps;
    return shownMutes(mutes, { nowMs: nowMs(), wallMs: wallMs(), names: names() });
  }
}

interface ProblemOfLift {
  readonly problem: string;
  readonly code: 'ambiguous' | 'not_muted';
}

/** `rule:Korean spot` in the letters in which tickers are compared. */
function formOf(text: string): string {
  const [, kind = '', name = ''] = /^(\w+):\s*((?:\S.*)?)$/s.exec(text) ?? [];
  return `${kind.toLowerCase()}:${tickerName(name)}`;
}

const numbered = (mute: Mute): string => `${mute.id} (${printable(mutedText(mute))})`;

const MOST_NAMED = 10;

function someOf(mutes: readonly Mute[]): string {
  const more = mutes.length - MOST_NAMED;
  return `${mutes.slice(0, MOST_NAMED).map(numbered).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const refused = ({ problem, code }: { readonly problem: string; readonly code: MuteCode }): MuteProblem => ({
  ok: false,
  problem,
  code,
});

const broken = (message: string): MuteProblem => ({ ok: false, problem: message, code: 'store' });
