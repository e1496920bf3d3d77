import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { PDF_LIMITS, readPdf } from "./read-pdf.ts";

/** A PDF of one page with this content stream. */
function pdf(stream: Buffer): Buffer {
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 5 0 R /Resources << /Font << /F 4 0 R >> >> >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    Buffer.concat([
      Buffer.from(`<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n`),
      stream,
      Buffer.from("\nendstream"),
    ]),
  ];
  let file = Buffer.from("%PDF-1.4\n");
  const offsets: number[] = [];
  for (const [index, object] of objects.entries()) {
    offsets.push(file.length);
    const begin = Buffer.from(`${index + 1} 0 obj\n`);
    file = Buffer.concat([file, begin, Buffer.from(object), Buffer.from("\nendobj\n")]);
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const trailer = `trailer << /Size 6 /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF`;
  return Buffer.concat([file, Buffer.from(`xref\n0 6\n0000000000 65535 f \n${table}${trailer}`)]);
}

test("words are read", async () => {
  const pages = await readPdf(pdf(deflateSync("BT /F 9 Tf (The mistral) Tj ET")));
  expect(pages).toEqual(["The mistral"]);
});

test("a page that unpacks without end is stopped by its memory or its time", async () => {
  const bomb = pdf(deflateSync(Buffer.alloc(200 * 2 ** 20, "q Q ")));
  expect(bomb.length).toBeLessThan(2 ** 20);
  const inMemory = readPdf(bomb, { ...PDF_LIMITS, extraBytes: 64 * 2 ** 20 });
  await expect(inMemory).rejects.toMatchObject({ code: "invalid_file" });
  const inTime = readPdf(bomb, { ...PDF_LIMITS, withinMs: 150 });
  await expect(inTime).rejects.toThrow("takes too long");
}, 90_000);

test("a book larger than allowed is refused by its pages and by its words", async () => {
  const page = pdf(deflateSync("BT /F 9 Tf (The mistral) Tj ET"));
  await expect(readPdf(page, { ...PDF_LIMITS, mostPages: 0 })).rejects.toThrow("1 pages, at most 0");
  await expect(readPdf(page, { ...PDF_LIMITS, mostCharacters: 3 })).rejects.toThrow("more than 3 characters");
});
