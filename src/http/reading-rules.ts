import { TramontaneError } from "#base";
import type { ReadBodyOptions } from "#protocol";
import type { Exchange } from "./route.ts";

/** How a request's body is to be read; depends on the door it came through. */
export type ReadingRules = (exchange: Exchange) => ReadBodyOptions & { readonly defaultModel?: string };

/** Doors where the model may be left out and `extra-parameters` says what to do with unknown fields. */
const AZURE_DOOR = /^\/(v1\/)?(models\/)?(chat\/completions|embeddings)$/;

/**
 * Azure's clients name no model and send `extra-parameters: error | drop | pass-through`. Everywhere else an unknown
 * top-level field is refused, unless the operator said otherwise.
 */
export function readingRules(defaultModel: string, unknownFields: "reject" | "ignore"): ReadingRules {
  return ({ dialect, path, headers }) => {
    const isAzure = dialect === "azure" && AZURE_DOOR.test(path);
    if (!isAzure) return { unknownFields };
    const extra = String(headers["extra-parameters"] ?? "error").toLowerCase();
    if (!["error", "drop", "pass-through"].includes(extra)) {
      throw new TramontaneError("invalid_request", "extra-parameters must be error, drop or pass-through", {
        field: "extra-parameters",
      });
    }
    return { unknownFields: extra === "drop" ? "ignore" : unknownFields, defaultModel };
  };
}
