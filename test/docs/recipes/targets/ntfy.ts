/** Publishing as JSON: https://docs.ntfy.sh/publish/#publish-as-json, and `server/errors.go` of https://github.com/binwiederhier/ntfy */
import type { StandInRequest } from '../../../../src/simulator/stand-in.ts';
import { type Fields, isText, Refusal, startTarget, strangersIn, type Target } from './target.ts';

const KNOWN = [
  'topic',
  'title',
  'message',
  'priority',
  'tags',
  'click',
  'actions',
  'attach',
  'markdown',
  'icon',
];
const LONGEST_MESSAGE_BYTES = 4096;

const refuse = (code: number, error: string) => {
  const http = Math.floor(code / 100);
  return new Refusal(http, { code, http, error });
};

const isWhole = (value: unknown) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 5;
const isOptionalText = (value: unknown) => value === undefined || value === null || typeof value === 'string';

export function startNtfy(token: string, topic: string): Promise<Target> {
  return startTarget('ntfy', '/', (body: Fields, { headers }: StandInRequest) => {
    if (headers['authorization'] !== `Bearer ${token}`) throw refuse(40101, 'unauthorized');
    const { priority = 3, tags = [], title, message, click } = body;
    const isSound =
      strangersIn(body, KNOWN).length === 0 &&
      isWhole(priority) &&
      Array.isArray(tags) &&
      [title, message, click].every(isOptionalText);
    if (!isSound) throw refuse(40017, 'invalid request: request body must be message JSON');
    if (!/^[-_A-Za-z0-9]{1,64}$/.test(String(body['topic']))) throw refuse(40009, 'invalid topic');
    if (body['topic'] !== topic) throw refuse(40301, 'forbidden');
    if (!isText(message) || Buffer.byteLength(message) > LONGEST_MESSAGE_BYTES)
      throw refuse(40017, 'not a message');
    return { taken: `${title}: ${message}`, answer: { ...body, id: 'hwQ2YpKdmg', event: 'message' } };
  });
}
