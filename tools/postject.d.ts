/** The one function of it that `single.ts` uses; the package has no types. */
declare module 'postject' {
  export function inject(
    file: string,
    name: string,
    data: Buffer,
    options: { readonly sentinelFuse: string },
  ): Promise<void>;
}
