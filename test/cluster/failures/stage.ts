/** Nodes as built programs, each with its own way to a real PostgreSQL, steady news, and strict receivers. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause, setInterval } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { holdersAmong } from '../../../src/cluster/partitions.ts';
import { SCHEMA } from '../../../src/cluster/postgres/schema.ts';
import { type FeedServer, startFeedServer } from '../../../src/simulator/feed-server.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { WAIT_MS } from '../../support/limits.ts';
import type { PostgresServer } from '../../support/postgres/server.ts';
import { TestDatabase } from '../../support/postgres/shared.ts';
import { type Program, Workplace } from '../../support/program.ts';
import { KEY } from '../../support/stand-ins.ts';
import { type Counts, reckon } from './ledger.ts';
import { ADDED, CHAT, EVERYWHERE, NODES, Receivers } from './receivers.ts';

/** Between two looks. */
const LOOK_MS = 50;

/** Announcements. */
const SOME = 30;

export async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n * LOOK_MS < WAIT_MS; n++) {
    if (await look()) return;
    await pause(LOOK_MS);
  }
  throw new Error(`it never came to this: ${what}`);
}

export interface StartOptions {
  readonly wallAheadMs?: number;
  /** Another program than the built one. */
  readonly entry?: string;
  /** Under the name of another one. */
  readonly as?: string;
  /** Its rules send everything to `added` as well. */
  readonly hasMore?: boolean;
}

interface Running {
  readonly program: Program;
  readonly workplace: Workplace;
  readonly env: Readonly<Record<string, string>>;
}

const variable = (name: string) => `\${${name}}`;

const WRONG_CLOCK = fileURLToPath(new URL('wrong-clock.mjs', import.meta.url));
export const ENTRY = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

export class Stage implements AsyncDisposable {
  readonly server: PostgresServer;
  readonly database: TestDatabase;
  readonly #feed: FeedServer;
  readonly #receivers: Receivers;
  readonly #proxies = new Map<string, FaultProxy>();
  readonly #workplaces = new Map<string, Workplace>();
  readonly #running = new Map<string, Running>();
  readonly #titles: string[] = [];
  readonly #toChat = new Set<string>();
  /** Of what had ended, for all that the database knew, before each trouble. */
  readonly #told = new Map<string, number>();
  readonly #cleanup: AsyncDisposableStack;
  /** Of the news. */
  #isOver = true;

  private constructor(
    server: PostgresServer,
    parts: { readonly database: TestDatabase; readonly feed: FeedServer; readonly receivers: Receivers },
    cleanup: AsyncDisposableStack,
  ) {
    this.server = server;
    this.database = parts.database;
    this.#feed = parts.feed;
    this.#receivers = parts.receivers;
    this.#cleanup = cleanup;
  }

  static async open(server: PostgresServer): Promise<Stage> {
    await using cleanup = new AsyncDisposableStack();
    const database = cleanup.use(await TestDatabase.create('', server));
    const feed = cleanup.adopt(
      await startFeedServer({ cooldownMs: 0, connectionsPerMinute: 1000, heartbeatMs: 500 }),
      (one) => one.close(),
    );
    const receivers = cleanup.use(await Receivers.start());
    return new Stage(server, { database, feed, receivers }, cleanup.move());
  }

  /** Both are there, and each has its share. */
  async begin(ofA: StartOptions = {}, ofB: StartOptions = {}): Promise<void> {
    await Promise.all([this.start('a', ofA), this.start('b', ofB)]);
    await this.shared();
    this.announce({ toChat: true });
    await this.quiet();
  }

