import fc from "fast-check";
import { expect, test } from "vitest";
import { isUuid, uuidv7 } from "./uuid.ts";

test("ids are UUIDs of version 7 and sort by when they were made", () => {
  const moment = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  fc.assert(
    fc.property(moment, moment, (a, b) => {
      const [idA, idB] = [uuidv7(a), uuidv7(b)];
      expect(idA).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(isUuid(idA)).toBe(true);
      if (a < b) expect(idA < idB).toBe(true);
    }),
  );
});
