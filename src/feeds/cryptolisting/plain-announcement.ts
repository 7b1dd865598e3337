/**
 * Reads an announcement that is as the documentation says, field by field, which is nearly every one: there is nothing
 * to repair and nothing to keep beside the fields. Whatever is odd about one is left to the reader that repairs
 * (`frames.ts`); of these the two read the same (test/feeds/cryptolisting/plain-announcement.test.ts).
 */
import { boundedExtra, type Extra } from '../extra.ts';
import type { Reading } from '../news.ts';

/** A publisher or a listing type. */
const WORD = /^[a-z][a-z0-9_]*$/;

/** µs since epoch have so many digits from 2001 to 2286; in any other unit it would have to be converted. */
const isStamp = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 1e15 && Number(value) < 1e16;

const isAbsentOrStamp = (value: unknown): value is number | undefined =>
  value === undefined || isStamp(value);

/** Not blank: a frame with neither a title nor a ticker is no announcement. */
const isTitle = (value: unknown): value is string =>
  typeof value === 'string' && /\S/.test(value) && value.isWellFormed();

const isTicker = (value: unknown): value is string => typeof value === 'string' && value.isWellFormed();

const isWord = (value: unknown): value is string => typeof value === 'string' && WORD.test(value);

const isAbsentOrFlag = (value: unknown): value is boolean | undefined =>
  value === undefined || typeof value === 'boolean';

type Fields = Readonly<Partial<Record<keyof Reading | 'abnormalDetectionLatency', unknown>>>;

/** The type, and the four that each must have. */
const OBLIGATORY = 5;

/** `undefined`: it is not as documented, or says more. */
export function plainAnnouncement(
  type: string,
  fields: Extra,
): (Reading & { readonly kind: 'announcement' }) | undefined {
  const { title, ticker, publisher, listingType, abnormalDetectionLatency } = fields as Fields;
  const { publishTimestampUs, detectedTimestampUs, dispatchTimestampUs } = fields as Fields;
  if (!isTitle(title) || !isTicker(ticker) || !isWord(publisher) || !isWord(listingType)) return undefined;
  if (!isAbsentOrStamp(publishTimestampUs) || !isAbsentOrStamp(detectedTimestampUs)) return undefined;
  if (!isAbsentOrStamp(dispatchTimestampUs) || !isAbsentOrFlag(abnormalDetectionLatency)) return undefined;
  let rest = OBLIGATORY;
  if (publishTimestampUs !== undefined) rest++;
  if (detectedTimestampUs !== undefined) rest++;
  if (dispatchTimestampUs !== undefined) rest++;
  if (abnormalDetectionLatency !== undefined) rest++;
  for (const _ in fields) rest--;
  if (rest !== 0) return undefined;
  return {
    kind: 'announcement',
    type,
    test: type === 'test_announcement',
    title,
    ticker,
    publisher,
    listingType,
    publishTimestampUs,
    detectedTimestampUs,
    dispatchTimestampUs,
    abnormal: abnormalDetectionLatency ?? false,
    extra: boundedExtra(fields, []),
  };
}
