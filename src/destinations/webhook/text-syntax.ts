/**
 * Classifies a text body by its reader: prose for a person, a form, markup, or a syntax that no value can be inserted
 * into safely. A title comes from outside; in text around it, `"` or a line break could set a field of an order.
 * So a value is escaped for the syntax, or the body is refused when the config is loaded.
 */
import { TemplateProblem } from '../../templates/problem.ts';
import { withoutTags } from '../../templates/tags.ts';

/** `prose` is read by a person, or line by line. */
export type TextSyntax = 'prose' | 'form' | 'markup';

/** Private use: nothing that a config holds. Stands where Liquid puts a value. */
const VALUE = '\uf8a9';

const hasLiquid = (source: string) => /\{[{%]/.test(source);

/** `contentType` as it will be sent. Throws `TemplateProblem` for a syntax in which values cannot be kept in their place. */
export function syntaxOf(source: string, contentType: string): TextSyntax {
  if (!hasLiquid(source)) return 'prose';
  const type = contentType.toLowerCase();
  if (/json/.test(type) || looksLikeJson(source)) throw refused('JSON');
  const text = skeletonOf(source);
  if (/x-www-form-urlencoded/.test(type)) return form(text);
  if (/xml|html/.test(type) || MARKUP.test(text)) return markup(text);
  if (/ya?ml/.test(type) || isYaml(text)) throw refused('YAML');
  if (!/^\s*text\/(plain|markdown)\b/.test(type)) throw refused(contentType);
  const words = text.trim().replace(/https?:\/\/\S*/g, 'link');
  if (/^\S[^\s=]*=[^\s&]*&\S[^\s=]*=\S*$/.test(words)) return form(text);
  if (ASSIGNMENT.test(words)) throw refused('a list of names and values', FORM);
  if (isTable(words)) throw refused('values between separators');
  return 'prose';
}

/** Of a leaf of a tree, which JSON.stringify escapes: `prose` is any text. Throws `TemplateProblem` for JSON or a form inside of it. */
export function leafSyntaxOf(source: string): 'prose' | 'markup' {
  if (looksLikeJson(source)) throw refused('JSON inside of text', NESTED);
  const text = skeletonOf(source).trim();
  if (/^[\w.-]+=[^\s&]*(&[\w.-]+=[^\s&]*)+$/.test(text)) throw refused('a form inside of text', NESTED);
  return /<\/\w+>/.test(source) ? markup(text) : 'prose';
}

const TREE = 'write `body` as a YAML tree (it is sent as JSON, and every value stays in its place)';
const FORM = `${TREE}, or as a=…&b=… with \`contentType: application/x-www-form-urlencoded\``;
const NESTED = 'write it as part of the tree, not as text';

const refused = (what: string, instead = TREE) =>
  new TemplateProblem(
    `is ${what} written as text: a title with a quote or a line break in it could change other fields; ${instead}`,
  );

/** The text around the values. Of `{% … %}` nothing is left. */
const skeletonOf = (source: string) => withoutTags(source, (tag) => (tag.startsWith('{{') ? VALUE : ''));

/** `symbol=…`, `symbol = …`, `symbol:…`; a sentence has a blank behind its colon. */
const ASSIGNMENT = new RegExp(`[\\w.-](\\s*=\\s*|:)["']?${VALUE}`);
const MARKUP = new RegExp(`<\\w[^<>]*>|</${VALUE}`);
const OBJECT_FIELD = new RegExp(`\\{[^{}]*[\\w"']\\s*:\\s*["']?${VALUE}`);
const LIST = /^\[(?:\s*["'{[]|[^\],]*,[^\]]*\]$)/;

/** Also where the punctuation stands inside of Liquid (`{{ '{"a":"' | append: title }}`). */
function looksLikeJson(source: string): boolean {
  if (/["'][\w .-]*\\?["']\s*:\s*($|["'{[\w-])/m.test(source)) return true;
  const text = skeletonOf(source).trim();
  return /^\{([\s\S]*\}$|\s*["']|\s*\w+\s*:)/.test(text) || LIST.test(text) || OBJECT_FIELD.test(text);
}

/** Every line is a key and its value, or an entry of a list of them. */
function isYaml(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines[0]?.trim() === '---') return true;
  // `Listing: …` is how people write; programs read `symbol: …`.
  if (lines.length === 1 && /^[A-Z]/.test(text)) return false;
  return (
    lines.length > 0 &&
    lines.every((line) => /^\s*(?:- +)?(?:["'][\w. -]+["']|[\w.-]+)\s*:(?:\s|$)/.test(line))
  );
}

/** `BTC,buy,100`: no blanks around the commas, as no sentence is written. */
const isTable = (text: string) =>
  text
    .trim()
    .split('\n')
    .every((line) => /^[^\s,;|]*([,;|\t][^\s,;|]*)+$/.test(line.trim()));

/** A value may be the value of a field, never the name of one. */
function form(text: string): 'form' {
  for (const field of text.trim().split('&')) {
    const name = field.split('=', 1)[0] ?? '';
    if (name.includes(VALUE) || !field.includes('='))
      throw new TemplateProblem(
        'is a form with {{ … }} outside of a value, where a title could change another field: write name={{ … }}&other={{ … }}, with every name written out',
      );
  }
  return 'form';
}

/** A quote at the end is not closed, so that this is no tag; it belongs to it so that no place is looked at twice. */
const TAG =
  /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|<\?[\s\S]*?(?:\?>|$)|<(?:"[^"]*"|'[^']*'|[^"'>])*([">'])?/g;

const QUOTED = /"[^"]*"|'[^']*'/g;
const holdsTag = (quoted: string) => quoted.includes('<') && quoted.includes(VALUE);

/** A value may be text between tags or stand in a quoted attribute: escaping holds nowhere else. */
function markup(text: string): 'markup' {
  const isProgram = /<(script|style)\b/i.test(text);
  for (const [tag, end] of text.matchAll(TAG)) {
    const bare = /^<[!?]/.test(tag) ? tag : tag.replaceAll(QUOTED, '');
    // In the quotes there may be a tag all the same.
    const isChanged =
      end === undefined || end === '>'
        ? bare.includes(VALUE) || isProgram
        : tag.match(QUOTED)?.some(holdsTag) === true;
    if (isChanged)
      throw new TemplateProblem(
        'is markup with {{ … }} in a place where a title could change it: put it between tags or into a quoted attribute',
      );
  }
  return 'markup';
}
