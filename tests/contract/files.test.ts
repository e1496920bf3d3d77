import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Mistral } from "@mistralai/mistralai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BackOffice, Scope } from "#platform";
import { OFFICE_KEY, startOfficeServer } from "../support/office-server.ts";
import type { OfficeServer } from "../support/office-server.ts";
import type { TestServer } from "../support/test-server.ts";
import { UnionError } from "../support/wire-shapes.ts";

const KEY = OFFICE_KEY;
let running: OfficeServer;
let office: BackOffice;
let server: TestServer;
let client: Mistral;

beforeAll(async () => {
  running = await startOfficeServer("files");
  ({ office, server } = running);
  client = new Mistral({ apiKey: KEY, serverURL: server.origin });
}, 60_000);
afterAll(() => running.close());

const onDisk = (): string[] => readdirSync(join(running.directory, "files"));

async function post(form: FormData | string, headers: Record<string, string> = {}, key = KEY) {
  const body = form;
  const response = await fetch(`${server.origin}/v1/files`, {
    method: "POST",
    body,
    headers: { authorization: `Bearer ${key}`, ...headers },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function formOf(
  content: Buffer<ArrayBuffer> | string,
  name = "requests.jsonl",
  fields: Record<string, string> = {},
): FormData {
  const form = new FormData();
  form.append("file", new Blob([content]), name);
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  return form;
}

async function makeKey(scopes: readonly Scope[], workspaceId = office.firstWorkspace.id): Promise<string> {
  const { organizationId } = office.firstWorkspace;
  const made = await office.keys.create({ organizationId, workspaceId, name: "test", scopes }, "test");
  return made.secret;
}

describe("D32, with the vendor's own client", () => {
  const lines = ['{"custom_id":"0","body":{"messages":[]}}', '{"custom_id":"é","body":{}}'];
  const content = Buffer.from(`${lines.join("\n")}\n\n`);

  test("a file goes up, is listed, described, comes down byte for byte, and goes", async () => {
    const made = await client.files.upload({ file: { fileName: "naïve 1.jsonl", content }, purpose: "batch" });
    expect(made).toMatchObject({
      object: "file",
      sizeBytes: content.length,
      filename: "naïve 1.jsonl",
      purpose: "batch",
      sampleType: "batch_request",
      numLines: 2,
      source: "upload",
      visibility: "workspace",
      signature: createHash("sha256").update(content).digest("hex"),
    });
    expect(onDisk()).toEqual([made.id]);
    const listed = await client.files.list({ purpose: "batch", search: "VE 1.JSON", pageSize: 10 });
    expect(listed).toMatchObject({ total: 1, data: [{ id: made.id }] });
    expect(await client.files.retrieve({ fileId: made.id })).toMatchObject({ id: made.id, deleted: false });
    const stream = await client.files.download({ fileId: made.id });
    expect(Buffer.from(await new Response(stream).arrayBuffer())).toEqual(content);
    expect(await client.files.delete({ fileId: made.id })).toEqual({ id: made.id, object: "file", deleted: true });
    await expect(client.files.retrieve({ fileId: made.id })).rejects.toMatchObject({ statusCode: 404 });
    expect(onDisk()).toEqual([]);
  });

  test("a blob without name or purpose is taken, as the official example sends it", async () => {
    const file = new Blob([content], { type: "application/json" });
    const made = await client.files.upload({ file });
    expect(made).toMatchObject({ purpose: "fine-tune", mimetype: "application/json", filename: "blob" });
    await client.files.delete({ fileId: made.id });
  });

  test("a signed link opens the file to who has no key, and nothing else", async () => {
    const made = await client.files.upload({ file: { fileName: "a.jsonl", content }, purpose: "batch" });
    const { url } = await client.files.getSignedUrl({ fileId: made.id, expiry: 1 });
    const answer = await fetch(url);
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
    expect(answer.headers.get("content-disposition")).toContain("attachment");
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(content);
    const expired = new URL(url);
    expired.searchParams.set("expires", "1700000000");
    const forged = new URL(url);
    forged.searchParams.set("signature", "0".repeat(64));
    for (const bad of [expired, forged]) expect((await fetch(bad)).status).toBe(401);
    await client.files.delete({ fileId: made.id });
    expect((await fetch(url)).status).toBe(401);
  });
});

test("eight megabytes come down as they went up, and pages add up", async () => {
  const big = randomBytes(8 * 1024 * 1024);
  const first = await post(formOf(big, "big.pdf", { purpose: "ocr" }));
  const second = await post(formOf("x", "b.pdf", { purpose: "ocr" }));
  expect(first).toMatchObject({ status: 200, body: { bytes: big.length, num_lines: null } });
  const answer = await fetch(`${server.origin}/v1/files/${String(first.body["id"])}/content`, {
    headers: { authorization: `Bearer ${KEY}` },
  });
  expect(answer.headers.get("content-type")).toBe("application/octet-stream");
  expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), big)).toBe(0);
  const pages = await Promise.all([0, 1, 2].map((page) => client.files.list({ page, pageSize: 1, purpose: "ocr" })));
  expect(pages.map(({ data }) => data.map(({ id }) => id))).toEqual([[second.body["id"]], [first.body["id"]], []]);
  for (const { body } of [first, second]) await client.files.delete({ fileId: String(body["id"]) });
});

