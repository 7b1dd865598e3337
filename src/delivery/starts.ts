/**
 * How many sends of a lane are under way, and whether another may start. It knows no delivery: which one goes is
 * decided when it starts (docs/decisions/counted-starts.md).
 */
export class Starts {
  #underWay = 0;
  #isPaused = false;
  #whenIdle: (() => void)[] = [];

  /** None starts until `start`. */
  pause(): void {
    this.#isPaused = true;
  }

  start(): void {
    this.#isPaused = false;
  }

  /** `most`: at once. */
  mayStart(most: number): boolean {
    return !this.#isPaused && this.#underWay < most;
  }

  /** One is about to start; call `end` in any case. */
  begin(): void {
    this.#underWay++;
  }

  end(): void {
    this.#underWay--;
    if (this.#underWay > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** Resolves when none is under way. */
  async idle(): Promise<void> {
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** The same. `cut` is called at the deadline, and at the end in any case. */
  async idleBy(deadline: AbortSignal, cut: () => void): Promise<void> {
    if (deadline.aborted) cut();
    deadline.addEventListener('abort', cut, { once: true });
    await this.idle();
    deadline.removeEventListener('abort', cut);
    cut();
  }
}
