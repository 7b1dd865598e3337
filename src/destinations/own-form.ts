/** A service that takes only a form of its own, and refuses or misshows the default form of a type. */
export interface OwnFormService {
  readonly name: string;
  /** How it takes the default form: a verb. */
  readonly takes: string;
  /** The option to write, as it stands in a config. */
  readonly body: string;
}
