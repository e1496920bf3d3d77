/** What a model can do. Keys a client does not find read as false. */
export interface ModelCapabilities {
  readonly completion_chat: boolean;
  readonly completion_fim: boolean;
  readonly function_calling: boolean;
  readonly fine_tuning: boolean;
  readonly vision: boolean;
  readonly classification: boolean;
  readonly moderation: boolean;
  readonly ocr: boolean;
  readonly audio: boolean;
  readonly audio_transcription: boolean;
  readonly reasoning: boolean;
}

/** A model as `GET /v1/models` shows it. Clients need `type` and `capabilities` to tell what it is. */
export interface ModelCard {
  readonly id: string;
  readonly object: "model";
  readonly created: number;
  readonly owned_by: string;
  /** The deployment behind the name, in OpenAI's word: an alias and the model it stands for have the same. */
  readonly root: string;
  readonly capabilities: ModelCapabilities;
  readonly name: string;
  readonly description: string | null;
  readonly max_context_length: number;
  readonly aliases: readonly string[];
  readonly deprecation: string | null;
  readonly deprecation_replacement_model: string | null;
  readonly default_model_temperature: number;
  readonly type: "base" | "fine-tuned";
}

export interface ModelList {
  readonly object: "list";
  readonly data: readonly ModelCard[];
}
