import type {
  AppModel,
  AppSession,
  AppUser,
  ThreadMessage,
  Conversation,
  FoundMessage,
  MessagePage,
  SearchHit,
  SendMessageBody,
} from "#protocol";
import type { UploadWatch } from "./upload.ts";

/**
 * An answer of the server that is not a success. `code` is one of the product's error codes, or `offline`; of the API's own
 * doors it is a number, and `type` a name.
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly type: string | undefined;

  constructor(status: number, code: string, message: string, type?: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.type = type;
  }
}

interface CallOptions {
  /** A form is sent as one, anything else as JSON. */
  readonly body?: unknown;
  /** The answer's bytes, whatever they are. */
  readonly asFile?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export type ApiCall = <Result>(method: string, path: string, options?: CallOptions) => Promise<Result>;

/** The app's own API. `onSignedOut` is told when the session has ended. */
export class Api {
  readonly #onSignedOut: () => void;

  constructor(onSignedOut: () => void) {
    this.#onSignedOut = onSignedOut;
  }

  session = (): Promise<{ user: AppUser }> => this.#call("GET", "/session");
  signIn = (key: string): Promise<{ user: AppUser }> => this.#call("POST", "/session", { body: { key } });
  signOut = (): Promise<void> => this.#call("DELETE", "/session");

  /** Who administers the workspace. */
  administrators = (): Promise<{ administrators: { readonly name: string; readonly email: string }[] }> =>
    this.#call("GET", "/administrators");
  sessions = (): Promise<{ sessions: AppSession[] }> => this.#call("GET", "/sessions");
  endSession = (id: string): Promise<void> => this.#call("DELETE", `/sessions/${id}`);
  endOtherSessions = (): Promise<void> => this.#call("DELETE", "/sessions");

  /** The words of a PDF or DOCX. */
  readDocument = (file: File, watch: UploadWatch): Promise<{ readonly text: string; readonly pages?: number }> =>
    import("./upload.ts").then(({ upload }) =>
      upload(`/api/attachments?name=${encodeURIComponent(file.name)}`, file, watch),
    );

  models = (): Promise<{ models: AppModel[] }> => this.#call("GET", "/models");
  conversations = (): Promise<{ conversations: Conversation[] }> => this.#call("GET", "/conversations");
  conversation = (id: string): Promise<Conversation> => this.#call("GET", `/conversations/${id}`);
  createConversation = (model: string): Promise<Conversation> =>
    this.#call("POST", "/conversations", { body: { model } });
  updateConversation = (id: string, patch: { title?: string; pinned?: boolean }): Promise<Conversation> =>
    this.#call("PATCH", `/conversations/${id}`, { body: patch });
  deleteConversations = (): Promise<void> => this.#call("DELETE", "/conversations");
  deleteConversation = (id: string): Promise<void> => this.#call("DELETE", `/conversations/${id}`);
  shareConversation = (id: string, shared: boolean): Promise<Conversation> =>
    this.#call("PUT", `/conversations/${id}/share`, { body: { shared } });
  shared = (token: string): Promise<{ title: string; messages: ThreadMessage[] }> =>
    this.#call("GET", `/shared/${token}`);
  search = (text: string): Promise<{ hits: SearchHit[] }> => this.#call("GET", `/search?q=${encodeURIComponent(text)}`);

  /** The branch shown, as Markdown. */
  exported = (id: string): Promise<string> => this.#call("GET", `/conversations/${id}/export?format=md`);
  find = (id: string, text: string): Promise<{ found: FoundMessage[] }> =>
    this.#call("GET", `/conversations/${id}/find?q=${encodeURIComponent(text)}`);

  messages(id: string, before?: string, limit = 60): Promise<MessagePage> {
    return this.#call(
      "GET",
      `/conversations/${id}/messages?limit=${limit}${before === undefined ? "" : `&before=${before}`}`,
    );
  }

  send(id: string, body: SendMessageBody, key: string): Promise<{ question: ThreadMessage; answer: ThreadMessage }> {
    return this.#call("POST", `/conversations/${id}/messages`, { body, headers: { "idempotency-key": key } });
  }

  regenerate = (messageId: string, model: string): Promise<ThreadMessage> =>
    this.#call("POST", `/messages/${messageId}/regenerate`, { body: { model } });
  continueAnswer = (messageId: string): Promise<ThreadMessage> => this.#call("POST", `/messages/${messageId}/continue`);
  showBranch = (messageId: string): Promise<void> => this.#call("POST", `/messages/${messageId}/show`);
  decideCall = (runId: string, callId: string, approve: boolean): Promise<void> =>
    this.#call("POST", `/runs/${runId}/calls/${callId}`, { body: { approve } });
  stop = (runId: string): Promise<void> => this.#call("POST", `/runs/${runId}/stop`);

  /** Calls any door of this server with the session. Errors: `ApiError`. */
  readonly call: ApiCall = async <Result>(method: string, path: string, options: CallOptions = {}) => {
    const isForm = options.body instanceof FormData;
    const isFile = options.body instanceof Blob;
    const isJson = options.body !== undefined && !isForm && !isFile;
    let response: Response;
    try {
      response = await fetch(path, {
        method,
        headers: {
          "x-tramontane-app": "1",
          ...(isFile ? { "content-type": "application/octet-stream" } : {}),
          ...(isJson ? { "content-type": "application/json" } : {}),
          ...options.headers,
        },
        ...(isForm || isFile
          ? { body: options.body as FormData | Blob }
          : isJson
            ? { body: JSON.stringify(options.body) }
            : {}),
      });
    } catch {
      throw new ApiError(0, "offline", "");
    }
    if (response.ok) return (await (options.asFile ? response.blob() : bodyOf(response))) as Result;
    if (response.status === 401 && path !== "/api/session" && path !== "/admin/v1/sessions") this.#onSignedOut();
    throw await errorOf(response);
  };

  #call<Result>(method: string, path: string, options?: CallOptions): Promise<Result> {
    return this.call(method, `/api${path}`, options);
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  return isJson ? response.json() : response.text();
}

async function errorOf(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as {
      error?: { code?: string; type?: string; message?: string };
      message?: string;
    };
    const message = body.error?.message ?? body.message ?? response.statusText;
    return new ApiError(response.status, body.error?.code ?? "internal", message, body.error?.type);
  } catch {
    return new ApiError(response.status, "internal", response.statusText);
  }
}

/** A key under which a send is carried out at most once. Works on plain HTTP too, where crypto.randomUUID does not exist. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
