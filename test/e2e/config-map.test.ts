/** A config that Kubernetes mounts: `config.yaml` is a link into `..data`, and that is swapped for another folder in one step. */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

const TOKEN = 'a-token-for-the-tests';
const MOUNTED = CONFIG.replace('server: { port: 0 }', `server: { host: 0.0.0.0, port: 0, token: ${TOKEN} }`);

/** As the kubelet does it: a new folder with a time in its name, a link to it beside `..data`, renamed over `..data`. */
class ConfigMapVolume {
  readonly #folder: string;
  #current = 0;

  constructor(folder: string, text: string) {
    this.#folder = folder;
    mkdirSync(folder);
    this.update(text);
    symlinkSync('..data/config.yaml', join(folder, 'config.yaml'));
  }

  update(text: string): void {
    const before = this.#current++;
    const name = `..2026_11_26_00_00_${this.#current}`;
    mkdirSync(join(this.#folder, name));
    writeFileSync(join(this.#folder, name, 'config.yaml'), text);
    symlinkSync(name, join(this.#folder, '..data_tmp'));
    renameSync(join(this.#folder, '..data_tmp'), join(this.#folder, '..data'));
    rmSync(join(this.#folder, `..2026_11_26_00_00_${before}`), { recursive: true, force: true });
  }
}

const listing = (ticker: string) => ({
  publisher: 'upbit',
  listingType: 'spot_listing',
  ticker,
  title: `${ticker} is listed`,
});

test.each(['SIGHUP', 'reload'])('a swapped ConfigMap is taken up by %s; a broken one is not', async (how) => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG);
  const volume = new ConfigMapVolume(join(workplace.folder, 'mounted'), MOUNTED);
  const file = ['-c', 'mounted/config.yaml'];
  await using bridge = workplace.start(['run', ...file], standIns.env);
  const { url } = await bridge.event('bridge.started');
  await bridge.event('feed.self_test_answered');
  const reload = async () => {
    if (how === 'SIGHUP') return bridge.kill('SIGHUP');
    const at = String(url).replace('0.0.0.0', '127.0.0.1');
    await using asked = workplace.start(['reload', ...file, '--url', at], standIns.env);
    await asked.finished;
  };
  // The kubelet asks by the address of the pod, without a token.
  const readyz = async () =>
    (await fetch(`${String(url).replace('0.0.0.0', '127.0.0.1')}/readyz`, { headers: { host: '10.1.2.3' } }))
      .status;
  await expect.poll(readyz).toBe(200);

  volume.update(MOUNTED.replace('send: [chat, group, bot]', 'send: [bot]'));
  await reload();
  expect(await bridge.event('config.reloaded')).toMatchObject({ changes: ['rules: ~ "all" (send)'] });
  standIns.feed.announce(listing('AFTER'));
  await standIns.bot.waitFor(1);

  volume.update(MOUNTED.replace('send: [chat, group, bot]', 'send: [nobody]'));
  await reload();
  await bridge.event('config.rejected');
  expect(await readyz()).toBe(503);
  volume.update(MOUNTED.replace('send: [chat, group, bot]', 'send: [bot]'));
  await reload();
  await expect.poll(readyz).toBe(200);
  expect(standIns.discord.received).toHaveLength(0);
});
