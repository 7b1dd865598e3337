/** A field that is in the frame, and not in a form that can be read: the announcement goes on without it, and somebody should know. */

export interface UnreadField {
  /** As in `map`. */
  readonly field: string;
  readonly path: string;
  /** Its form in a few words, never itself. */
  readonly form: string;
}

/** Sources write null and empty text for what they do not know. */
export const isFilledIn = (value: unknown): boolean =>
  value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');

export const unreadField = (field: string, path: string, value: unknown): UnreadField => ({
  field,
  path,
  form: formOf(value),
});

function formOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list of something else than text';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'string' ? 'text in another form' : 'a number in another unit';
}
