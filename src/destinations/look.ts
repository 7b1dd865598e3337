/** A message as its platform shows it, for people who look at a page: a picture in words, not a promise of pixels. */

/** Text with marks that nest. */
export type Inline =
  | string
  | {
      readonly mark: 'strong' | 'em' | 'u' | 's' | 'code' | 'quote' | 'spoiler';
      readonly of: readonly Inline[];
    }
  | { readonly mark: 'link'; readonly url: string; readonly of: readonly Inline[] };

export interface Look {
  /** Names the colours and shapes of the page. */
  readonly skin: string;
  /** The name it is posted under, where the request says one. */
  readonly author?: string;
  readonly text: readonly Inline[];
  readonly cards: readonly Card[];
  /** Links below, as buttons. */
  readonly buttons: readonly { readonly text: string; readonly url: string }[];
  /** It makes no sound. */
  readonly isSilent: boolean;
}

/** A framed part of a message. */
export interface Card {
  /** `#rrggbb` of its edge. */
  readonly colour: string | undefined;
  readonly title: readonly Inline[];
  /** Behind the title. */
  readonly url: string | undefined;
  readonly text: readonly Inline[];
  readonly fields: readonly { readonly name: string; readonly value: readonly Inline[] }[];
  readonly footer: string | undefined;
}
