/** The text of a file as editors and shells write it: UTF-8 or UTF-16, with or without a byte order mark. */

/** Bytes that do not decode become U+FFFD, which the callers look for. */
export function decodeText(content: string | Uint8Array): string {
  const text = typeof content === 'string' ? content : new TextDecoder(encodingOf(content)).decode(content);
  // Old editors of a Mac end lines by a carriage return alone, which the parser does not take for an end.
  return text.replace(/^\uFEFF/, '').replace(/\r(?!\n)/g, '\n');
}

function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // Without a mark: the first two characters of every config are ASCII, so one byte of each is 0.
  if (bytes.length >= 4 && first !== 0 && second === 0 && bytes[2] !== 0 && bytes[3] === 0) return 'utf-16le';
  if (bytes.length >= 4 && first === 0 && second !== 0 && bytes[2] === 0 && bytes[3] !== 0) return 'utf-16be';
  return 'utf-8';
}
