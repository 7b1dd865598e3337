/** Recognises regular expressions that are valid but cannot find what their author meant. */
import { INVISIBLE, QUOTED, SLASHED, type TextField } from './odd-words.ts';
import { doubtful, never, type Oddity, shown } from './oddity.ts';
import { coinOfPair } from './pairs.ts';

const FOUND = 'a pattern is found anywhere, in upper or lower case';

/** In every text, also in an empty one. */
export const findsAnything = (source: string) =>
  /^(?:\(\?[a-z]+\))?(?:\^?\(?\.\*\??\)?\$?|\^|\$)$/.test(source);

/** The mistake in a pattern, if it has one. */
export function oddPattern(field: TextField, source: string): Oddity | undefined {
  if (source.includes('\b'))
    return never(
      '"\\b" in double quotes is a control character to YAML',
      "write the pattern in 'single quotes'",
    );
  if (INVISIBLE.test(source))
    return never(
      'there is an invisible character or a line break in this pattern',
      'type it again, on one line',
    );
  if (source.trim() === '')
    return doubtful('a blank pattern matches nearly every title', `remove it; ${FOUND}`);
  const slashed = SLASHED.exec(source)?.[1];
  if (slashed !== undefined)
    return never(
      `this finds only ${shown(source)} as it stands: the slashes, and the letters behind them, are part of the pattern`,
      `write ${shown(slashed)}: ${FOUND}`,
    );
  const quoted = QUOTED.exec(source)?.[1];
  if (quoted !== undefined) {
    // Titles do quote phrases, though hardly a single word.
    const judge = /\s/.test(quoted) ? doubtful : never;
    return judge(
      `this finds only ${shown(source)} as it stands: the quotes are part of the pattern`,
      `write ${shown(quoted)} with plain quotes around it, or none`,
    );
  }
  if (/^%.*%$/s.test(source))
    return never('% is not a wildcard here', `write ${shown(source.slice(1, -1))}: ${FOUND}`);
  if (/\\\\[bBdDsSwW.()[\]|+*?^$]/.test(source))
    return never(
      'two backslashes look for a backslash',
      `in 'single quotes' or without quotes write one: ${source.replaceAll('\\\\', '\\')}`,
    );
  return (
    oddAnchor(source) ??
    oddChoice(source) ??
    oddGroup(source) ??
    (field === 'title' ? oddWildcard(source) : oddField(field, source))
  );
}

/** The mistake in a pattern that an answer (JSON, text of a program) must contain: quotes, percent signs and blanks are at home there. */
export function oddAnswerPattern(source: string): Oddity | undefined {
  const odd = oddPattern('title', source);
  if (odd === undefined || /^["'`].*["'`]$/s.test(source) || /^%/.test(source)) return undefined;
  return odd.never ? odd : undefined;
}

/** Without what is escaped and what stands in brackets, where marks mean themselves. */
const structureOf = (source: string) => source.replaceAll(/\\./gs, 'x').replaceAll(/\[\^?\]?[^\]]*\]?/g, 'x');

function oddAnchor(source: string): Oddity | undefined {
  const structure = structureOf(source);
  if (/\(\?[a-z]*m/.test(structure)) return undefined;
  if (/\$[^)|$?*+{]/.test(structure))
    return never('a $ is the end of the text: nothing can follow it', 'write \\$ for the sign itself');
  if (/[^(|:^)?*}]\^/.test(structure.replaceAll(/\(\?[a-z]+\)/g, '')))
    return never(
      'a ^ is the beginning of the text: nothing can stand before it',
      'write \\^ for the sign itself',
    );
  if (/\\b(?=[^ -~])|[^ -~]\\b/.test(source))
    return doubtful(
      '\\b knows only Latin letters and digits: next to other scripts it finds no boundary',
      'remove it',
    );
  return undefined;
}

