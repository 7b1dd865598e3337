/** The shared form of the stand-ins of `test/docs/recipes`: each checks what its platform checks, and records what it understood. */
import type { IncomingHttpHeaders } from 'node:http';
import {
  jsonOf,
  type Reply,
  type StandIn,
  type StandInRequest,
  startStandIn,
} from '../../../../src/simulator/stand-in.ts';

/** A message that reached the platform. */
export interface Message {
  /** The symbol of the order, or the text of the message; `undefined`: refused. */
  readonly taken: string | undefined;
  /** The reason of a refusal, in the words of the platform. */
  readonly refused: string | undefined;
  readonly body: unknown;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

export type Target = StandIn<Message>;

export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(typeof body === 'string' ? body : JSON.stringify(body));
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export interface Understood {
  readonly taken: string;
  readonly status?: number;
  readonly answer: unknown;
}

/** `understand` throws `Refusal`. A GET or OPTIONS only opens the connection early, and answers 405 as most do. */
export function startTarget(
  name: string,
  path: string,
  understand: (body: Fields, request: StandInRequest) => Understood,
  notFound: Refusal = new Refusal(404, 'Not Found'),
): Promise<Target> {
  const handle = (request: StandInRequest): Reply<Message> => {
    const { method, headers, body: text } = request;
    if (method !== 'POST') return { status: 405 };
    const body = jsonOf(request);
    const common = { body, text, headers };
    try {
      if (request.path !== path) throw notFound;
      const { taken, status = 200, answer } = understand((body ?? {}) as Fields, request);
      return { status, body: answer, received: { ...common, taken, refused: undefined } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const received = { ...common, taken: undefined, refused: error.message };
      return { status: error.status, headers: error.headers, body: error.body, received };
    }
  };
  return startStandIn(`${name} message`, handle, {});
}

/** ISO 8601 with a zone, in ms since 1970. */
export function momentOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/.test(value)) return undefined;
  return Date.parse(value);
}

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The names that are not among those known. */
export const strangersIn = (body: Fields, known: readonly string[]): readonly string[] =>
  Object.keys(body).filter((key) => !known.includes(key));
