/** Makes the bridge's own metrics, all with its prefix, and remembers what each is for `docs/metrics.md`. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const PREFIX = 'listing_bridge_';

/** From a fraction of a millisecond (the way through the bridge) to the patience of a chat. */
const SECONDS = [
  0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800,
];

export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
}

export class MetricMaker {
  readonly descriptions: MetricDescription[] = [];
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  counter<Label extends string = never>(name: string, help: string, ...labels: Label[]): Counter<Label> {
    return new Counter(this.#options('counter', name, help, labels));
  }

  gauge<Label extends string = never>(name: string, help: string, ...labels: Label[]): Gauge<Label> {
    return new Gauge(this.#options('gauge', name, help, labels));
  }

  /** Of seconds. */
  histogram<Label extends string = never>(name: string, help: string, ...labels: Label[]): Histogram<Label> {
    return new Histogram({ ...this.#options('histogram', name, help, labels), buckets: SECONDS });
  }

  #options<Label extends string>(
    type: MetricDescription['type'],
    name: string,
    help: string,
    labels: readonly Label[],
  ) {
    this.descriptions.push({ name: PREFIX + name, type, labels, help });
    return { name: PREFIX + name, help, labelNames: labels, registers: [this.#registry] };
  }
}
