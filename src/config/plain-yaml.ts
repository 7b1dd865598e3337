/**
 * The plain subset of YAML, which nearly all of a config is: block and flow collections, scalars in one line, comments, anchors and
 * aliases. Ten thousand rules are read in a tenth of the time that the library takes. Wherever anything is not certain there is no
 * result: the library reads the file then, and says what is wrong with it. So there is one dialect:
 * `test/config/plain-yaml.test.ts` holds the two against each other.
 */
import type { Located } from './located.ts';
import { Entries, type NodeMaker } from './node-maker.ts';
import { PlainAnchors } from './plain-anchors.ts';
import {
  blockText,
  isSpaceOrBreak,
  meaningOf,
  NOT_PLAIN,
  PLAIN_IN_BLOCK,
  PLAIN_IN_FLOW,
  quotedText,
} from './plain-scalars.ts';
import type { Range } from './problem.ts';
import { TextCursor } from './text-cursor.ts';

const DEEPEST = 30;
/** Ten thousand rules are 250,000; the library counts what there is more. */
const MOST_NODES = 400_000;
/** The library knows no longer key in one line than 1024. */
const LONGEST_KEY = 1000;

const NAME = /[\w.-]+/y;

/** Tabs, line ends of an old Mac, marks of documents, directives. */
const UNUSUAL = /\t|\r(?!\n)|^(?:---|\.\.\.|%)|^\ufeff/m;

