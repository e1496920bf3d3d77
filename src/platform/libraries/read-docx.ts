import { inflateRawSync } from "node:zlib";
import { unreadable } from "./unreadable.ts";

/** What the words' part of a document may unpack to. */
const MOST_BYTES = 64 * 2 ** 20;
/** Far more than any honest document has. */
const MOST_ENTRIES = 10_000;
const WORDS = "word/document.xml";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;

/**
 * The words of a Word document: one part of a ZIP archive (APPNOTE 6.3), the only one that is unpacked, and no further than
 * allowed whatever the archive says of its size. Errors: `invalid_file`.
 */
export function readDocx(archive: Buffer): string {
  const xml = readEntry(archive, WORDS).toString("utf8");
  const parts: string[] = [];
  // Runs of text, tabs, line breaks and the ends of paragraphs, in order; everything else is looks.
  for (let open = xml.indexOf("<"); open >= 0;) {
    const close = xml.indexOf(">", open);
    if (close < 0) break;
    const next = xml.indexOf("<", close);
    const name = /^\/?[\w:]+/.exec(xml.slice(open + 1, Math.min(close, open + 12)))?.[0] ?? "";
    const isEmpty = xml[close - 1] === "/";
    if (name === "w:t" && !isEmpty && next > 0) parts.push(unescape(xml.slice(close + 1, next)));
    else parts.push(MARKS[name] ?? "");
    open = next;
  }
  return parts.join("");
}

const MARKS: Readonly<Record<string, string>> = { "w:tab": "\t", "w:br": "\n", "/w:p": "\n\n" };

function readEntry(archive: Buffer, wanted: string): Buffer {
  try {
    const entry = findEntry(archive, wanted);
    if (archive.readUInt32LE(entry.offset) !== LOCAL_HEADER) throw new RangeError("no header where one is named");
    const start = entry.offset + 30 + archive.readUInt16LE(entry.offset + 26) + archive.readUInt16LE(entry.offset + 28);
    const packed = archive.subarray(start, start + entry.packedBytes);
    if (entry.method === STORED && packed.length <= MOST_BYTES) return packed;
    if (entry.method === DEFLATED) return inflateRawSync(packed, { maxOutputLength: MOST_BYTES });
    throw new RangeError("packed in a way nobody knows");
  } catch (error) {
    const isBomb = (error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE";
    const told = isBomb ? `it unpacks to more than ${MOST_BYTES} bytes` : "it is not a whole Word document";
    throw unreadable(`The document cannot be read: ${told}`, error);
  }
}

interface Entry {
  readonly method: number;
  readonly packedBytes: number;
  readonly offset: number;
}

function findEntry(archive: Buffer, wanted: string): Entry {
  const end = archive.lastIndexOf(Buffer.of(0x50, 0x4b, 5, 6));
  if (end < 0 || archive.readUInt32LE(end) !== END_OF_DIRECTORY) throw new RangeError("no directory");
  const count = Math.min(archive.readUInt16LE(end + 10), MOST_ENTRIES);
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new RangeError("the directory is broken");
    const nameBytes = archive.readUInt16LE(at + 28);
    const name = archive.toString("utf8", at + 46, at + 46 + nameBytes);
    if (name === wanted) {
      const [method, packedBytes] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20)];
      return { method, packedBytes, offset: archive.readUInt32LE(at + 42) };
    }
    at += 46 + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new RangeError(`no ${wanted}`);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replaceAll(/&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (whole, name, decimal, hex) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
}
