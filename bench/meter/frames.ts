/** Announcements as the service sends them, each with a number by which the receiver knows it again. */

/** Around the number in the title; every subject sends the title. */
const MARK = '~';
const MARK_BYTE = MARK.charCodeAt(0);

let last = 0;

/** Of the next announcement; unique in a run. */
export const nextSequence = (): number => ++last;

/** As long as a usual one (about 400 bytes). Stamps are now, so that nothing is too old to be sent. */
export function announcementFrame(sequence: number): Buffer {
  const nowUs = Math.round((performance.timeOrigin + performance.now()) * 1000);
  return Buffer.from(
    JSON.stringify({
      type: 'announcement',
      title: `벤치 코인(B${sequence}) 신규 거래지원 안내 (KRW, BTC, USDT 마켓) ${MARK}${sequence}${MARK}`,
      ticker: `B${sequence}`,
      publisher: 'upbit',
      listingType: 'spot_listing',
      publishTimestampUs: nowUs - 250_000,
      detectedTimestampUs: nowUs - 2_000,
      dispatchTimestampUs: nowUs - 1_000,
      abnormalDetectionLatency: false,
    }),
  );
}

/** `undefined` for what is no announcement of ours. */
export function sequenceIn(body: Buffer): number | undefined {
  const begin = body.indexOf(MARK_BYTE);
  const end = body.indexOf(MARK_BYTE, begin + 1);
  return begin < 0 || end < 0 ? undefined : Number(body.toString('latin1', begin + 1, end));
}

export const WELCOME = JSON.stringify({
  type: 'welcome',
  tier: 'bench',
  allowedCex: '*',
  expiresInSecs: null,
});

export function heartbeatFrame(): string {
  const now = new Date();
  return JSON.stringify({
    type: 'heartbeat',
    timestampNs: now.getTime() * 1e6,
    timeUtc: now.toISOString(),
  });
}

export function selfTestFrame(): Buffer {
  const nowUs = Math.round((performance.timeOrigin + performance.now()) * 1000);
  return Buffer.from(
    JSON.stringify({
      type: 'test_announcement',
      title: 'Test listing announcement (DUMMYTOKEN)',
      ticker: 'DUMMYTOKEN',
      publisher: 'binance',
      listingType: 'spot_listing',
      detectedTimestampUs: nowUs,
      dispatchTimestampUs: nowUs,
    }),
  );
}
