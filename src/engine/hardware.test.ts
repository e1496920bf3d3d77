import { expect, test } from "vitest";
import { parseCpuList, readHardware } from "./hardware.ts";

test("a kernel's list of processors is read", () => {
  expect(parseCpuList("0-2,5")).toEqual([0, 1, 2, 5]);
  expect(parseCpuList("7")).toEqual([7]);
  expect(parseCpuList("")).toEqual([]);
});

test("this machine has a processor, some memory and a library for it", () => {
  const hardware = readHardware();
  expect(hardware.coreCpus.length).toBeGreaterThan(0);
  expect(hardware.coreCpus.length).toBeLessThanOrEqual(hardware.logicalProcessors);
  expect(hardware.availableMemoryBytes).toBeGreaterThan(0);
  expect(hardware.availableMemoryBytes).toBeLessThanOrEqual(hardware.totalMemoryBytes);
  expect(hardware.inferencePackage).toMatch(/^@node-llama-cpp\//);
});
