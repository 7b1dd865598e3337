/**
 * The plain subset of YAML, which nearly all of a config is: block and flow collections, scalars in one line, comments, anchors and
 * aliases. Ten thousand rules are read in a tenth of the time that the library takes, and leave a tenth of its garbage. The result is made of the
 * library's own nodes, and wherever anything is not certain there is none: the library reads the file then, and says what is
 * wrong with it. So there is one dialect: `test/config/plain-yaml.test.ts` holds the two against each other.
 */
import { Alias, type Node, Pair, type ParsedNode, type Scalar, Schema, YAMLMap, YAMLSeq } from 'yaml';
import {
  blockScalar,
  isSpaceOrBreak,
  NOT_PLAIN,
  PLAIN_IN_BLOCK,
  PLAIN_IN_FLOW,
  plainScalar,
  quotedScalar,
} from './plain-scalars.ts';

const DEEPEST = 30;
/** Ten thousand rules are 250,000; the library counts what there is more. */
const MOST_NODES = 400_000;
/** The library knows no longer key in one line than 1024. */
const LONGEST_KEY = 1000;

const SCHEMA = new Schema({ schema: 'core' });

const NAME = /[\w.-]+/y;

/** `document` throws `NOT_PLAIN` where the library has to read it. */
export class PlainReader {
  readonly #text: string;
  #at = 0;
  /** Where the line begins in which the reader stands. */
  #line = 0;
  #depth = 0;
  #nodes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Node {
    if (!this.#toContent() || this.#column !== 0) throw NOT_PLAIN;
    const root = this.#block(0);
    if (this.#at < this.#text.length) throw NOT_PLAIN;
    return root;
  }

  get #here(): string | undefined {
    return this.#text[this.#at];
  }