/** `undefined`: the library has to read it. */
export function plainDocument(text: string, nodes: NodeMaker): Located | undefined {
  if (UNUSUAL.test(text)) return undefined;
  try {
    return new PlainReader(text, nodes).document();
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

/** Of the key that leads to a value. */
type Key = Range | undefined;

interface Word {
  readonly value: unknown;
  readonly source: string;
  readonly isQuoted: boolean;
}

class PlainReader extends TextCursor {
  readonly #nodes: NodeMaker;
  readonly #anchors: PlainAnchors;
  #depth = 0;

  constructor(text: string, nodes: NodeMaker) {
    super(text);
    this.#nodes = nodes;
    this.#anchors = new PlainAnchors(nodes);
  }

  document(): Located {
    if (!this.toContent() || this.column !== 0) throw NOT_PLAIN;
    // JSON, for one.
    if (this.here === '{' || this.here === '[') return this.#alone(this.#flow(-1, undefined), -1);
    const root = this.#block(0, undefined);
    if (!this.isAtEnd) throw NOT_PLAIN;
    return root;
  }

  #enter(): void {
    if (++this.#depth > DEEPEST) throw NOT_PLAIN;
    this.#anchors.reach(this.#depth);
  }

  /** A collection whose entries stand in this column, in which the reader stands. */
  #block(indent: number, key: Key): Located {
    this.#enter();
    const block = this.isDash ? this.#list(indent, key) : this.#mapping(indent, key);
    this.#depth--;
    return block;
  }

  #list(indent: number, key: Key): Located {
    const items: Located[] = [];
    const start = this.at;
    while (!this.isAtEnd && this.column === indent && this.isDash) {
      this.at++;
      items.push(this.#entry(indent, undefined));
    }
    this.#ended(indent);
    return this.#nodes.list(items, [start, this.at], key);
  }

  #mapping(indent: number, key: Key): Located {
    const entries = new Entries(this.#nodes);
    const start = this.at;
    while (!this.isAtEnd && this.column === indent) {
      const begin = this.at;
      const word = this.#word(PLAIN_IN_BLOCK);
      const range = [begin, this.at] as const;
      this.spaces();
      if (this.here !== ':' || !isSpaceOrBreak(this.next) || this.at - begin > LONGEST_KEY) throw NOT_PLAIN;
      this.at++;
      this.#add(entries, word, range, this.#entry(indent, range));
    }
    this.#ended(indent);
    return this.#nodes.mapping(entries, [start, this.at], key);
  }

  /** Of a key that is given twice the library says it. */
  #add(entries: Entries, { value }: Word, range: Range, node: Located): void {
    const name = value === '__proto__' ? undefined : this.#nodes.key(value, range);
    if (name === undefined || entries.has(name)) throw NOT_PLAIN;
    entries.add(name, range, node);
  }

  /** Behind a collection stands nothing that is indented further; a list may be followed by the next key of its mapping. */
  #ended(indent: number): void {
    if (!this.isAtEnd && this.column > indent) throw NOT_PLAIN;
  }

  #word(plain: RegExp): Word {
    if (this.here === '"' || this.here === "'") {
      const { value, end } = quotedText(this.text, this.at);
      this.at = end;
      return { value, source: value, isQuoted: true };
    }
    const source = this.match(plain);
    return { value: meaningOf(source), source, isQuoted: false };
  }

  #scalar({ value, source }: Pick<Word, 'value' | 'source'>, range: Range, key: Key): Located {
    return typeof value === 'string'
      ? this.#nodes.text(value, range, key)
      : this.#nodes.scalar(value, source, range, key);
  }

  /** Behind a colon (then there is a key) or a dash; `indent`: of the collection that it is in. Ends at the content of a later line. */
  #entry(indent: number, key: Key): Located {
    const line = this.line;
    const isItem = key === undefined;
    if (this.#anchors.count() > MOST_NODES || !this.toContent()) throw NOT_PLAIN;
    if (this.line !== line) return this.#below(indent, key);
    if (this.here === '&') {
      const anchor = this.#anchor();
      return this.#anchors.anchored(anchor, this.#depth, () =>
        this.line === line ? this.#inline(indent, key, false) : this.#below(indent, key),
      );
    }
    if (this.here === '*') {
      const alias = this.#alias(key);
      this.endLine();
      return alias;
    }
    return this.#inline(indent, key, isItem);
  }

  /** On lines of its own. */
  #below(indent: number, key: Key): Located {
    const least = this.isDash && key !== undefined ? indent : indent + 1;
    if (this.column < least) throw NOT_PLAIN;
    return this.#block(this.column, key);
  }

  /** In the line of its colon or dash. `mayBegin`: it may be the first entry of a collection. */
  #inline(indent: number, key: Key, mayBegin: boolean): Located {
    switch (this.here) {
      case '|':
      case '>':
        return this.#blockText(indent, key);
      case '[':
      case '{':
        return this.#alone(this.#flow(indent, key), indent);
      default: {
        const column = this.column;
        if (mayBegin && this.isDash) return this.#block(column, key);
        const start = this.at;
        const word = this.#word(PLAIN_IN_BLOCK);
        const range = [start, this.at] as const;
        this.spaces();
        if (this.here !== ':') return this.#alone(this.#scalar(word, range, key), indent);
        if (!mayBegin) throw NOT_PLAIN;
        this.at = start;
        return this.#block(column, key);
      }
    }
  }

  /** The node, behind which the line ends. */
  #alone(node: Located, indent: number): Located {
    this.endLine();
    this.#ended(indent);
    return node;
  }

  #blockText(indent: number, key: Key): Located {
    const { range, end, ...word } = blockText(this.text, this.at, indent);
    this.at = end;
    this.line = end;
    this.toContent();
    return this.#scalar(word, range, key);
  }

  #anchor(): string {
    this.at++;
    const name = this.match(NAME);
    const line = this.line;
    if (!isSpaceOrBreak(this.here) || !this.toContent()) throw NOT_PLAIN;
    if (this.line === line && /[&*!]/.test(this.here ?? '')) throw NOT_PLAIN;
    return name;
  }

  #alias(key: Key): Located {
    const start = this.at;
    this.at++;
    const name = this.match(NAME);
    return this.#anchors.alias(name, [start, this.at], key, this.#depth);
  }

  /** In brackets or braces; `indent`: of the block around it, which its lines must be indented further than. */
  #flow(indent: number, key: Key): Located {
    this.#enter();
    const start = this.at;
    const isList = this.here === '[';
    const close = isList ? ']' : '}';
    const items: Located[] = [];
    const entries = new Entries(this.#nodes);
    this.at++;
    for (;;) {
      this.#toFlow(indent);
      if (this.here === close) break;
      if (isList) items.push(this.#flowValue(indent, undefined));
      else this.#flowPair(entries, indent);
      this.#toFlow(indent);
      if (this.here === ',') this.at++;
      else if (this.here !== close) throw NOT_PLAIN;
    }
    this.at++;
    this.#depth--;
    const range = [start, this.at] as const;
    return isList ? this.#nodes.list(items, range, key) : this.#nodes.mapping(entries, range, key);
  }

  #toFlow(indent: number): void {
    const line = this.line;
    if (!this.toContent() || (this.line !== line && this.column <= indent)) throw NOT_PLAIN;
  }

  #flowPair(entries: Entries, indent: number): void {
    const line = this.line;
    const start = this.at;
    const word = this.#word(PLAIN_IN_FLOW);
    const range = [start, this.at] as const;
    this.spaces();
    if (this.here !== ':' || (!word.isQuoted && !isSpaceOrBreak(this.next))) throw NOT_PLAIN;
    this.at++;
    this.#toFlow(indent);
    if (this.line !== line) throw NOT_PLAIN;
    this.#add(entries, word, range, this.#flowValue(indent, range));
  }

  #flowValue(indent: number, key: Key): Located {
    if (this.#anchors.count() > MOST_NODES) throw NOT_PLAIN;
    if (this.here !== '&') return this.#flowNode(indent, key);
    return this.#anchors.anchored(this.#anchor(), this.#depth, () => this.#flowNode(indent, key));
  }

  #flowNode(indent: number, key: Key): Located {
    if (this.here === '*') return this.#alias(key);
    if (this.here === '[' || this.here === '{') return this.#flow(indent, key);
    const start = this.at;
    const word = this.#word(PLAIN_IN_FLOW);
    const range = [start, this.at] as const;
    this.spaces();
    if (this.here === ':') throw NOT_PLAIN;
    return this.#scalar(word, range, key);
  }
}
