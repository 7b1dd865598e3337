/** The way to an address, as a feed or a destination configures it: through which proxy, and which certificates count. */
import { z } from 'zod';
import { flag, text } from './fields.ts';
import { type HttpProxy, proxyIn } from './proxy.ts';
import { fingerprint, Secret, secretName } from './secret.ts';

export interface Way {
  /** `false`: none, whatever the environment says. The config that is in force has the environment's, where it has one. */
  readonly proxy?: Secret | false | undefined;
  readonly tls: TlsOptions;
}

export interface TlsOptions {
  /** A file. */
  readonly ca?: string | undefined;
  readonly insecure: boolean;
  /** The text of `ca`, once the config is loaded. */
  readonly authority?: string | undefined;
}

const NO_PROXY_HELP =
  'must be the address of an HTTP proxy, such as http://user:password@host:3128, or false';

export const wayOptions = {
  proxy: z
    .union(
      [
        z.literal(false),
        z
          .string()
          .refine((value) => proxyIn(value) !== undefined, NO_PROXY_HELP)
          .transform((value) => new Secret(value))
          .meta({ secret: true }),
      ],
      { error: NO_PROXY_HELP },
    )
    .optional()
    .describe('HTTP proxy on the way; default: HTTP_PROXY, HTTPS_PROXY and NO_PROXY; false = none'),
  tls: z
    .strictObject({
      ca: text().optional().describe('file with the certificate authority to trust'),
      insecure: flag().default(false).describe('true = accept any certificate'),
    })
    .prefault({})
    .describe('how the certificate is checked'),
};

export const DIRECT: Way = { proxy: false, tls: { insecure: false } };

export function proxyOn({ proxy }: Pick<Way, 'proxy'>): HttpProxy | undefined {
  return proxy instanceof Secret ? proxyIn(proxy.reveal()) : undefined;
}

/** For `tls.connect`. */
export const certificatesOn = ({
  tls,
}: Pick<Way, 'tls'>): { readonly rejectUnauthorized: boolean; readonly ca?: string } => ({
  rejectUnauthorized: !tls.insecure,
  ...(tls.authority !== undefined && { ca: tls.authority }),
});

/** Equal for two ways exactly when they are the same; '' for the direct one. Gives nothing away. */
export function wayName({ proxy, tls: { insecure, authority } }: Way): string {
  const hasProxy = proxy instanceof Secret;
  return hasProxy || insecure || authority !== undefined
    ? secretName(fingerprint([hasProxy ? proxy : null, insecure, authority ?? null]))
    : '';
}
