import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { TramontaneError } from "#base";

const compress = promisify(brotliCompress);

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
  ".ttf": "font/ttf",
};

/** Pages of the app: all are the one document, whose script reads the address. */
const PAGES = ["/", "/login", "/setup", "/chat", "/chat/*", "/share/*", "/settings", "/console", "/console/*"];

/** Nothing inline, nothing from elsewhere. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

interface AppFile {
  readonly body: Buffer;
  readonly mediaType: string;
  compressed?: Promise<Buffer>;
}

/** Serves the built app from `webRoot`: hashed assets for ever, the document never cached, with language and theme already in it. */
export function registerAppPages(app: FastifyInstance, webRoot: string): void {
  const files = readFiles(webRoot);
  const page = files.get("/index.html")?.body.toString("utf8");

  app.get("/assets/*", async (request, reply) => {
    const file = files.get(new URL(request.url, "http://app").pathname);
    if (!file) throw new TramontaneError("not_found", "There is no such file in this version of the app.");
    reply.header("cache-control", "public, max-age=31536000, immutable");
    return sendFile(request, reply, file);
  });

  const sendPage = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.header("cache-control", "no-cache").header("content-security-policy", CONTENT_SECURITY_POLICY);
    reply.header("referrer-policy", "no-referrer").header("cross-origin-opener-policy", "same-origin");
    if (page === undefined) {
      return reply
        .status(503)
        .type("text/plain; charset=utf-8")
        .send("The web app is not built. Run: node scripts/setup.mjs\n");
    }
    const body = Buffer.from(dressed(page, request.headers.cookie ?? ""));
    return sendFile(request, reply, { body, mediaType: MEDIA_TYPES[".html"]! });
  };
  for (const path of PAGES) app.get(path, sendPage);
}

async function sendFile(request: FastifyRequest, reply: FastifyReply, file: AppFile): Promise<FastifyReply> {
  reply.type(file.mediaType).header("x-content-type-options", "nosniff").header("vary", "accept-encoding");
  const acceptsBrotli = /\bbr\b/.test(String(request.headers["accept-encoding"] ?? ""));
  if (!acceptsBrotli || !/text|svg/.test(file.mediaType)) return reply.send(file.body);
  file.compressed ??= compress(file.body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } });
  return reply.header("content-encoding", "br").send(await file.compressed);
}

/** The document with the reader's language and theme, so that the first paint is right without a script. */
function dressed(page: string, cookies: string): string {
  const [, language, theme] =
    /(?:^|;\s*)tramontane_ui=(en|fr|es|de|it)\.(light|dark|system)(?:;|$)/.exec(cookies) ?? [];
  if (language === undefined) return page;
  return page.replace(/<html[^>]*>/, `<html lang="${language}" data-theme="${theme}">`);
}

function readFiles(root: string): Map<string, AppFile> {
  if (!existsSync(root)) return new Map();
  const names = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    names.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const url = path.slice(root.length).split(sep).join("/");
      const mediaType = MEDIA_TYPES[extname(path)] ?? "application/octet-stream";
      return [url.startsWith("/") ? url : `/${url}`, { body: readFileSync(path), mediaType }];
    }),
  );
}
