/** The config in force as YAML, made piece by piece: of ten thousand destinations the whole takes seconds. Pure. */
import { stringify } from 'yaml';
import { redactValues } from '../../platform/redactor.ts';
import type { Redactor } from '../../platform/secret.ts';
import type { Steps } from '../../platform/steps.ts';

/** As `stringify` would write the whole, without secrets; not much more than `most` characters. A step is an entry. */
export function* configText(
  config: Readonly<Record<string, unknown>>,
  redact: Redactor,
  most: number,
): Steps<string> {
  let text = '';
  for (const piece of piecesOf(config, redact)) {
    text += piece;
    if (text.length > most) break;
    yield;
  }
  return text;
}

/** Each key of the config; of lists and mappings each entry. */
function* piecesOf(config: Readonly<Record<string, unknown>>, redact: Redactor): Generator<string> {
  const written = (value: unknown) =>
    stringify(JSON.parse(JSON.stringify(redactValues(value, redact))), { lineWidth: 0 });
  for (const [key, value] of Object.entries(config)) {
    const entries = entriesOf(value);
    if (entries.length === 0) {
      if (JSON.stringify(value) !== undefined) yield written({ [key]: value });
      continue;
    }
    yield `${key}:\n`;
    for (const entry of entries) yield written(entry).replaceAll(/^(?=.)/gm, '  ');
  }
}

/** None of what is written as a whole. */
function entriesOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return [];
  if (Array.isArray(value)) return value.map((item: unknown) => [item]);
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([name, inner]) => ({ [name]: inner }));
}
