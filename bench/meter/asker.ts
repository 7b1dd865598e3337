/** Asks a subject over HTTP, one question after the other over one connection, and reads each answer whole. */
import { Agent, request } from 'node:http';
import type { Span } from './loop.ts';

export interface Question {
  readonly method: string;
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface Answer extends Span {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export type Ask = (question: Question) => Promise<Answer>;

export const nameOf = ({ method, path }: Question): string => `${method} ${path}`;

/** Pages are asked for as a browser does it. */
export function asker(port: number, token: string): Ask {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return ({ method, path, body }) =>
    new Promise((resolve, reject) => {
      const headers = {
        accept: path.startsWith('/api/') ? 'application/json' : 'text/html',
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      };
      const beginMs = performance.now();
      request({ host: '127.0.0.1', port, path, method, agent, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () =>
          resolve({
            ...{ beginMs, endMs: performance.now(), status: answer.statusCode ?? 0 },
            type: answer.headers['content-type'] ?? '',
            text: Buffer.concat(parts).toString(),
          }),
        );
      })
        .on('error', reject)
        .end(body === undefined ? undefined : JSON.stringify(body));
    });
}
