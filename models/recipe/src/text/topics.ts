import type { Topic } from "./topic.ts";
import { companyTopics } from "./topics-company.ts";
import { conductTopics } from "./topics-conduct.ts";
import { dailyTopics } from "./topics-daily.ts";
import { deskTopics } from "./topics-desk.ts";
import { policyTopics } from "./topics-policy.ts";
import { shopTopics } from "./topics-shop.ts";

/** All subjects that labels and rules are about. */
export const topics: readonly Topic[] = [
  ...policyTopics,
  ...conductTopics,
  ...companyTopics,
  ...deskTopics,
  ...shopTopics,
  ...dailyTopics,
];
