import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync, deflateSync } from "node:zlib";
import { Mistral } from "@mistralai/mistralai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLogger } from "#base";
import { openBackOffice } from "#platform";
import type { BackOffice } from "#platform";
import { startTestServer } from "../support/test-server.ts";
import type { TestServer } from "../support/test-server.ts";

const KEY = "the-key-of-all-scopes";
const directory = mkdtempSync(join(tmpdir(), "tramontane-libraries-"));
let office: BackOffice;
let server: TestServer;
let client: Mistral;
let libraryId: string;

beforeAll(async () => {
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  office = await openBackOffice({ directory, role: "server", configuredKey: KEY, clock, logger: silentLogger });
  server = await startTestServer({ office });
  client = new Mistral({ apiKey: KEY, serverURL: server.origin });
  libraryId = (await client.beta.libraries.create({ name: "Handbook", description: "How we work" })).id;
}, 60_000);
afterAll(async () => {
  await server.close();
  await office.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Execution {
  readonly arguments: string;
  readonly info: { readonly passages: readonly object[] };
}
interface Message {
  readonly content: readonly { readonly title?: string }[];
}

const documents = () => client.beta.libraries.documents;
const upload = (fileName: string, content: Buffer | string, library = libraryId) =>
  documents().upload({ libraryId: library, requestBody: { file: { fileName, content: Buffer.from(content) } } });
/** The document once it has been read, or could not be. */
async function settled(documentId: string, library = libraryId) {
  const get = () => documents().get({ libraryId: library, documentId });
  await expect.poll(async () => (await get()).processStatus, { timeout: 25_000 }).toMatch(/^(done|error)$/);
  return await get();
}
/** Why a document could not be read. */
async function problemOf(fileName: string, content: Buffer | string): Promise<string> {
  const { id } = await settled((await upload(fileName, content)).id);
  const reply = await fetch(`${server.origin}/v1/libraries/${libraryId}/documents/${id}/status`, {
    headers: { authorization: `Bearer ${KEY}` },
  });
  return ((await reply.json()) as { error: string }).error;
}

/** A PDF with one page per text; streams packed, as real ones are. */
function pdf(pages: readonly Buffer[]): Buffer {
  const count = pages.length;
  const kids = pages.map((_, index) => `${4 + 2 * index} 0 R`).join(" ");
  const objects: (string | Buffer)[] = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${kids}] /Count ${count} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  for (const [index, page] of pages.entries()) {
    const resources = "/Resources << /Font << /F1 3 0 R >> >>";
    objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents ${5 + 2 * index} 0 R ${resources} >>`);
    const head = `<< /Length ${page.length} /Filter /FlateDecode >>\nstream\n`;
    objects.push(Buffer.concat([Buffer.from(head), page, Buffer.from("\nendstream")]));
  }
  const pieces = [Buffer.from("%PDF-1.4\n")];
  const offsets: number[] = [];
  let at = pieces[0]!.length;
  for (const [index, object] of objects.entries()) {
    offsets.push(at);
    const piece = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from("\nendobj\n")]);
    pieces.push(piece);
    at += piece.length;
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  const tail = `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer << /Size ${size} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF`;
  return Buffer.concat([...pieces, Buffer.from(tail)]);
}
const said = (text: string) => deflateSync(`BT /F1 12 Tf 10 100 Td (${text}) Tj ET`);

/** A ZIP archive of one file. */
function zip(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content, { level: 9 });
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(packed.length, 18);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(46 + name.length, 12);
  end.writeUInt32LE(30 + name.length + packed.length, 16);
  return Buffer.concat([local, Buffer.from(name), packed, entry, Buffer.from(name), end]);
}
const docx = (xml: string | Buffer) => zip("word/document.xml", Buffer.from(xml));

describe("libraries", () => {
  test("are made, listed, renamed and deleted with what is in them", async () => {
    const made = await client.beta.libraries.create({ name: "Old" });
    expect(made).toMatchObject({ name: "Old", nbDocuments: 0, totalSize: 0, ownerType: "Workspace" });
    const changed = await client.beta.libraries.update({
      libraryId: made.id,
      updateLibraryRequest: { name: "New", description: "fresh" },
    });
    expect(changed).toMatchObject({ id: made.id, name: "New", description: "fresh" });
    expect((await client.beta.libraries.list()).data.map(({ name }) => name)).toContain("New");
    const { id } = await upload("a.txt", "Some words", made.id);
    await settled(id, made.id);
    expect(await client.beta.libraries.get({ libraryId: made.id })).toMatchObject({ nbDocuments: 1, totalSize: 10 });
    await client.beta.libraries.delete({ libraryId: made.id });
    await expect(client.beta.libraries.get({ libraryId: made.id })).rejects.toMatchObject({ statusCode: 404 });
  });

  test("of another workspace are not there, nor private ones of others", async () => {
    const { organizationId } = office.firstWorkspace;
    const named = { organizationId, name: "Other", actor: "test" };
    const { id: workspaceId } = await office.organizations.createWorkspace(named);
    const wanted = { organizationId, workspaceId, name: "k", scopes: ["agents"] as const };
    const { secret } = await office.keys.create({ ...wanted, models: undefined, expiresAt: undefined }, "test");
    const other = new Mistral({ apiKey: secret, serverURL: server.origin });
    await expect(other.beta.libraries.get({ libraryId })).rejects.toMatchObject({ statusCode: 404 });
    expect((await other.beta.libraries.list()).data).toEqual([]);
    const own = { ...wanted, workspaceId: office.firstWorkspace.id };
    const mate = await office.keys.create({ ...own, models: undefined, expiresAt: undefined }, "test");
    const colleague = new Mistral({ apiKey: mate.secret, serverURL: server.origin });
    const secretLibrary = await client.beta.libraries.create({ name: "Mine", ownerType: "User" });
    const asked = colleague.beta.libraries.get({ libraryId: secretLibrary.id });
    await expect(asked).rejects.toMatchObject({ statusCode: 404 });
    expect(await colleague.beta.libraries.get({ libraryId })).toMatchObject({ name: "Handbook" });
  });

  test("are shared with another workspace to read, then to edit, then no longer", async () => {
    const { organizationId } = office.firstWorkspace;
    const named = { organizationId, name: "Readers", actor: "test" };
    const { id: workspaceId } = await office.organizations.createWorkspace(named);
    const scopes = ["agents"] as const;
    const wanted = { organizationId, workspaceId, name: "k", scopes, models: undefined, expiresAt: undefined };
    const reader = new Mistral({ apiKey: (await office.keys.create(wanted, "test")).secret, serverURL: server.origin });
    const made = await client.beta.libraries.create({ name: "Shared" });
    const place = { libraryId: made.id };
    const withThem = { shareWithUuid: workspaceId, shareWithType: "Workspace" as const };
    const accesses = client.beta.libraries.accesses;
    const rename = () => reader.beta.libraries.update({ ...place, updateLibraryRequest: { name: "Renamed" } });
    const shared = await accesses.updateOrCreate({ ...place, sharingRequest: { ...withThem, level: "Viewer" } });
    expect(shared).toMatchObject({ role: "Viewer", shareWithUuid: workspaceId });
    expect(await reader.beta.libraries.get(place)).toMatchObject({ name: "Shared" });
    await expect(rename()).rejects.toMatchObject({ statusCode: 403 });
    await accesses.updateOrCreate({ ...place, sharingRequest: { ...withThem, level: "Editor" } });
    expect(await rename()).toMatchObject({ name: "Renamed" });
    await expect(reader.beta.libraries.delete(place)).rejects.toMatchObject({ statusCode: 403 });
    await expect(
      reader.beta.libraries.accesses.updateOrCreate({ ...place, sharingRequest: { ...withThem, level: "Editor" } }),
    ).rejects.toMatchObject({ statusCode: 403 });
    expect((await accesses.list(place)).data.map(({ role }) => role)).toEqual(["Owner", "Editor"]);
    await accesses.delete({ ...place, sharingDelete: withThem });
    await expect(reader.beta.libraries.get(place)).rejects.toMatchObject({ statusCode: 404 });
    const nobody = { shareWithUuid: crypto.randomUUID(), shareWithType: "User" as const, level: "Viewer" as const };
    await expect(accesses.updateOrCreate({ ...place, sharingRequest: nobody })).rejects.toMatchObject({
      statusCode: 400,
    });
  });
});

test("a link opens a document or its text to whoever has it, and nothing else", async () => {
  const { id: documentId } = await settled((await upload("open.md", "# Open\n\nTo all.")).id);
  const links = {
    file: await documents().getSignedUrl({ libraryId, documentId }),
    text: await documents().extractedTextSignedUrl({ libraryId, documentId }),
  };
  for (const link of Object.values(links)) expect(await (await fetch(link)).text()).toBe("# Open\n\nTo all.");
  const forged = [
    links.file.replace("kind=file", "kind=text"),
    links.file.replace(/expires=\d+/, "expires=99999999999"),
    links.file.replace(documentId, (await upload("other.md", "Other")).id),
    links.file.replace(/signature=../, "signature=00"),
  ];
  for (const link of forged) expect((await fetch(link)).status).toBe(401);
  await documents().delete({ libraryId, documentId });
  expect((await fetch(links.text)).status).toBe(401);
});

describe("documents", () => {
  test.each([
    ["notes.md", "# Holidays\n\nThirty days a year.", "Thirty days"],
    [
      "page.html",
      "<html><head><title>x</title></head><p>Sick &amp; tired?<br>Call <b>Ada</b>.<script>no()</script>",
      "Sick & tired?\nCall Ada.",
    ],
    [
      "letter.docx",
      docx('<w:p><w:r><w:t>Dear</w:t><w:tab/><w:t xml:space="preserve">Ada &lt;3</w:t></w:r></w:p>'),
      "Dear\tAda <3",
    ],
    ["two.pdf", pdf([said("First page"), said("Second page")]), "First page\n\nSecond page"],
  ])("%s is read", async (name, content, words) => {
    const uploaded = await upload(name, content);
    expect(uploaded).toMatchObject({ name, libraryId, size: Buffer.from(content).length });
    const document = await settled(uploaded.id);
    expect(document.processStatus).toBe("done");
    const { text } = await documents().textContent({ libraryId, documentId: uploaded.id });
    expect(text).toContain(words);
    expect(document.numberOfPages).toBe(name.endsWith("pdf") ? 2 : null);
    expect(await documents().status({ libraryId, documentId: uploaded.id })).toMatchObject({ processStatus: "done" });
  });

  test("are listed, renamed, read anew and deleted", async () => {
    const { id } = await settled((await upload("plan.txt", "The plan")).id);
    const changed = await documents().update({
      libraryId,
      documentId: id,
      updateDocumentRequest: { name: "plan-b.txt", attributes: { year: 2024 } },
    });
    expect(changed).toMatchObject({ name: "plan-b.txt", attributes: { year: 2024 } });
    const { data, pagination } = await documents().list({ libraryId, search: "plan-b" });
    expect([data.map((it) => it.id), pagination.totalItems]).toEqual([[id], 1]);
    await documents().reprocess({ libraryId, documentId: id });
    expect((await settled(id)).processStatus).toBe("done");
    await documents().delete({ libraryId, documentId: id });
    await expect(documents().get({ libraryId, documentId: id })).rejects.toMatchObject({ statusCode: 404 });
  });

  test("that would hurt are refused with a reason", async () => {
    const bomb = docx(Buffer.alloc(200 * 2 ** 20, "a"));
    expect(bomb.length).toBeLessThan(2 ** 20);
    expect(await problemOf("bomb.docx", bomb)).toMatch(/unpacks to more than/);
    expect(await problemOf("archive.zip", zip("a.txt", Buffer.from("a")))).toMatch(/archive is no document/);
    expect(await problemOf("broken.docx", Buffer.from("PK nothing"))).toMatch(/not a whole Word document/);
    expect(await problemOf("broken.pdf", "%PDF-1.4 nothing")).toMatch(/^The PDF cannot be read/);
    expect(await problemOf("photo.png", Buffer.from([0x89, 0x50]))).toMatch(/may be plain text/);
    expect(await problemOf("latin.txt", Buffer.from([0xe9, 0x20]))).toMatch(/UTF-8/);
    expect(await problemOf("line.txt", Buffer.alloc(30 * 2 ** 20, "a"))).toMatch(/at most 10000000 characters/);
    expect(await problemOf("blank.pdf", pdf([said("")]))).toMatch(/no words/);
  }, 60_000);

  test("with a path for a name are refused at once", async () => {
    const form = new FormData();
    form.append("file", new Blob(["x"]), "../../etc/passwd");
    const reply = await fetch(`${server.origin}/v1/libraries/${libraryId}/documents`, {
      method: "POST",
      headers: { authorization: `Bearer ${KEY}` },
      body: form,
    });
    expect([reply.status, ((await reply.json()) as { type: string }).type]).toEqual([400, "invalid_request_file"]);
  });
});

describe("conversations with a library", () => {
  test("find the passage, name its document, and remember both", async () => {
    const filler = Array.from({ length: 30 }, (_, index) => `Rule ${index}: be kind to visitors of house ${index}.`);
    const text = [...filler, "The emergency number of the boiler room is 4711.", ...filler].join("\n\n");
    const { id } = await settled((await upload("house-rules.txt", text)).id);
    const answer = await client.beta.conversations.start({
      model: "toy-chat",
      inputs: "Which number has the boiler room?",
      tools: [{ type: "document_library", libraryIds: [libraryId] }],
      completionArgs: { maxTokens: 8 },
    });
    const [execution, message] = answer.outputs as unknown as [Execution, Message];
    expect(execution).toMatchObject({ type: "tool.execution", name: "document_library" });
    expect(JSON.parse(execution.arguments)).toEqual({ query: "Which number has the boiler room?" });
    expect(execution.info.passages[0]).toMatchObject({ document_id: id, name: "house-rules.txt" });
    expect(message.content.at(-1)).toMatchObject({ type: "tool_reference", tool: "document_library" });
    expect(message.content.map(({ title }) => title)).toContain("house-rules.txt");
    const more = await client.beta.conversations.append({
      conversationId: answer.conversationId,
      conversationAppendRequest: { inputs: "And the second?", completionArgs: { maxTokens: 4 } },
    });
    expect(more.outputs[0]).toMatchObject({ type: "tool.execution" });
    const { entries } = await client.beta.conversations.getHistory({ conversationId: answer.conversationId });
    expect(entries.map(({ type }) => type)).toEqual([
      "message.input",
      "tool.execution",
      "message.output",
      "message.input",
      "tool.execution",
      "message.output",
    ]);
  });

  test("stream the look-up before the words", async () => {
    const events: string[] = [];
    const stream = await client.beta.conversations.startStream({
      model: "toy-chat",
      inputs: "boiler",
      tools: [{ type: "document_library", libraryIds: [libraryId] }],
      completionArgs: { maxTokens: 4 },
    });
    for await (const { event } of stream) events.push(event);
    expect(events.slice(0, 4)).toEqual([
      "conversation.response.started",
      "tool.execution.started",
      "tool.execution.done",
      "message.output.delta",
    ]);
  });

  test("cannot look into libraries that are not theirs", async () => {
    const asked = client.beta.conversations.start({
      model: "toy-chat",
      inputs: "boiler",
      tools: [{ type: "document_library", libraryIds: [crypto.randomUUID()] }],
    });
    await expect(asked).rejects.toMatchObject({ statusCode: 404 });
  });
});
