/**
 * Discord's check of a message: every limit at once, as its tree of errors.
 * https://discord.com/developers/docs/resources/message#create-message and #embed-object-embed-limits
 * Characters are counted as Unicode code points, as Discord's own back end does.
 */
import { isRecord } from '../platform/wire-values.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface FormError {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

const LONGEST_CONTENT = 2000;
const MOST_EMBEDS = 10;
const MOST_FIELDS = 25;
const LARGEST_EMBEDS = 6000;
const LARGEST_COLOR = 0xffffff;
const LONGEST_NONCE = 25;
const LONGEST_USERNAME = 80;
const LONGEST_THREAD_NAME = 100;

/** Every flaw of the form; `isWebhook` also looks at what only webhooks have. */
export function flawsOf(body: Fields, isWebhook: boolean): readonly FormError[] {
  const form = new Form();
  form.text(body, ['content'], LONGEST_CONTENT, 'optional');
  if (isWebhook) {
    checkUsername(form, body['username']);
    form.text(body, ['thread_name'], LONGEST_THREAD_NAME, 'optional');
  }
  if (!isWebhook && body['nonce'] !== undefined) form.text(body, ['nonce'], LONGEST_NONCE, 'optional');
  form.integer(body, ['flags'], Number.MAX_SAFE_INTEGER);
  checkMentions(form, body['allowed_mentions']);
  const embeds = body['embeds'] ?? [];
  if (!Array.isArray(embeds))
    form.add(['embeds'], 'LIST_TYPE_CONVERT', 'Only iterables may be used in a list');
  else checkEmbeds(form, embeds);
  return form.errors;
}

/** `{ content: { _errors: [{ code, message }] } }`. */
export function errorTree(errors: readonly FormError[]): Fields {
  const root: Record<string, unknown> = {};
  for (const { path, code, message } of errors) {
    let node = root;
    for (const step of path) {
      const next = node[step] ?? {};
      node[step] = next;
      node = next as Record<string, unknown>;
    }
    node['_errors'] = [...((node['_errors'] as unknown[] | undefined) ?? []), { code, message }];
  }
  return root;
}

class Form {
  readonly errors: FormError[] = [];
  /** Of all texts in embeds. */
  counted = 0;

  add(path: FormError['path'], code: string, message: string): void {
    this.errors.push({ path, code, message });
  }

  /** The text at the end of `path` in `owner`; an empty one is refused where it must be given. */
  text(
    owner: Fields,
    path: FormError['path'],
    longest: number,
    need: 'required' | 'optional' | 'filled',
  ): void {
    const value = owner[path.at(-1) ?? ''];
    if (value === undefined || value === null) {
      if (need === 'required') this.add(path, 'BASE_TYPE_REQUIRED', 'This field is required');
    } else if (typeof value !== 'string') {
      this.add(path, 'STRING_TYPE_CONVERT', 'Could not convert to string.');
    } else if (value.trim() === '' && need !== 'optional') {
      this.add(path, 'BASE_TYPE_REQUIRED', 'This field is required');
    } else {
      const length = [...value].length;
      this.counted += length;
      if (length > longest) this.add(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${longest} or fewer in length.`);
    }
  }

  integer(owner: Fields, path: FormError['path'], largest: number): void {
    const value = owner[path.at(-1) ?? ''];
    if (value === undefined || value === null) return;
    if (!Number.isInteger(value))
      this.add(path, 'NUMBER_TYPE_COERCE', `Value "${String(value)}" is not int.`);
    else if (Number(value) < 0 || Number(value) > largest)
      this.add(path, 'NUMBER_TYPE_MAX', `int value should be between 0 and ${largest}.`);
  }

  url(owner: Fields, path: FormError['path']): void {
    const value = owner[path.at(-1) ?? ''];
    if (value === undefined || value === null) return;
    if (typeof value !== 'string' || !URL.canParse(value) || !/^(https?|attachment):/i.test(value))
      this.add(path, 'URL_TYPE_INVALID_URL', 'Not a well formed URL.');
  }
}

function checkUsername(form: Form, username: unknown): void {
  if (username === undefined || username === null) return;
  const length = typeof username === 'string' ? [...username].length : 0;
  if (length < 1 || length > LONGEST_USERNAME)
    form.add(['username'], 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${LONGEST_USERNAME} in length.`);
  else if (/discord|clyde/i.test(String(username)))
    form.add(['username'], 'USERNAME_INVALID_CONTAINS', 'Username cannot contain "discord" or "clyde"');
}

function checkMentions(form: Form, mentions: unknown): void {
  if (mentions === undefined || mentions === null) return;
  const kinds = isRecord(mentions) ? (mentions['parse'] ?? []) : undefined;
  if (!Array.isArray(kinds))
    form.add(['allowed_mentions'], 'MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
  else
    for (const [index, kind] of kinds.entries())
      if (!['roles', 'users', 'everyone'].includes(kind))
        form.add(
          ['allowed_mentions', 'parse', index],
          'BASE_TYPE_CHOICES',
          "Value must be one of ('roles', 'users', 'everyone').",
        );
}

function checkEmbeds(form: Form, embeds: readonly unknown[]): void {
  if (embeds.length > MOST_EMBEDS)
    form.add(['embeds'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MOST_EMBEDS} or fewer in length.`);
  form.counted = 0;
  for (const [index, embed] of embeds.entries()) checkEmbed(form, embed, ['embeds', index]);
  if (form.counted > LARGEST_EMBEDS)
    form.add(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', `Embed size exceeds maximum size of ${LARGEST_EMBEDS}`);
}

function checkEmbed(form: Form, embed: unknown, path: FormError['path']): void {
  if (!isRecord(embed))
    return form.add(path, 'MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
  form.text(embed, [...path, 'title'], 256, 'optional');
  form.text(embed, [...path, 'description'], 4096, 'optional');
  form.url(embed, [...path, 'url']);
  form.integer(embed, [...path, 'color'], LARGEST_COLOR);
  if (embed['timestamp'] !== undefined && Number.isNaN(Date.parse(String(embed['timestamp']))))
    form.add(
      [...path, 'timestamp'],
      'DATE_TIME_TYPE_PARSE',
      `Could not parse ${String(embed['timestamp'])}. Should be ISO8601.`,
    );
  const { footer, author } = embed as { footer?: unknown; author?: unknown };
  if (isRecord(footer)) form.text(footer, [...path, 'footer', 'text'], 2048, 'required');
  if (isRecord(author)) form.text(author, [...path, 'author', 'name'], 256, 'required');
  const fields = embed['fields'] ?? [];
  if (!Array.isArray(fields))
    return form.add([...path, 'fields'], 'LIST_TYPE_CONVERT', 'Only iterables may be used in a list');
  if (fields.length > MOST_FIELDS)
    form.add([...path, 'fields'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MOST_FIELDS} or fewer in length.`);
  for (const [index, field] of fields.entries()) {
    const at = [...path, 'fields', index];
    form.text(isRecord(field) ? field : {}, [...at, 'name'], 256, 'required');
    form.text(isRecord(field) ? field : {}, [...at, 'value'], 1024, 'required');
  }
}

/** Nothing to show: code 50006. */
export function isEmptyMessage(body: Fields): boolean {
  const hasText = typeof body['content'] === 'string' && body['content'].trim() !== '';
  const embeds = Array.isArray(body['embeds']) ? body['embeds'] : [];
  return !hasText && !embeds.some((embed) => isRecord(embed) && Object.keys(embed).length > 0);
}
