/** A place in a text of the plain subset of YAML (`plain-yaml.ts`), and the steps over what means nothing. */
import { isSpaceOrBreak, NOT_PLAIN } from './plain-scalars.ts';

export class TextCursor {
  readonly text: string;
  at = 0;
  /** Where the line begins in which it stands. */
  line = 0;

  constructor(text: string) {
    this.text = text;
  }

  get here(): string | undefined {
    return this.text[this.at];
  }

  get next(): string | undefined {
    return this.text[this.at + 1];
  }

  get column(): number {
    return this.at - this.line;
  }

  get isDash(): boolean {
    return this.here === '-' && isSpaceOrBreak(this.next);
  }

  spaces(): void {
    while (this.here === ' ') this.at++;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Over blanks, comments and line ends. False: the text ends. */
  toContent(): boolean {
    for (;;) {
      this.spaces();
      const { length } = this.text;
      if (this.here === '#') {
        if (this.column > 0 && this.text[this.at - 1] !== ' ') throw NOT_PLAIN;
        const end = this.text.indexOf('\n', this.at);
        this.at = end === -1 ? length : end;
      }
      if (this.here === '\r') this.at++;
      if (this.at >= length) return false;
      if (this.here !== '\n') return true;
      this.at++;
      this.line = this.at;
    }
  }

  /** Nothing but a comment is left in the line; then on to the content of the next. */
  endLine(): void {
    const line = this.line;
    if (this.toContent() && this.line === line) throw NOT_PLAIN;
  }

  match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw NOT_PLAIN;
    this.at += found.length;
    return found;
  }
}