  /** Resolves when it reads. */
  async start(name: string, options: StartOptions = {}): Promise<Program> {
    const { wallAheadMs = 0, entry, as = name, hasMore = false } = options;
    const workplace = this.#workplaces.get(name) ?? this.#cleanup.use(new Workplace(''));
    this.#workplaces.set(name, workplace);
    workplace.write('config.yaml', this.#configOf(as, hasMore));
    const proxy = this.#proxies.get(name) ?? this.#cleanup.use(await FaultProxy.start(this.database.url()));
    this.#proxies.set(name, proxy);
    const env = {
      ...{ FEED_URL: this.#feed.url, FEED_KEY: KEY, DATABASE_URL: proxy.through(this.database.url()) },
      WALL_AHEAD_MS: `${wallAheadMs}`,
    };
    const node = [...(wallAheadMs === 0 ? [] : ['--import', WRONG_CLOCK]), entry ?? ENTRY];
    const program = this.#cleanup.use(workplace.start(['run'], env, node));
    this.#running.set(name, { program, workplace, env });
    await program.event('feed.live');
    return program;
  }

  program(name: string): Program {
    const running = this.#running.get(name);
    if (running === undefined) throw new Error(`${name} does not run`);
    return running.program;
  }

  /** Gives it another config, and resolves when that is in force. */
  async reconfigure(name: string, hasMore: boolean): Promise<void> {
    const program = this.program(name);
    const reloads = () => program.log.all.filter(({ msg }) => msg === 'config.reloaded').length;
    const before = reloads();
    this.#workplaces.get(name)?.write('config.yaml', this.#configOf(name, hasMore));
    program.kill('SIGHUP');
    await until(`${name} has its new config`, () => reloads() > before);
  }

  /** A command of the program, with the config of that node. */
  async command(name: string, ...args: readonly string[]): Promise<void> {
    const { program, workplace, env } = this.#running.get(name) ?? {};
    if (program === undefined || workplace === undefined) throw new Error(`${name} does not run`);
    const { url } = await program.event('bridge.started');
    const command = workplace.start([...args, '--url', String(url)], env, [ENTRY]);
    const { code } = await command.finished;
    if (code !== 0) throw new Error(`${args.join(' ')}: ${code} ${command.stdout} ${command.stderr}`);
  }

  /** The way of that node into the database. */
  way(name: string): FaultProxy {
    const proxy = this.#proxies.get(name);
    if (proxy === undefined) throw new Error(`${name} was never started`);
    return proxy;
  }

  /** Each of these nodes, and nobody else, holds what it is to hold. */
  async shared(names: readonly string[] = NODES): Promise<void> {
    const wanted = holdersAmong(names).join();
    await until(`${names.join()} share everything`, async () => {
      const rows = await this.#asked<{ node: string }>(`
        SELECT l.node FROM ${SCHEMA}.leases l JOIN ${SCHEMA}.nodes n ON n.node = l.node AND n.life = l.life
        WHERE n.until > clock_timestamp() ORDER BY partition`);
      return rows.map(({ node }) => node).join() === wanted;
    });
  }

  announce({ toChat = false } = {}): void {
    const title = `announcement ${this.#titles.length} ${randomUUID().slice(0, 4)}`;
    this.#titles.push(title);
    if (toChat) this.#toChat.add(title);
    this.#feed.announce({
      ...{ publisher: 'upbit', listingType: 'spot_listing', ticker: toChat ? 'CHAT' : 'ABC' },
      title,
    });
  }

  /** `count` announcements, so many a second. */
  async news(count: number, perSecond: number): Promise<void> {
    const beganMs = performance.now();
    this.#isOver = false;
    let done = 0;
    for await (const _ of setInterval(10)) {
      const due = Math.min(count, Math.ceil(((performance.now() - beganMs) / 1000) * perSecond));
      for (; done < due; done++) this.announce();
      if (done === count) break;
    }
    this.#isOver = true;
  }

  /** Some more of the news is there. */
  async some(): Promise<void> {
    const before = this.#titles.length;
    await until('more news', () => this.#isOver || this.#titles.length >= before + SOME);
  }

  /** From now on something is wrong. Whatever is known to have ended by now is never sent again. */
  async note(): Promise<void> {
    const ended = await this.#asked<{ id: string }>(
      `SELECT id FROM ${SCHEMA}.ends WHERE state NOT IN ('begun', 'free')`,
    );
    const came = Map.groupBy(this.#receivers.received, ({ id }) => id);
    for (const { id } of ended) if (!this.#told.has(id)) this.#told.set(id, came.get(id)?.length ?? 0);
  }

  /** Everything is in the log, and all of it has ended. */
  async quiet(): Promise<void> {
    let last = '';
    const isQuiet = async () => {
      const [{ log = 0, planned = 0, ended = 0 } = {}] = await this.#asked<{
        log: number;
        planned: number;
        ended: number;
      }>(`SELECT (SELECT count(*)::int FROM ${SCHEMA}.log WHERE body LIKE '%"title":"announcement %') AS log,
        (SELECT COALESCE(sum(regexp_count(plan, '"rule":')), 0)::int FROM ${SCHEMA}.plans) AS planned,
        (SELECT count(*)::int FROM ${SCHEMA}.ends WHERE state NOT IN ('begun', 'free')) AS ended`);
      last = `${log} of ${this.#titles.length} are in the log, ${ended} of ${planned} have ended`;
      // More may have ended than was planned by whoever read it first: of these, each.
      return log >= this.#titles.length && ended >= planned && (await this.#missing()).length === 0;
    };
    try {
      await until('', isQuiet);
    } catch {
      throw new Error(`it never becomes quiet: ${last}; ${JSON.stringify(await this.#missing())}`);
    }
  }

  /** Deliveries of the plans that have not ended, by destination and how far they are. */
  async #missing(): Promise<readonly object[]> {
    return this.#asked(`
      SELECT pair->1->>'destination' AS destination, COALESCE(e.state, 'none') AS state, count(*)::int
      FROM ${SCHEMA}.plans, json_array_elements(('[' || plan || ']')::json) AS pair
        LEFT JOIN ${SCHEMA}.ends e ON e.id = pair->1->>'id'
      WHERE COALESCE(e.state, 'none') IN ('none', 'begun', 'free') GROUP BY 1, 2 ORDER BY 1, 2`);
  }

  /** Gone at the end. */
  use<Part extends Disposable>(part: Part): Part {
    return this.#cleanup.use(part);
  }

  counts(): Counts {
    return reckon({
      ...{ titles: this.#titles, toChat: this.#toChat, told: this.#told },
      ...{ received: this.#receivers.received, overLimit: this.#receivers.overLimit },
    });
  }

  /** How often each node has logged it. */
  logged(event: string): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#running].map(([name, { program }]) => [
        name,
        program.log.all.filter(({ msg }) => msg === event).length,
      ]),
    );
  }

  /** Came to the destination that only one node's rules have. */
  get added(): readonly string[] {
    return this.#receivers.received
      .filter(({ destination }) => destination === ADDED)
      .map(({ title }) => title);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#cleanup.disposeAsync();
  }

  async #asked<Row extends Record<string, unknown>>(sql: string): Promise<readonly Row[]> {
    return this.server.query<Row>(this.database.name, sql).catch(() => []);
  }

  #configOf(node: string, hasMore: boolean): string {
    return JSON.stringify({
      feeds: [{ name: 'one', url: variable('FEED_URL'), apiKey: variable('FEED_KEY') }],
      defaults: { webhook: { maxAge: '10m', timeout: '10s' }, discord: { timeout: '10s' } },
      destinations: this.#receivers.destinations,
      rules: [
        { name: 'all', match: {}, send: EVERYWHERE },
        { name: 'chat', match: { ticker: 'CHAT' }, send: [CHAT] },
        ...(hasMore ? [{ name: 'more', match: {}, send: [ADDED] }] : []),
      ],
      store: { path: `./${node}.db` },
      server: { port: 0, token: 'a-token-for-the-tests' },
      cluster: { url: variable('DATABASE_URL'), node },
      log: { format: 'json' },
    });
  }
}
