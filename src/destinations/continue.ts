/**
 * undici hangs up on a `100 Continue` that it has not asked for, and the answer behind it is lost: the receiver has
 * acted, and nobody knows. Some servers say it to every request with a body, and it means nothing:
 * https://www.rfc-editor.org/rfc/rfc9110#status.100. So the parser takes it for another word of the same kind.
 * If undici ever keeps its parser elsewhere, this does nothing.
 */
const CONTINUE = 100;
const PROCESSING = 102;

/** `socket`: once undici has it. Says whether the parser was found. */
export function allowContinue(socket: object): boolean {
  const name = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'parser');
  const parser: unknown = name === undefined ? undefined : Reflect.get(socket, name);
  if (typeof parser !== 'object' || parser === null) return false;
  const onHeaders: unknown = Reflect.get(parser, 'onHeadersComplete');
  if (typeof onHeaders !== 'function') return false;
  return Reflect.set(parser, 'onHeadersComplete', (status: number, ...rest: unknown[]): unknown =>
    onHeaders.call(parser, status === CONTINUE ? PROCESSING : status, ...rest),
  );
}
