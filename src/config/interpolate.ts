/**
 * `${NAME}`, `${NAME:-default}` and `${file:/path}` inside one scalar, after the YAML is parsed, so that a value
 * is never YAML. An inserted value is not expanded again. `$${` stands for `${`.
 */
import { variablesOf } from '../templates/variables.ts';

export interface VariableSource {
  /** `undefined` when it is not set. */
  variable(name: string): string | undefined;
  /** Why it cannot be used although it is there; `undefined` when it can, or is not there. */
  faultOf?(name: string): string | undefined;
  /** Where it seems to be, when it is not set but named in something that was not read. */
  lostAt?(name: string): string | undefined;
  /** Where its value comes from, for a person; `undefined` when it is not set. */
  placeOf?(name: string): string | undefined;
  /** The file's text; throws an Error whose message is for people. */
  file(path: string): string;
  /** How to set a variable, for a person. */
  howToSet(name: string): string;
  /** Stands for a value that is not there; absent: that is a fault. */
  readonly standIn?: string;
}

/** A reference to what is not there, in place of which stands `VariableSource.standIn`. */
export interface Missing {
  /** As it is written: `${NAME}`. */
  readonly reference: string;
  readonly fault: Fault;
}

/** A value that is not in the file; `name` is the variable's, absent for a file's content. */
export interface ReadVariables {
  readonly value: string;
  readonly name?: string | undefined;
}

export interface Expansion {
  /** `undefined` when there are faults. */
  readonly text: string | undefined;
  /** Values from outside the file: possibly secret. */
  readonly values: readonly ReadVariables[];
  readonly faults: readonly Fault[];
  /** In the order of the text. */
  readonly missing: readonly Missing[];
}

export interface Fault {
  readonly message: string;
  readonly hint?: string;
}

type Resolved =
  | { readonly outside: ReadVariables }
  | { readonly fallback: string }
  | { readonly fault: Fault; readonly isMissing?: true };

const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;
const ESCAPE_HINT = `write $\${ for a literal \${`;

/** Nothing but references: what is secret about it is not in the file. */
export const isOnlyReferences = (literal: string) =>
  /^(\$\{(file:[^}]*|(?!file:)[A-Za-z_][A-Za-z0-9_]*(:-)?)\})+$/.test(literal);

export const hasReference = (literal: string) => /(^|[^$])\$\{/.test(literal);

export function interpolate(literal: string, source: VariableSource): Expansion {
  const values: ReadVariables[] = [];
  const faults: Fault[] = [];
  const missing: Missing[] = [];
  const text = literal.replace(REFERENCE, (whole, inner: string | undefined, close: string) => {
    if (inner === undefined) return `\${`;
    const resolved = close === '' ? unclosed : resolveReference(inner, source);
    if ('fallback' in resolved) return resolved.fallback;
    if ('outside' in resolved) {
      values.push(resolved.outside);
      return resolved.outside.value;
    }
    if (resolved.isMissing && source.standIn !== undefined) {
      missing.push({ reference: whole, fault: resolved.fault });
      return source.standIn;
    }
    faults.push(resolved.fault);
    return whole;
  });
  return { text: faults.length === 0 ? text : undefined, values, faults, missing };
}

/** Programs that write a secret into a file end it with a line break. */
function withoutLastBreaks(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\n') end -= text[end - 2] === '\r' ? 2 : 1;
  return text.slice(0, end);
}

const unclosed: Resolved = { fault: { message: `\`\${\` is never closed`, hint: ESCAPE_HINT } };

function resolveReference(inner: string, source: VariableSource): Resolved {
  if (inner.startsWith('file:')) {
    try {
      return { outside: { value: withoutLastBreaks(source.file(inner.slice('file:'.length))) } };
    } catch (error) {
      const message = error instanceof Error ? error.message : 'the file cannot be read';
      return { isMissing: true, fault: { message } };
    }
  }
  const [, name, fallback] = NAME.exec(inner) ?? [];
  if (name === undefined) {
    const message = `\`\${…}\` must hold the name of a variable (letters, digits, underscores) or file:/path`;
    return { fault: { message, hint: nameIn(inner) ?? ESCAPE_HINT } };
  }
  const broken = source.faultOf?.(name);
  if (broken !== undefined)
    return { isMissing: true, fault: { message: `the variable ${name} cannot be used: ${broken}` } };
  const value = source.variable(name);
  if (value !== undefined && value !== '') return { outside: { value, name } };
  if (fallback !== undefined) return { fallback };
  const lost = value === undefined ? source.lostAt?.(name) : undefined;
  if (lost !== undefined)
    return { isMissing: true, fault: { message: `the variable ${name} cannot be used: ${lost}` } };
  const message = `the variable ${name} is ${value === undefined ? 'not set' : 'set, but empty'}`;
  return { isMissing: true, fault: { message, hint: templateHint(name) ?? source.howToSet(name) } };
}

/** As other programs write it: `${env:KEY}`, `${{ secrets.KEY }}`, `${KEY:?not set}`. */
function nameIn(inner: string): string | undefined {
  const [, name] =
    /^\{?\s*(?:(?:env|secrets?|vars?|process\.env|ENV)[.:])?([A-Za-z_]\w*)\s*(?:[:?].*)?$/s.exec(inner) ?? [];
  return name === undefined ? undefined : `write \${${name}}`;
}

/** `${ticker}` is no variable of the environment. */
const templateHint = (name: string) =>
  variablesOf('ticker').has(name)
    ? `a value of the announcement is written {{ ${name} }}, in \`body\`, \`buttons\` and \`templates\``
    : undefined;