describe("what cannot be a file is refused with a reason, and leaves nothing behind", () => {
  const refusals: [string, FormData, number, RegExp][] = [
    ["a name that is a path", formOf("x", "../../etc/passwd"), 400, /not a path/],
    ["a name that means the folder above", formOf("x", ".."), 400, /not a path/],
    ["a name too long", formOf("x", "x".repeat(300)), 400, /1 to 255 bytes/],
    ["no content", formOf(""), 400, /empty/],
    ["only blank lines", formOf(" \n\r\n", "a.jsonl", { purpose: "batch" }), 400, /blank/],
    [
      "a line of 30 MB",
      formOf(Buffer.alloc(30_000_000, "x"), "a.jsonl", { purpose: "batch" }),
      400,
      /Line 1 has more than/,
    ],
    ["a purpose nobody knows", formOf("x", "a", { purpose: "assistants" }), 422, /purpose/],
    ["a field nobody knows", formOf("x", "a", { porpose: "batch" }), 422, /porpose/],
    ["an expiry that is none", formOf("x", "a", { expiry: "soon" }), 422, /expiry/],
  ];
  test.each(refusals)("%s", async (_, form, status, message) => {
    const answer = await post(form);
    expect(answer.status).toBe(status);
    expect(UnionError.parse(answer.body).message).toMatch(message);
    expect(onDisk()).toEqual([]);
  });

  test("no file, two files, another content type, a form cut short", async () => {
    const two = formOf("x");
    two.append("file", new Blob(["y"]), "second");
    const type = { "content-type": "multipart/form-data; boundary=b" };
    const broken = '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhalf';
    const answers = await Promise.all([
      post(new FormData()),
      post(two),
      post("{}", { "content-type": "application/json" }),
      post(broken, type),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    for (const { body } of answers) UnionError.parse(body);
    expect(onDisk()).toEqual([]);
  });
});

test("another workspace, a key without the scope and a wrong id see nothing", async () => {
  const made = await client.files.upload({ file: { fileName: "a.jsonl", content: Buffer.from("{}") } });
  const { organizationId } = office.firstWorkspace;
  const other = await office.organizations.createWorkspace({ organizationId, name: "other", actor: "test" });
  const stranger = new Mistral({ apiKey: await makeKey(["jobs"], other.id), serverURL: server.origin });
  expect((await stranger.files.list()).data).toEqual([]);
  await expect(stranger.files.retrieve({ fileId: made.id })).rejects.toMatchObject({ statusCode: 404 });
  await expect(stranger.files.delete({ fileId: made.id })).rejects.toMatchObject({ statusCode: 404 });
  const talker = new Mistral({ apiKey: await makeKey(["inference"]), serverURL: server.origin });
  await expect(talker.files.list()).rejects.toMatchObject({ statusCode: 403 });
  await expect(client.files.retrieve({ fileId: "../key-pepper" })).rejects.toMatchObject({ statusCode: 404 });
  await client.files.delete({ fileId: made.id });
});

test("a file of visibility user is its maker's alone", async () => {
  const { body } = await post(formOf("{}", "mine.jsonl", { visibility: "user" }));
  const colleague = new Mistral({ apiKey: await makeKey(["jobs"]), serverURL: server.origin });
  await expect(colleague.files.retrieve({ fileId: String(body["id"]) })).rejects.toMatchObject({ statusCode: 404 });
  await client.files.delete({ fileId: String(body["id"]) });
});