/** Round brackets that group nothing: `Bitcoin(BTC)` finds `BitcoinBTC`. */
function oddGroup(source: string): Oddity | undefined {
  const [, before = '', group = '', after = ''] =
    /(.?)\(([^()?*+{}[\]|\\^$.]+)\)(?![?*+{])(.?)/su.exec(source.replaceAll(/\\./gs, 'xx')) ?? [];
  if (group === '' || (/^$|[|(]/.test(before) && /^$|[|)]/.test(after))) return undefined;
  return doubtful(
    `round brackets only group: this finds ${shown(source.replace(`(${group})`, group))}, without them`,
    `write \\( and \\) for the brackets themselves, in 'single quotes'`,
  );
}

function oddChoice(source: string): Oddity | undefined {
  const structure = structureOf(source);
  if (/\S｜\S/.test(structure))
    return doubtful('｜ is not the | that separates choices', `write ${shown(source.replaceAll('｜', '|'))}`);
  if (/^!\w/.test(structure))
    return doubtful(
      '! does not exclude anything: it is matched literally',
      `write { not: { matches: ${shown(source.slice(1))} } }`,
    );
  if (/^\||\|$|\|\||\(\||\|\)/.test(structure))
    return doubtful('a | with nothing beside it matches everything', 'remove it');
  if (/\S \||\| \S/.test(structure))
    return doubtful(
      'the spaces around | are part of the pattern',
      `write ${shown(source.replaceAll(/(?:(?<! ) +)?\| */g, '|'))}`,
    );
  if (/ (?:OR|AND|&&) /.test(structure))
    return doubtful(
      'OR and AND are ordinary words here, not operators',
      `for one of several write ${shown(source.replaceAll(/ (?:OR|AND|&&) /g, '|'))}`,
    );
  return undefined;
}

/** Patterns of a shell, and one that must be all of the title. */
function oddWildcard(source: string): Oddity | undefined {
  const whole = /^\^([^\\.*+?()[\]{}|^$]+)\$$/.exec(source)?.[1];
  if (whole !== undefined)
    return doubtful(
      `this finds only a title that is ${shown(whole)} and nothing else`,
      `remove the ^ and the $: ${FOUND}`,
    );
  const [, word = '', last = ''] = /^([^\\.^$*+?()[\]{}|]+)([^\\.^$*+?()[\]{}|])\*$/.exec(source) ?? [];
  if (word !== '')
    return doubtful(
      `a * repeats the character before it: this finds ${shown(word)} as well`,
      `write ${shown(word + last)}: ${FOUND}`,
    );
  if (/^\[[^\]\\^-]*\]$/.test(source) && /[^ -~]|^\[[A-Za-z]{2,}\]$/.test(source))
    return doubtful(
      'a text in brackets finds any one of its characters',
      `for the text itself write ${shown(source.slice(1, -1))}, or \\[ and \\] for the brackets`,
    );
  return undefined;
}

/** Characters that no name of an exchange, a listing type or a coin has. */
function oddField(field: TextField, source: string): Oddity | undefined {
  const alternatives = source.split('|');
  const impossible = field === 'ticker' ? /[,;]|^[#@]/ : /[\s,;/&]/;
  if (field === 'ticker') {
    const pairs = alternatives.map((one) =>
      coinOfPair(one.replace(/^\^?\(?|\)?\$?$/g, '').replaceAll(/\\(?=\W)/g, '')),
    );
    if (pairs.every((coin) => coin !== undefined && /^[\w*]+$/.test(coin)))
      return never(
        `${shown(source)} looks for a pair, and the feed names only the coin`,
        `write ${shown(source.replace(/^(\^?).*?(\$?)$/s, `$1${pairs.join('|')}$2`))}`,
      );
  }
  if (field === 'feed' || /[\\[\](){}.*+?^$]/.test(source)) return undefined;
  if (!alternatives.every((one) => impossible.test(one.trim()))) return undefined;
  const parts = source.split(/[\s,;/&]+/).filter((part) => part !== '');
  return never(
    `no ${field} has ${shown(source)} in it`,
    `for one of several write a list: [${parts.join(', ')}]`,
  );
}
