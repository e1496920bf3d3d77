import type { Migration } from "../migrate.ts";

/** Made the functions that stand in storage/functions now. */
export const writeUsageFunction: Migration = {
  version: 180,
  name: "usage is written by one function",
  sql: "",
  formerly: "b1c3820bcc2f8bbe2dea26ee0b1db6a2981a523987352c3902c2c8bc5f378baf",
};
