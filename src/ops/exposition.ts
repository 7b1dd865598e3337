/**
 * The text of `/metrics`, written in bites: with thousands of destinations it is long, and an announcement that
 * comes meanwhile must not wait for it.
 */
import { type Metric, Registry } from 'prom-client';

/** Lines written before others have their turn: a fraction of a millisecond's work. */
const BITE = 200;

/** `breathe` lets others have their turn. */
export async function expositionOf(registry: Registry, breathe: () => Promise<void>): Promise<string> {
  const texts: string[] = [];
  // The types say that these are descriptions; they are the metrics.
  for (const metric of registry.getMetricsAsArray() as unknown as readonly Metric[]) {
    texts.push(await metricText(metric, breathe));
    // Some ask the system for something: together they would be long.
    await breathe();
  }
  return `${texts.join('\n\n')}\n`;
}

/** The library writes a metric as a whole: so it is shown several that have only some of the values. */
async function metricText(metric: Metric, breathe: () => Promise<void>): Promise<string> {
  const whole = await metric.get();
  const bites: string[] = [];
  for (let begin = 0; begin === 0 || begin < whole.values.length; begin += BITE) {
    const some = {
      name: whole.name,
      get: async () => ({ ...whole, values: whole.values.slice(begin, begin + BITE) }),
    };
    const registry = new Registry();
    registry.registerMetric(some as unknown as Metric);
    const text = await registry.getSingleMetricAsString(whole.name);
    // Its help and its type stand before the first.
    bites.push(begin === 0 ? text : text.split('\n').slice(2).join('\n'));
    if (begin + BITE < whole.values.length) await breathe();
  }
  return bites.join('\n');
}
