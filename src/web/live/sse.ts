/** Server-sent events as text: https://html.spec.whatwg.org/multipage/server-sent-events.html */

const encoder = new TextEncoder();

/** In ms; a browser asks again so long after a connection has ended. */
const RETRY_MS = 2000;

export const SSE_RETRY = `retry: ${RETRY_MS}\n\n`;

/** No event: only how far the viewer is, which it names when it comes back. A comment keeps the connection. */
export const sseMark = (id: string): string => `:\nid: ${id}\n\n`;

export const sseEvent = (kind: string, data: string, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${kind}\n${data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;

/** The viewer has missed what cannot be sent again. */
export const sseReset = (id: string): string =>
  sseEvent(
    'reset',
    JSON.stringify({ problem: 'events were missed: read the state again', code: 'reset' }),
    id,
  );

export type Bytes = Uint8Array<ArrayBuffer>;

export const bytesOf = (text: string): Bytes => encoder.encode(text);

/** Where a viewer was: as a browser says it when it comes back, or a program in the address. */
export function lastIdOf(request: {
  header(name: string): string | undefined;
  query(name: string): string | undefined;
}): string | undefined {
  const id = request.header('last-event-id') ?? request.query('lastEventId');
  return id === '' ? undefined : id;
}
