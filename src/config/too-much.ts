/** Bounds of a tree of values, and the sentences for a file that is more than any config. */

/** Nodes that aliases bring; each is checked like one that is written. */
export const MOST_ALIASED = 200_000;
/** Lists and mappings in one another. */
export const DEEPEST = 40;

export const TOO_DEEP = {
  message: 'lists or mappings are nested too deep here',
  hint: 'is a bracket above not closed?',
};

export const TOO_MANY = {
  message: 'the file has more words and marks in it than a config can have',
  hint: 'is this the right file?',
};

const NOTHING = { message: 'the file is empty', hint: 'it holds nothing but line ends' };

export const TOO_MANY_ALIASES = { message: 'is too large or too deep (an alias that contains itself?)' };

/** Of a text whose words and line ends are too many. */
export const tooManyIn = (text: string) => (text.trim() === '' ? NOTHING : TOO_MANY);

/** Of a text that holds no value. */
export function hintOfEmpty(text: string): string {
  const isComments = text.trim() !== '' && text.split('\n').every((line) => /^\s*(?:#|$)/.test(line));
  return `${isComments ? 'every line of it is a comment; ' : ''}make one with: listing-bridge init`;
}
