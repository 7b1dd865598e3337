/** Every type of feed there is, and the form in which people write an announcement down. */
import { AgeEstimate } from './cryptolisting/age.ts';
import { decodeFrame, type FrameData, toNews } from './cryptolisting/frames.ts';
import type { News, Receipt } from './news.ts';

/** An announcement as text, in the wire form of `cryptolisting`; `undefined`: it is none. */
export function newsFrom(text: string, receipt: Receipt): News | undefined {
  const frame = decodeFrame(text);
  return frame.kind === 'announcement' ? toNews(frame, receipt) : undefined;
}

/** Reads frames as a connection of `cryptolisting` does, without one: for a rehearsal. */
export function rehearsedReader() {
  const age = new AgeEstimate();
  return (
    data: FrameData,
    feed: string,
    receivedMs: number,
    receivedTimestampUs: number,
  ): News | undefined => {
    const frame = decodeFrame(data);
    if (frame.kind !== 'announcement') return undefined;
    const { detectedTimestampUs, dispatchTimestampUs } = frame;
    const ageAtReceiptMs = age.announcement({
      ...{ detectedTimestampUs, dispatchTimestampUs },
      receivedMonotonicMs: receivedMs,
    });
    return toNews(frame, { feed, receivedTimestampUs, receivedMs, ageAtReceiptMs });
  };
}
