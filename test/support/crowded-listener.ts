/** A receiver that does not answer the first packet of a connection: its queue is full and it takes none out. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** Reads its orders from the shared word: 0 = take nothing out, 1 = go on. */
const LISTEN = `
const { parentPort, workerData } = require('node:worker_threads');
const { createServer } = require('node:net');
const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => socket.end(workerData.answer));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(workerData.order, 0, 0);
});
`;

/** A queue of length 1 holds two: the system counts from 0. A later client gets no answer. */
const QUEUED = 2;

export class CrowdedListener implements AsyncDisposable {
  readonly port: number;
  readonly #worker: Worker;
  readonly #order: Int32Array;
  readonly #crowd: readonly Socket[];

  private constructor(port: number, worker: Worker, order: Int32Array, crowd: readonly Socket[]) {
    this.port = port;
    this.#worker = worker;
    this.#order = order;
    this.#crowd = crowd;
  }

  /** On 127.0.0.1. `answer`: what each connection that speaks gets, once it was opened. */
  static async start(answer: string): Promise<CrowdedListener> {
    const order = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(LISTEN, { eval: true, workerData: { order, answer } });
    const [port] = (await once(worker, 'message')) as [number];
    const crowd = Array.from({ length: QUEUED }, () => connect({ port, host: '127.0.0.1' }));
    for (const socket of crowd) socket.on('error', () => undefined);
    await Promise.all(crowd.map((socket) => once(socket, 'connect')));
    return new CrowdedListener(port, worker, order, crowd);
  }

  /** From now on it answers; the system repeats a first packet after a second. */
  open(): void {
    Atomics.store(this.#order, 0, 1);
    Atomics.notify(this.#order, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.open();
    for (const socket of this.#crowd) socket.destroy();
    await this.#worker.terminate();
  }
}
