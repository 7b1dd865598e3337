/** A sample to a destination that stands in no config yet: `init` tries an answer before it is written down. */

import { secretKnowledge } from '../config/secret-knowledge.ts';
import { redactorFor } from '../config/secret-places.ts';
import { destinationTypes } from '../destinations/index.ts';
import { prepareDestinations } from '../destinations/prepared.ts';
import { typeOf } from '../destinations/registry.ts';
import { plainSample } from './announcement-input.ts';
import type { Io } from './io.ts';
import { notSent, type SampleReport, sampleFor, sendSample } from './sample.ts';

/**
 * `written`: the options as they would stand under `destinations:`, with `type`, their secrets in clear. Options that
 * the type does not accept are a report too, and nothing is sent.
 */
export async function tryDestination(
  name: string,
  written: Readonly<Record<string, unknown>> & { readonly type: string },
  io: Pick<Io, 'clock' | 'random' | 'signal' | 'version' | 'destinationTypes'>,
): Promise<SampleReport> {
  const types = io.destinationTypes ?? destinationTypes;
  const { success, data: options, error } = typeOf(written, types).schema.safeParse(written);
  if (!success) {
    const [issue] = error.issues;
    const key = issue?.path.join('.') ?? '';
    return notSent(name, `\`${key}\` is not accepted: ${issue?.message ?? error.message}.`, 'bad_options');
  }
  const { redact } = redactorFor([], options, secretKnowledge(types));
  const [prepared] = prepareDestinations({
    destinations: { [name]: options },
    templates: {},
    rules: [],
    types,
  });
  if (prepared === undefined) throw new Error('one destination was given');
  return sendSample(sampleFor(prepared, plainSample(io), {}), redact, io);
}
