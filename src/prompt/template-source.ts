/** What a model says of itself, as far as its prompt format goes; the engine's `ModelInfo` fits. */
export interface TemplateSource {
  readonly name: string;
  readonly architecture: string;
  /** The model file's own Jinja template. */
  readonly chatTemplate: string | undefined;
  readonly controlTokens: readonly string[];
  readonly beginOfSequence: string | undefined;
  readonly endOfSequence: string | undefined;
  readonly addsBeginOfSequence: boolean;
}
