import { expect, test } from "vitest";
import { findBinaryPackage, findIdleGpu, thisMachine } from "./binary-package.ts";
import type { Machine } from "./binary-package.ts";

const LINUX = ["linux-x64-cuda", "linux-x64-vulkan", "linux-x64"];

function machine(parts: Partial<Machine> & { installed?: readonly string[] }): Machine {
  const installed = parts.installed ?? LINUX;
  return {
    platform: "linux",
    arch: "x64",
    fileExists: () => false,
    folderEntries: () => [],
    packageFolder: (name) => {
      const variant = name.replace("@node-llama-cpp/", "");
      return installed.includes(variant) ? `/modules/${variant}` : undefined;
    },
    ...parts,
  };
}
const nvidia = { fileExists: (path: string) => path === "/dev/nvidiactl" };
const render = { folderEntries: (path: string) => (path === "/dev/dri" ? ["card0", "renderD128"] : []) };

test.each([
  ["no GPU", {}, "linux-x64"],
  ["an NVIDIA GPU", nvidia, "linux-x64-cuda"],
  ["another GPU", render, "linux-x64-vulkan"],
  ["an NVIDIA GPU whose package is missing", { ...nvidia, installed: ["linux-x64"] }, "linux-x64"],
  ["a Mac", { platform: "darwin", arch: "arm64", installed: ["mac-arm64-metal"] }, "mac-arm64-metal"],
  ["Windows", { platform: "win32", installed: ["win-x64"] }, "win-x64"],
])("%s: the library that fits", (_, parts, variant) => {
  expect(findBinaryPackage(machine(parts))).toEqual({
    name: `@node-llama-cpp/${variant}`,
    folder: `/modules/${variant}/bins/${variant}`,
  });
});

test("a machine without a package is told which one to install", () => {
  expect(() => findBinaryPackage(machine({ arch: "riscv64", installed: [] }))).toThrow(
    expect.objectContaining({ code: "engine_unavailable", hint: expect.stringContaining("linux-riscv64") }) as Error,
  );
});

test.each([
  ["no GPU", {}, undefined],
  [
    "an NVIDIA GPU",
    { ...nvidia, installed: ["linux-x64"] },
    expect.stringMatching(/^@node-llama-cpp\/linux-x64-cuda@\d/),
  ],
  ["another GPU", { ...render, installed: ["linux-x64"] }, expect.stringContaining("linux-x64-vulkan@")],
  ["a GPU in use", { ...nvidia, ...render, installed: ["linux-x64", "linux-x64-vulkan"] }, undefined],
  ["a GPU nobody built for", { ...render, arch: "arm64", installed: ["linux-arm64"] }, undefined],
])("%s: what to install", (_, parts, wanted) => {
  expect(findIdleGpu(machine(parts))).toEqual(wanted);
});

test("this machine has one, of the pinned version", () => {
  expect(findBinaryPackage(thisMachine()).name).toMatch(/^@node-llama-cpp\//);
});
