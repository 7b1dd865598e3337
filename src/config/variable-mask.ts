/**
 * Lets `{ token: ${NAME} }` stand without quotes: YAML would take the braces for a nested mapping. Before
 * parsing, the marks inside each `${…}` are replaced one for one, so that places stay; after parsing they
 * are put back. Only what the file itself says is touched, never a value.
 */

const MARKS = '{}[],';
/** Private use: nothing a config holds. https://www.unicode.org/faq/private_use.html */
const STAND_INS = '\uf8a0\uf8a1\uf8a2\uf8a3\uf8a4';

/** Up to where it cannot go on, also when it is not closed: no place is looked at twice. */
const REFERENCE = /\$\{[^}\n"'#]*(\}|$|[\n"'#])/g;

export function maskVariables(text: string): string {
  if (/[\uf8a0-\uf8a4]/.test(text)) return text;
  return text.replace(REFERENCE, (reference, end: string) =>
    end === '}' ? swap(reference, MARKS, STAND_INS) : reference,
  );
}

export const unmaskVariables = (text: string) =>
  /[\uf8a0-\uf8a4]/.test(text) ? swap(text, STAND_INS, MARKS) : text;

function swap(text: string, from: string, to: string): string {
  return text.replace(/./gsu, (character) => {
    const index = from.indexOf(character);
    return index === -1 ? character : to.charAt(index);
  });
}