  get #next(): string | undefined {
    return this.#text[this.#at + 1];
  }

  get #column(): number {
    return this.#at - this.#line;
  }

  get #isDash(): boolean {
    return this.#here === '-' && isSpaceOrBreak(this.#next);
  }

  #spaces(): void {
    while (this.#here === ' ') this.#at++;
  }

  /** Over blanks, comments and line ends. False: the text ends. */
  #toContent(): boolean {
    for (;;) {
      this.#spaces();
      const { length } = this.#text;
      if (this.#here === '#') {
        if (this.#column > 0 && this.#text[this.#at - 1] !== ' ') throw NOT_PLAIN;
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end === -1 ? length : end;
      }
      if (this.#here === '\r') this.#at++;
      if (this.#at >= length) return false;
      if (this.#here !== '\n') return true;
      this.#at++;
      this.#line = this.#at;
    }
  }

  /** Nothing but a comment is left in the line; then on to the content of the next. */
  #endLine(): void {
    const line = this.#line;
    if (this.#toContent() && this.#line === line) throw NOT_PLAIN;
  }

  #deeper<Result>(read: () => Result): Result {
    if (++this.#depth > DEEPEST) throw NOT_PLAIN;
    const result = read();
    this.#depth--;
    return result;
  }

  /** A collection whose entries stand in this column, in which the reader stands. */
  #block(indent: number): Node {
    return this.#deeper(() => (this.#isDash ? this.#list(indent) : this.#mapping(indent)));
  }

  #list(indent: number): YAMLSeq {
    const list = new YAMLSeq(SCHEMA);
    const start = this.#at;
    while (this.#at < this.#text.length && this.#column === indent && this.#isDash) {
      this.#at++;
      list.items.push(this.#entry(indent, true));
    }
    this.#ended(indent);
    list.range = [start, this.#at, this.#at];
    return list;
  }

  #mapping(indent: number): YAMLMap {
    const mapping = new YAMLMap(SCHEMA);
    const start = this.#at;
    while (this.#at < this.#text.length && this.#column === indent) {
      const key = this.#key();
      mapping.items.push(new Pair<ParsedNode, ParsedNode>(key as never, this.#entry(indent, false) as never));
    }
    this.#ended(indent);
    mapping.range = [start, this.#at, this.#at];
    return mapping;
  }

  /** Behind a collection stands nothing that is indented further; a list may be followed by the next key of its mapping. */
  #ended(indent: number): void {
    if (this.#at < this.#text.length && this.#column > indent) throw NOT_PLAIN;
  }

  #key(): Scalar {
    const start = this.#at;
    const key = this.#word(PLAIN_IN_BLOCK);
    this.#spaces();
    if (this.#here !== ':' || !isSpaceOrBreak(this.#next) || this.#at - start > LONGEST_KEY) throw NOT_PLAIN;
    this.#at++;
    return key;
  }

  #word(plain: RegExp): Scalar {
    const start = this.#at;
    if (this.#here === '"' || this.#here === "'") {
      const quoted = quotedScalar(this.#text, start);
      this.#at = quoted.range?.[1] ?? start;
      return quoted;
    }
    const word = this.#match(plain);
    return plainScalar(word, start);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw NOT_PLAIN;
    this.#at += found.length;
    return found;
  }

  /** Behind a colon or dash; `indent`: of the collection that it is in. Ends at the content of a later line. */
  #entry(indent: number, isItem: boolean): Node {
    const line = this.#line;
    if (++this.#nodes > MOST_NODES || !this.#toContent()) throw NOT_PLAIN;
    if (this.#line !== line) return this.#below(indent, isItem);
    if (this.#here === '&') {
      const anchor = this.#anchor();
      const node = this.#line === line ? this.#inline(indent, false) : this.#below(indent, isItem);
      node.anchor = anchor;
      return node;
    }
    if (this.#here === '*') {
      const alias = this.#alias();
      this.#endLine();
      return alias;
    }
    return this.#inline(indent, isItem);
  }

  /** On lines of its own. */
  #below(indent: number, isItem: boolean): YAMLMap | YAMLSeq {
    const isList = this.#isDash;
    const least = isList && !isItem ? indent : indent + 1;
    if (this.#column < least) throw NOT_PLAIN;
    return this.#block(this.#column) as YAMLMap | YAMLSeq;
  }

  /** In the line of its colon or dash. `mayBegin`: it may be the first entry of a collection. */
  #inline(indent: number, mayBegin: boolean): Scalar | YAMLMap | YAMLSeq {
    const { isInLine, node } = this.#beginning(indent, mayBegin);
    if (!isInLine) return node;
    this.#endLine();
    if (this.#at < this.#text.length && this.#column > indent) throw NOT_PLAIN;
    return node;
  }

  /** `isInLine`: it ends in the line in which the reader stands. */
  #beginning(indent: number, mayBegin: boolean): { isInLine: boolean; node: Scalar | YAMLMap | YAMLSeq } {
    switch (this.#here) {
      case '[':
      case '{':
        return { isInLine: true, node: this.#flow(indent) };
      case '|':
      case '>': {
        const { scalar, end } = blockScalar(this.#text, this.#at, indent);
        this.#at = end;
        this.#line = end;
        this.#toContent();
        return { isInLine: false, node: scalar };
      }
      default: {
        const column = this.#column;
        if (mayBegin && this.#isDash) return { isInLine: false, node: this.#block(column) as YAMLSeq };
        const start = this.#at;
        const scalar = this.#word(PLAIN_IN_BLOCK);
        this.#spaces();
        if (this.#here !== ':') return { isInLine: true, node: scalar };
        if (!mayBegin) throw NOT_PLAIN;
        this.#at = start;
        return { isInLine: false, node: this.#block(column) as YAMLMap };
      }
    }
  }

  #anchor(): string {
    this.#at++;
    const name = this.#match(NAME);
    const line = this.#line;
    if (!isSpaceOrBreak(this.#here) || !this.#toContent()) throw NOT_PLAIN;
    if (this.#line === line && /[&*!]/.test(this.#here ?? '')) throw NOT_PLAIN;
    return name;
  }

  #alias(): Alias {
    const start = this.#at;
    this.#at++;
    const alias = new Alias(this.#match(NAME));
    alias.range = [start, this.#at, this.#at];
    return alias;
  }

  /** In brackets or braces; `indent`: of the block around it, which its lines must be indented further than. */
  #flow(indent: number): YAMLMap | YAMLSeq {
    return this.#deeper(() => {
      const start = this.#at;
      const isList = this.#here === '[';
      const close = isList ? ']' : '}';
      const collection = isList ? new YAMLSeq(SCHEMA) : new YAMLMap(SCHEMA);
      this.#at++;
      for (;;) {
        this.#toFlow(indent);
        if (this.#here === close) break;
        if (isList) collection.items.push(this.#flowValue(indent) as never);
        else collection.items.push(this.#flowPair(indent) as never);
        this.#toFlow(indent);
        if (this.#here === ',') this.#at++;
        else if (this.#here !== close) throw NOT_PLAIN;
      }
      this.#at++;
      collection.flow = true;
      collection.range = [start, this.#at, this.#at];
      return collection;
    });
  }

  #toFlow(indent: number): void {
    const line = this.#line;
    if (!this.#toContent() || (this.#line !== line && this.#column <= indent)) throw NOT_PLAIN;
  }

  #flowPair(indent: number): Pair {
    const line = this.#line;
    const isQuoted = this.#here === '"' || this.#here === "'";
    const key = this.#word(PLAIN_IN_FLOW);
    this.#spaces();
    if (this.#here !== ':' || (!isQuoted && !isSpaceOrBreak(this.#next))) throw NOT_PLAIN;
    this.#at++;
    this.#toFlow(indent);
    if (this.#line !== line) throw NOT_PLAIN;
    return new Pair(key, this.#flowValue(indent));
  }

  #flowValue(indent: number): Node {
    if (++this.#nodes > MOST_NODES) throw NOT_PLAIN;
    let anchor: string | undefined;
    if (this.#here === '&') anchor = this.#anchor();
    const node = this.#flowNode(indent);
    if (anchor !== undefined) node.anchor = anchor;
    return node;
  }

  #flowNode(indent: number): Scalar | YAMLMap | YAMLSeq {
    if (this.#here === '*') return this.#alias() as never;
    if (this.#here === '[' || this.#here === '{') return this.#flow(indent);
    const scalar = this.#word(PLAIN_IN_FLOW);
    this.#spaces();
    if (this.#here === ':') throw NOT_PLAIN;
    return scalar;
  }
}
