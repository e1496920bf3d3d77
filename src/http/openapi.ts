import { z } from "zod";
import type { Route } from "./route.ts";

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of a route table. Paths that only exist for other vendors' clients are marked as aliases. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    for (const [index, path] of route.paths.entries()) {
      const operation = describeOperation(route, index === 0 ? undefined : route.paths[0], path);
      (paths[path.replaceAll(/:(\w+)/g, "{$1}")] ??= {})[route.method.toLowerCase()] = operation;
    }
  }
  return {
    openapi: "3.1.0",
    info: { title: "Tramontane", version, description: "Mistral's API, on your own hardware." },
    security: [{ bearer: [] }, { apiKey: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        apiKey: { type: "apiKey", in: "header", name: "api-key" },
      },
      schemas: { Error: ERROR_SCHEMA },
    },
  };
}

function describeOperation(route: Route, aliasOf: string | undefined, path: string): Json {
  const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const content: Record<string, Json> = { "application/json": {} };
  if (route.streams) content["text/event-stream"] = {};
  return {
    tags: [route.group],
    summary: route.summary,
    ...(aliasOf === undefined ? {} : { description: `Same as ${aliasOf}.` }),
    ...(route.isPublic ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body
      ? { requestBody: { required: true, content: { "application/json": { schema: bodySchema(route.body) } } } }
      : {}),
    responses: {
      "200": { description: "The answer", content },
      default: {
        description: "What went wrong",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    },
  };
}

/** A request schema as JSON Schema. */
export function bodySchema(schema: z.ZodObject): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return { ...rest, additionalProperties: false };
}

const NULLABLE_TEXT = { type: ["string", "null"] };
const FACTS = { message: { type: "string" }, type: { type: "string" }, param: NULLABLE_TEXT, code: NULLABLE_TEXT };

const ERROR_SCHEMA: Json = {
  type: "object",
  required: ["object", "message", "type", "param", "code", "raw_status_code", "request_id", "error"],
  properties: {
    object: { const: "error" },
    ...FACTS,
    raw_status_code: { type: "integer" },
    request_id: { type: "string" },
    detail: {},
    error: { type: "object", required: Object.keys(FACTS), properties: FACTS },
  },
};
