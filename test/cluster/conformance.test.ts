import { SharedModel } from '../support/cluster/model.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Bench, describeShared } from './conformance.ts';

async function modelBench(): Promise<Bench> {
  const clock = new FakeClock();
  const model = new SharedModel(clock);
  return {
    connect: () => model.connect(),
    pass: (ms) => clock.advance(ms),
    jump: async (ms) => {
      model.aheadMs += ms;
    },
    close: async () => undefined,
  };
}

describeShared('the model in memory', modelBench);
