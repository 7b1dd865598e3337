/**
 * Two things that undici's parser of answers is too strict about. In both the receiver has acted, and its answer would
 * be lost. If undici ever keeps its parser elsewhere, this does nothing.
 *
 * It hangs up on a `100 Continue` that it has not asked for. Some servers say it to every request with a body, and it
 * means nothing: https://www.rfc-editor.org/rfc/rfc9110#status.100. So it is taken for another word of the same kind.
 *
 * And it throws away a whole answer for one header that is not as it should be (no CR before LF, two lengths), which
 * small bots write: the status, which has been read by then, is put into the error.
 */
const CONTINUE = 100;
const PROCESSING = 102;

/** By the errors that bring one. */
const statuses = new WeakMap<object, number>();

/** Of an answer that could not be read to the end of its headers. */
export const statusBefore = (error: object): number | undefined => statuses.get(error);

/** `socket`: once undici has it. Says whether the parser was found. */
export function forgive(socket: object): boolean {
  const parser = symbolNamed(socket, 'parser');
  const onHeaders = methodOf(parser, 'onHeadersComplete');
  const createError = methodOf(parser, 'createError');
  if (!isObject(parser) || onHeaders === undefined || createError === undefined) return false;
  let isFirst = true;
  Reflect.set(parser, 'onHeadersComplete', (status: number, ...rest: unknown[]): unknown => {
    isFirst = false;
    return onHeaders.call(parser, status === CONTINUE ? PROCESSING : status, ...rest);
  });
  Reflect.set(parser, 'createError', (...cause: unknown[]): unknown => {
    const error = createError.apply(parser, cause);
    // On a connection that has answered before it could be the status of that answer.
    const status = isFirst ? statusReadBy(parser) : undefined;
    if (status !== undefined && isObject(error)) statuses.set(error, status);
    return error;
  });
  return true;
}

/** The part of the status line that has been read. */
function statusReadBy(parser: object): number | undefined {
  const llhttp = Reflect.get(parser, 'llhttp');
  const read = methodOf(llhttp, 'llhttp_get_status_code')?.call(llhttp, Reflect.get(parser, 'ptr'));
  return typeof read === 'number' && read >= 200 && read <= 999 ? read : undefined;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function symbolNamed(owner: object, description: string): unknown {
  const name = Object.getOwnPropertySymbols(owner).find((symbol) => symbol.description === description);
  return name === undefined ? undefined : Reflect.get(owner, name);
}

function methodOf(owner: unknown, name: string): ((...args: unknown[]) => unknown) | undefined {
  const method: unknown = isObject(owner) ? Reflect.get(owner, name) : undefined;
  return typeof method === 'function' ? (method as (...args: unknown[]) => unknown) : undefined;
}
