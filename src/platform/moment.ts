/** A moment as a test or a flag names it: `2026-11-25T09:30:00+09:00`, `2026-11-25 09:30`; without an offset by the clock of this machine. */

const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?) ?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Epoch ms; `undefined` for what is no such time. */
export function momentMs(text: string): number | undefined {
  const [, day = '', time = '00:00', offset = ''] = MOMENT.exec(text.trim()) ?? [];
  const zone = offset.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2').toUpperCase();
  const ms = Date.parse(`${day}T${time}${zone}`);
  // `Date.parse` takes 31 April for 1 May.
  const isDay = new Date(`${day}T00:00Z`).toJSON()?.startsWith(day) === true;
  return Number.isNaN(ms) || !isDay ? undefined : ms;
}
