/** One JSON request over real HTTP, and its whole answer. */
import { request } from 'undici';

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface PostOptions {
  readonly method?: 'POST' | 'GET' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A text goes out as it is, anything else as JSON. */
export async function post(url: string, body: unknown, options: PostOptions = {}): Promise<Answered> {
  const { method = 'POST', headers, signal } = options;
  const response = await request(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal && { signal }),
    reset: true,
  });
  const text = await response.body.text();
  const isJson = String(response.headers['content-type']).startsWith('application/json');
  return { status: response.statusCode, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
