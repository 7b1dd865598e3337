/** Hints for values of another form than their option has: a word for a mapping, `yes` for true, a clock for cron. */
import type { Path } from './problem.ts';

/** `message`: of the problem. A suggestion, as a sentence; `undefined`: nobody knows. */
export function formHint(message: string, path: Path, value: unknown): string | undefined {
  const text = String(value ?? '').trim();
  if (/^must be true(?:,| or) false/.test(message)) return flagHint(text);
  const [section, ...rest] = path;
  if (section === 'tables' && rest.length < 2) return tableHint(text, value);
  if (rest.length === 0 && LISTS.has(String(section))) return listHint(section, value);
  if (section === 'destinations' && rest.length === 0) return namesHint(value);
  if (isLoneName(value)) return `write \${${Object.keys(value)[0]}}`;
  // Of a list, too.
  const key = path.findLast((step) => typeof step === 'string');
  return BY_KEY[String(key)]?.(text);
}

const BY_KEY: Readonly<Record<string, (text: string) => string | undefined>> = {
  heartbeat: cronHint,
  days: dayHint,
  apiKey: (text) =>
    /^(?:bearer|token|apikey|api-key|key)[\s:=]/i.test(text)
      ? 'write the key alone, without the word in front of it'
      : undefined,
  proxy: (text) =>
    /^socks/i.test(text)
      ? 'SOCKS proxies are not supported: use the HTTP port of the same program, if it has one'
      : undefined,
  attempts: (text) => (/^\d/.test(text) ? undefined : 'to retry until `maxAge`, leave it out'),
  tickerCount: (text) => (/\d/.test(text) ? 'write the numbers: [2, 3, 4], or { not: 1 }' : undefined),
};

/** `{KEY}`, which YAML reads as a mapping. */
const isLoneName = (value: unknown): value is Readonly<Record<string, null>> =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 1 &&
  /^[A-Za-z_]\w*$/.test(Object.keys(value)[0] ?? '') &&
  Object.values(value)[0] === null;

function flagHint(text: string): string | undefined {
  if (/^(yes|on|y|1|enabled?|ja|네|是)$/i.test(text)) return 'did you mean true?';
  if (/^(no|off|n|0|disabled?|none|nein|never|아니요|否)$/i.test(text)) return 'did you mean false?';
  return undefined;
}

const CRON: Readonly<Record<string, string>> = {
  daily: '0 9 * * *',
  '@daily': '0 9 * * *',
  'every day': '0 9 * * *',
  '24h': '0 9 * * *',
  '1d': '0 9 * * *',
  hourly: '0 * * * *',
  '@hourly': '0 * * * *',
  '1h': '0 * * * *',
  weekly: '0 9 * * 1',
  '@weekly': '0 9 * * 1',
  true: '0 9 * * *',
};

function cronHint(text: string): string | undefined {
  const known = CRON[text.toLowerCase()];
  if (known !== undefined) return `write "${known}"`;
  const [, hour, minute] = /^(\d{1,2}):(\d\d)$/.exec(text) ?? [];
  if (hour !== undefined) return `write "${Number(minute)} ${Number(hour)} * * *"`;
  const fields = text.split(/\s+/);
  return fields.length === 6 ? `without seconds: "${fields.slice(1).join(' ')}"` : undefined;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

function dayHint(text: string): string | undefined {
  const day = /^[0-7]$/.test(text) ? DAYS[Number(text)] : undefined;
  return day === undefined ? undefined : `did you mean ${day}?`;
}

function tableHint(text: string, value: unknown): string | undefined {
  if (Array.isArray(value)) return 'give it a name: tables: { mine: […] }';
  if (typeof value !== 'string') return undefined;
  if (/^https?:/i.test(text)) return `write { url: "${text}" }`;
  if (/[\\/]|\.(csv|json|ya?ml|txt)$/i.test(text)) return `write { file: ${text} }`;
  return `write [${text.split(/[\s,;]+/).join(', ')}]`;
}

/** Sections that are lists of mappings. */
const LISTS: ReadonlySet<string> = new Set(['feeds', 'rules', 'tests']);

/** A list, where each name is a key: `- name: team`. */
function namesHint(value: unknown): string | undefined {
  const [first]: readonly unknown[] = Array.isArray(value) ? value : [];
  if (typeof first !== 'object' || first === null) return undefined;
  const name = 'name' in first && typeof first.name === 'string' ? first.name : 'team';
  return `write ${name}: without a dash, and its options below that, indented further`;
}

function listHint(section: Path[number] | undefined, value: unknown): string | undefined {
  if (section === 'feeds' && typeof value === 'string') return 'write feeds: [{ url: …, apiKey: … }]';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [name = '', options] = Object.entries(value)[0] ?? [];
  if (/^\d+[.)]/.test(name)) return 'an entry of a list starts with a dash, not with a number';
  if (name.startsWith('-')) return `behind a dash comes a blank: - ${name.slice(1)}: …`;
  return typeof options === 'object' && options !== null
    ? `write - name: ${name}, and its options below that`
    : undefined;
}
