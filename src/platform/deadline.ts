/**
 * When something has to end. An `AbortSignal` is one; a `LightDeadline` is one at a tenth of its price, for what is
 * made once for each request between a frame and the wire.
 */
export interface Deadline {
  readonly aborted: boolean;
  /** The first argument of the abort. */
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export class LightDeadline implements Deadline {
  aborted = false;
  reason: unknown;
  /** Whoever carries out the request: nearly always the only one. */
  #first: (() => void) | undefined;
  #others: readonly (() => void)[] = [];

  /** Calls every listener, once for all. A second call does nothing. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const [first, others] = [this.#first, this.#others];
    this.#first = undefined;
    this.#others = [];
    first?.();
    for (const listener of others) listener();
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#first === undefined) this.#first = listener;
    else this.#others = [...this.#others, listener];
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (this.#first === listener) this.#first = undefined;
    else if (this.#others.length > 0) this.#others = this.#others.filter((other) => other !== listener);
  }
}

/** For a library that takes nothing else. */
export function abortSignalOf(deadline: Deadline): AbortSignal {
  if (deadline instanceof AbortSignal) return deadline;
  const controller = new AbortController();
  const abort = (): void => controller.abort(deadline.reason);
  if (deadline.aborted) abort();
  else deadline.addEventListener('abort', abort);
  return controller.signal;
}
