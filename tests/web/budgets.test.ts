import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { builtWebApp } from "../support/web-app.ts";

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}

const KB = 1024;
const built = "dist/web";
let manifest: Record<string, Chunk>;

beforeAll(() => {
  builtWebApp();
  manifest = JSON.parse(readFileSync(join(built, ".vite/manifest.json"), "utf8"));
}, 120_000);

/** Many pages share a file; it is measured once. */
const sizes = new Map<string, number>();
function gzipBytes(file: string): number {
  const known = sizes.get(file) ?? gzipSync(readFileSync(join(built, file)), { level: 9 }).length;
  sizes.set(file, known);
  return known;
}
const sum = (files: Iterable<string>) => [...files].reduce((total, file) => total + gzipBytes(file), 0);

/** Every file that a page needs before it can be used: these entries and all they import, not what they load later. */
function needs(entries: readonly string[]) {
  const scripts = new Set<string>();
  const styles = new Set<string>();
  const visit = (key: string) => {
    const chunk = manifest[key]!;
    if (scripts.has(chunk.file)) return;
    scripts.add(chunk.file);
    for (const style of chunk.css ?? []) styles.add(style);
    for (const next of chunk.imports ?? []) visit(next);
  };
  for (const entry of entries) visit(entry);
  return { scripts, styles };
}

const SHELL = ["index.html"];
const SIGNED_IN = [...SHELL, "i18n/en.ts", "app/signed-in.tsx"];
const CHAT = [...SIGNED_IN, "chat/chat-layout.tsx", "chat/chat-page.tsx"];

test("the shell is at most 110 KB of script, a chat 210 KB, the console 170 KB, gzipped", () => {
  expect(sum(needs(SHELL).scripts)).toBeLessThanOrEqual(110 * KB);
  expect(sum(needs(CHAT).scripts)).toBeLessThanOrEqual(210 * KB);
  for (const page of Object.keys(manifest).filter((name) => /^console\/[a-z]+-page\.tsx$/.test(name))) {
    const { scripts } = needs([...SIGNED_IN, "i18n/console/en.ts", "console/console-layout.tsx", page]);
    expect([page, Math.max(0, sum(scripts) - 170 * KB)]).toEqual([page, 0]);
  }
});

test("the styles of a chat are at most 15 KB, its scripts and styles at most 14 requests", () => {
  const { scripts, styles } = needs(CHAT);
  expect(sum(styles)).toBeLessThanOrEqual(15 * KB);
  expect(scripts.size + styles.size).toBeLessThanOrEqual(14);
});

test("what is loaded later comes in pieces of at most 90 KB", () => {
  const first = needs(CHAT).scripts;
  const later = readdirSync(join(built, "assets")).filter(
    (name) => name.endsWith(".js") && !first.has(`assets/${name}`),
  );
  expect(later.filter((name) => gzipBytes(`assets/${name}`) > 90 * KB)).toEqual([]);
});

test("the fonts of the first text are at most 55 KB", () => {
  const fonts = readdirSync(join(built, "assets")).filter((name) =>
    /^(instrument|geist).*latin-wght-normal.*woff2$/.test(name),
  );
  const bytes = fonts.reduce((total, name) => total + readFileSync(join(built, "assets", name)).length, 0);
  expect(fonts.length).toBe(2);
  expect(bytes).toBeLessThanOrEqual(55 * KB);
});

test("the built page holds nothing inline and names nothing from elsewhere", () => {
  expect(existsSync(join(built, "index.html"))).toBe(true);
  const page = readFileSync(join(built, "index.html"), "utf8");
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
  expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
});
