import fc from "fast-check";
import { expect, test } from "vitest";
import { uuidV7 } from "./request-id.ts";

test("ids are UUIDs of version 7 and sort by when they were made", () => {
  const moment = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  const bytes = fc.uint8Array({ minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(moment, moment, bytes, bytes, (a, b, first, second) => {
      const [idA, idB] = [uuidV7(a, () => first), uuidV7(b, () => second)];
      expect(idA).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      if (a < b) expect(idA < idB).toBe(true);
    }),
  );
});
