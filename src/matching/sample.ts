/**
 * A text in which a pattern is found, for the rehearsal: made by going once along the pattern. Best effort: what it makes is
 * to be tried before it is relied on.
 */
import { RE2JS } from 're2js';

/** One of them is in nearly every class; before them, the characters of the class itself. */
const USUAL = 'A1가 a-一.';
/** Of a repetition. */
const MOST_TIMES = 20;

/** `wanted` stands for the first group that captures. Never throws; `undefined`: none could be made. */
export function sampleOf(source: string, wanted?: string): string | undefined {
  try {
    const sampler = new Sampler(source, wanted);
    const made = sampler.alternatives();
    return RE2JS.compile(source, RE2JS.CASE_INSENSITIVE).test(made) ? made : undefined;
  } catch {
    return undefined;
  }
}

const CLASS = /^(?:\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\\[pP](?:\{\^?\w+\}|\w)|\\[dDwWsS]|\.)/s;
const TIMES = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/;
const OPENING = /^\((?:\?(?:P?<\w+>|[imsU-]*[:)]))?/;
const NO_WIDTH = /^(?:[\^$]|\\[AzbB])/;
const QUOTED = /^\\Q(.*?)(?:\\E|$)/s;
const CODE = /^\\x(?:\{([\da-f]+)\}|([\da-f]{2}))/i;
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };

class Sampler {
  #rest: string;
  #wanted: string | undefined;

  constructor(source: string, wanted: string | undefined) {
    this.#rest = source;
    this.#wanted = wanted;
  }

  /** The first of them; the others are passed over. */
  alternatives(): string {
    const first = this.#sequence();
    while (this.#take(/^\|/) !== undefined) this.#sequence();
    return first;
  }

  #sequence(): string {
    let made = '';
    while (this.#rest !== '' && !/^[|)]/.test(this.#rest)) {
      const atom = this.#atom();
      const times = this.#take(TIMES);
      const count = times?.[1] === undefined ? 1 : Number(times[1]);
      made += atom.repeat(Math.min(count, MOST_TIMES));
    }
    return made;
  }

  #atom(): string {
    if (this.#take(NO_WIDTH) !== undefined) return '';
    const quoted = this.#take(QUOTED) ?? undefined;
    if (quoted !== undefined) return quoted[1] ?? '';
    const code = this.#take(CODE);
    if (code !== undefined) return String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? '', 16));
    const found = this.#take(CLASS);
    if (found !== undefined) return oneOf(found[0]);
    const opening = this.#take(OPENING);
    if (opening !== undefined) return opening[0].endsWith(')') ? '' : this.#group(opening[0]);
    const [char = '', escaped = ''] = this.#take(/^(?:\\(.)|.)/su) ?? [];
    return escaped === '' ? char : (CONTROLS[escaped] ?? escaped);
  }

  #group(opening: string): string {
    const isCapture = !opening.endsWith(':');
    const wanted = isCapture ? this.#wanted : undefined;
    if (isCapture) this.#wanted = undefined;
    const inside = this.alternatives();
    this.#take(/^\)/);
    return wanted ?? inside;
  }

  #take(form: RegExp): RegExpExecArray | undefined {
    const found = form.exec(this.#rest) ?? undefined;
    if (found !== undefined) this.#rest = this.#rest.slice(found[0].length);
    return found;
  }
}

function oneOf(charClass: string): string {
  const expression = RE2JS.compile(`^${charClass}$`);
  return [...USUAL, ...charClass].find((char) => expression.test(char)) ?? '';
}
