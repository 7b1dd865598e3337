import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { proxyFromEnvironment as fromEnvironment, proxyIn } from '../../src/platform/proxy.ts';

const proxyFromEnvironment = (address: string, env: Readonly<Record<string, string>>) =>
  fromEnvironment(address, (name) => env[name]);

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a proxy as people write it', () => {
  test.each([
    ['http://proxy.example:3128', { host: 'proxy.example', port: 3128, isSecure: false }],
    ['proxy.example:3128', { host: 'proxy.example', port: 3128, isSecure: false }],
    ['http://proxy.example', { host: 'proxy.example', port: 80, isSecure: false }],
    ['https://proxy.example/', { host: 'proxy.example', port: 443, isSecure: true }],
    ['http://[::1]:8080', { host: '::1', port: 8080, isSecure: false }],
    ['http://user:pass@h:1', { host: 'h', port: 1, authorization: `Basic ${base64('user:pass')}` }],
    ['http://user@h:1', { host: 'h', port: 1, authorization: `Basic ${base64('user:')}` }],
    ['http://us%40er:p%3Ass%25@h:1', { host: 'h', port: 1, authorization: `Basic ${base64('us@er:p:ss%')}` }],
  ])('%s', (text, proxy) => {
    expect(proxyIn(text)).toMatchObject(proxy);
  });

  test.each(['socks5://h:1080', 'ftp://h', 'http://', 'http://h:99999', '://', 'a b'])('none: %s', (text) => {
    expect(proxyIn(text)).toBeUndefined();
  });
});

describe('the proxy of the environment', () => {
  const PROXIES = { HTTP_PROXY: 'http://plain:1', HTTPS_PROXY: 'http://secure:2' };

  test.each([
    ['http://a.example/x', 'http://plain:1'],
    ['ws://a.example', 'http://plain:1'],
    ['https://a.example/x', 'http://secure:2'],
    ['wss://a.example', 'http://secure:2'],
    ['http://127.0.0.1:9000', undefined],
    ['http://localhost:9000', undefined],
    ['https://[::1]:9000', undefined],
  ])('%s: %s', (address, proxy) => {
    expect(proxyFromEnvironment(address, PROXIES)).toBe(proxy);
  });

  test('either case; the small ones come first; empty is none', () => {
    expect(proxyFromEnvironment('https://a.example', { https_proxy: 'http://small:1' })).toBe(
      'http://small:1',
    );
    expect(proxyFromEnvironment('https://a.example', { https_proxy: 'http://small:1', ...PROXIES })).toBe(
      'http://small:1',
    );
    expect(proxyFromEnvironment('https://a.example', { https_proxy: ' ', ...PROXIES })).toBeUndefined();
    expect(proxyFromEnvironment('https://a.example', {})).toBeUndefined();
  });

  test.each([
    ['*', true],
    ['example.com', true],
    ['.example.com', true],
    ['*.example.com', true],
    ['EXAMPLE.com', true],
    ['api.example.com', true],
    ['other.com, example.com', true],
    ['other.com example.com', true],
    ['api.example.com:443', true],
    ['api.example.com:8443', false],
    ['ple.com', false],
    ['example.com.evil', false],
    ['.', false],
    [', ,', false],
    ['', false],
  ])('NO_PROXY=%j leaves https://api.example.com out: %s', (list, isOut) => {
    for (const name of ['NO_PROXY', 'no_proxy'])
      expect(proxyFromEnvironment('https://api.example.com/x', { ...PROXIES, [name]: list })).toBe(
        isOut ? undefined : 'http://secure:2',
      );
  });

  test.each([
    ['http://10.1.2.3', '10.1.2.3', true],
    ['http://10.1.2.3', '10.0.0.0/8', true],
    ['http://10.1.2.3:81', '10.1.2.3:81', true],
    ['http://11.1.2.3', '10.0.0.0/8', false],
    ['http://10.1.2.3', '10.0.0.0/99', false],
    ['http://[fd00::1]', 'fd00::/8', true],
    ['http://[fe00::1]', 'fd00::/8', false],
    ['http://[fd00::1]', '[fd00::1]', true],
    ['http://[fd00::1]:81', '[fd00::1]:81', true],
  ])('%s, NO_PROXY=%s: %s', (address, list, isOut) => {
    expect(proxyFromEnvironment(address, { ...PROXIES, NO_PROXY: list })).toBe(
      isOut ? undefined : 'http://plain:1',
    );
  });

  test('no value of NO_PROXY is an error', () => {
    fc.assert(
      fc.property(fc.string(), (list) => {
        const proxy = proxyFromEnvironment('https://api.example.com', { ...PROXIES, NO_PROXY: list });
        expect([undefined, 'http://secure:2']).toContain(proxy);
      }),
    );
  });
});
