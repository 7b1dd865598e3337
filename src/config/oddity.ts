/** A mistake in one text or pattern of a condition, and its words. */

export interface Oddity {
  readonly message: string;
  readonly hint: string;
  /** No announcement has such a value. */
  readonly never: boolean;
}

export const never = (message: string, hint: string): Oddity => ({ message, hint, never: true });
export const doubtful = (message: string, hint: string): Oddity => ({ message, hint, never: false });

export const shown = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
