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
}

interface Fault {
  readonly message: string;
  readonly hint?: string;
}

type Resolved =
  | { readonly outside: ReadVariables }
  | { readonly fallback: string }
  | { readonly fault: Fault };

const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;
const ESCAPE_HINT = `write $\${ for a literal \${`;

/** Nothing but references: what is secret about it is not in the file. */
export const isOnlyReferences = (literal: string) =>
  /^(\$\{([A-Za-z_][A-Za-z0-9_]*(:-)?|file:[^}]*)\})+$/.test(literal);

export const hasReference = (literal: string) => /(^|[^$])\$\{/.test(literal);

export function interpolate(literal: string, source: VariableSource): Expansion {
  const values: ReadVariables[] = [];
  const faults: Fault[] = [];
  const text = literal.replace(REFERENCE, (whole, inner: string | undefined, close: string) => {
    if (inner === undefined) return `\${`;
    const resolved = close === '' ? unclosed : resolveReference(inner, source);
    if ('fallback' in resolved) return resolved.fallback;
    if ('outside' in resolved) {
      values.push(resolved.outside);
      return resolved.outside.value;
    }
    faults.push(resolved.fault);
    return whole;
  });
  return { text: faults.length === 0 ? text : undefined, values, faults };
}

const unclosed: Resolved = { fault: { message: `\`\${\` is never closed`, hint: ESCAPE_HINT } };

function resolveReference(inner: string, source: VariableSource): Resolved {
  if (inner.startsWith('file:')) {
    try {
      return { outside: { value: source.file(inner.slice('file:'.length)).replace(/(\r?\n)+$/, '') } };
    } catch (error) {
      return { fault: { message: error instanceof Error ? error.message : 'the file cannot be read' } };
    }
  }
  const [, name, fallback] = NAME.exec(inner) ?? [];
  if (name === undefined) {
    const message = `\`\${…}\` must hold the name of a variable (letters, digits, underscores) or file:/path`;
    return { fault: { message, hint: ESCAPE_HINT } };
  }
  const broken = source.faultOf?.(name);
  if (broken !== undefined) return { fault: { message: `the variable ${name} cannot be used: ${broken}` } };
  const value = source.variable(name);
  if (value !== undefined && value !== '') return { outside: { value, name } };
  if (fallback !== undefined) return { fallback };
  const lost = value === undefined ? source.lostAt?.(name) : undefined;
  if (lost !== undefined) return { fault: { message: `the variable ${name} cannot be used: ${lost}` } };
  const message = `the variable ${name} is ${value === undefined ? 'not set' : 'set, but empty'}`;
  return { fault: { message, hint: templateHint(name) ?? source.howToSet(name) } };
}

/** `${ticker}` is no variable of the environment. */
const templateHint = (name: string) =>
  variablesOf('ticker').has(name)
    ? `a value of the announcement is written {{ ${name} }}, in \`body\`, \`buttons\` and \`templates\``
    : undefined;
