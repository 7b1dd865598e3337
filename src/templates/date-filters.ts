/**
 * Liquid's date filters, always UTC unless the template names a zone: liquidjs goes by the zone and the language
 * of the machine. `now` is when the announcement was received, so that what is rendered again is the same.
 */
import type { Context, Liquid } from 'liquidjs';
import { momentUs } from './moment.ts';
import { strftime } from './strftime.ts';
import { offsetMinutes } from './zone.ts';

interface Filter {
  readonly context: Context;
}

/** As liquidjs: what is no moment stays as it is. */
function written({ context }: Filter, value: unknown, format: string, zone?: unknown): unknown {
  const { receivedTimestampUs } = context.environments as { readonly receivedTimestampUs?: number };
  const us = momentUs(value, receivedTimestampUs ?? 0);
  if (us === undefined) return value;
  return strftime(us, format, offsetMinutes(zone, us / 1000));
}

/** liquidjs' own default (`dateFormat`). */
const DEFAULT_FORMAT = '%A, %B %-e, %Y at %-l:%M %P %z';

export function registerDateFilters(engine: Liquid): void {
  const register = (name: string, filter: (this: Filter, value: unknown, ...rest: unknown[]) => unknown) =>
    engine.registerFilter(name, filter as Parameters<Liquid['registerFilter']>[1]);
  register('date', function (value, format, zone) {
    return written(this, value, typeof format === 'string' ? format : DEFAULT_FORMAT, zone);
  });
  register('date_to_xmlschema', function (value) {
    return written(this, value, '%Y-%m-%dT%H:%M:%S%:z');
  });
  register('date_to_rfc822', function (value) {
    return written(this, value, '%a, %d %b %Y %H:%M:%S %z');
  });
  register('date_to_string', function (value, type, style) {
    return written(this, value, dayFormat('%b', type, style));
  });
  register('date_to_long_string', function (value, type, style) {
    return written(this, value, dayFormat('%B', type, style));
  });
}

/** As Jekyll's: `3rd Jan 2026`, `Jan 3rd, 2026`. */
function dayFormat(month: string, type: unknown, style: unknown): string {
  if (type !== 'ordinal') return `%d ${month} %Y`;
  return style === 'US' ? `${month} %-d%q, %Y` : `%-d%q ${month} %Y`;
}
