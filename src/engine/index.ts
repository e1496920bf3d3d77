export type { Engine, EngineModel, ModelInfo, ModelSource, ModelSpec, ModelStatus } from "./engine.ts";
export type {
  AnswerPart,
  Closing,
  Constraint,
  FinishReason,
  FormStatistics,
  GenerationEvent,
  GenerationRequest,
  GenerationTimings,
  PromptPart,
  SamplingOptions,
  TokenLogprob,
} from "./generation.ts";
export { PLAIN } from "./generation.ts";
export { createEngine } from "./host/create-engine.ts";
export { readModelFile } from "./backend/libllama/model-file.ts";
export type { ModelFileFacts } from "./backend/libllama/model-file.ts";
export { readHardware } from "./hardware.ts";
export type { Hardware } from "./hardware.ts";
