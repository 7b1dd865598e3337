/** Time zones as people write them that are none, or not the one that is meant: `KST`, `UTC+9`, `Seoul`. */
import { nearest } from '../platform/suggest.ts';
import { isZone, zoneNames } from '../platform/zone.ts';

/** Abbreviations, and countries. Some of them ICU accepts, as a fixed offset: summer time would be missed. */
const PLACES: Readonly<Record<string, string>> = {
  kst: 'Asia/Seoul',
  korea: 'Asia/Seoul',
  rok: 'Asia/Seoul',
  jst: 'Asia/Tokyo',
  japan: 'Asia/Tokyo',
  hkt: 'Asia/Hong_Kong',
  sgt: 'Asia/Singapore',
  china: 'Asia/Shanghai',
  prc: 'Asia/Shanghai',
  beijing: 'Asia/Shanghai',
  ict: 'Asia/Bangkok',
  wib: 'Asia/Jakarta',
  ist: 'Asia/Kolkata',
  india: 'Asia/Kolkata',
  gst: 'Asia/Dubai',
  msk: 'Europe/Moscow',
  trt: 'Europe/Istanbul',
  turkey: 'Europe/Istanbul',
  cet: 'Europe/Berlin',
  cest: 'Europe/Berlin',
  met: 'Europe/Berlin',
  eet: 'Europe/Kyiv',
  eest: 'Europe/Kyiv',
  wet: 'Europe/Lisbon',
  bst: 'Europe/London',
  uk: 'Europe/London',
  gb: 'Europe/London',
  brt: 'America/Sao_Paulo',
  est: 'America/New_York',
  edt: 'America/New_York',
  et: 'America/New_York',
  est5edt: 'America/New_York',
  cdt: 'America/Chicago',
  ct: 'America/Chicago',
  cst6cdt: 'America/Chicago',
  mst: 'America/Denver',
  mdt: 'America/Denver',
  mst7mdt: 'America/Denver',
  pst: 'America/Los_Angeles',
  pdt: 'America/Los_Angeles',
  pt: 'America/Los_Angeles',
  pst8pdt: 'America/Los_Angeles',
  hst: 'Pacific/Honolulu',
  aest: 'Australia/Sydney',
  aedt: 'Australia/Sydney',
};

const SEVERAL: Readonly<Record<string, string>> = {
  cst: 'CST means several zones: write Asia/Shanghai or America/Chicago',
  local: "leave `timezone` out for the machine's own",
  system: "leave `timezone` out for the machine's own",
  utc0: 'write UTC',
};

/** By whole hours of offset, a place that has no summer time; where there is none, one that has. */
const BY_OFFSET: Readonly<Record<number, string>> = {
  [-8]: 'America/Los_Angeles',
  [-7]: 'America/Phoenix',
  [-6]: 'America/Chicago',
  [-5]: 'America/New_York',
  [-3]: 'America/Sao_Paulo',
  0: 'UTC',
  1: 'Europe/Berlin',
  2: 'Europe/Kyiv',
  3: 'Europe/Istanbul',
  4: 'Asia/Dubai',
  7: 'Asia/Bangkok',
  8: 'Asia/Singapore',
  9: 'Asia/Seoul',
  10: 'Australia/Brisbane',
};

/** Words of a place: its own name, UTC or GMT. */
export const isPlace = (text: string): boolean =>
  (/^(utc|gmt)$/i.test(text) || text.includes('/')) && !/^etc\/gmt[+-]/i.test(text) && isZone(text);

/** Advice: the name to write instead. */
export function meantZone(text: string): string {
  const folded = text.trim().toLowerCase();
  const place = PLACES[folded];
  if (Object.hasOwn(PLACES, folded) && place !== undefined) return `write ${place}`;
  const several = SEVERAL[folded];
  if (Object.hasOwn(SEVERAL, folded) && several !== undefined) return several;
  const offset = /^(etc\/)?(?:utc|gmt)? ?([+-−]) ?(\d{1,2})(?::?00)?$/.exec(folded);
  if (offset !== null) return ofOffset(Number(offset[3]), offset[2] === '+', offset[1] !== undefined);
  if (/\d/.test(folded)) return 'write the name of a place, such as Asia/Seoul or Europe/Berlin';
  const names = zoneNames();
  const asPath = folded.replaceAll(/(?:(?<!\s)\s+)?[\\/]\s*/g, '/').replaceAll(' ', '_');
  const exact = names.find((name) => name.toLowerCase() === asPath);
  const city = exact ?? names.find((name) => name.toLowerCase().endsWith(`/${asPath}`));
  if (city !== undefined) return `write ${city}`;
  const best = nearest(text, names) ?? nearest(text, names.map(cityOf));
  const named = names.find((name) => name === best || cityOf(name) === best);
  return named === undefined
    ? 'write the name of a place, such as Asia/Seoul, Europe/Berlin or UTC'
    : `did you mean \`${named}\`?`;
}

const cityOf = (name: string) => name.slice(name.lastIndexOf('/') + 1);

/** The names `Etc/GMT+9` count the other way round. */
function ofOffset(hours: number, isPlus: boolean, isEtc: boolean): string {
  const place = BY_OFFSET[isPlus === isEtc ? -hours : hours];
  const known = place === undefined ? 'write the name of a place' : `write ${place}, or another place`;
  return isEtc ? `${known}; in the names Etc/GMT the signs are the other way round` : known;
}
