import { FUNCTIONS } from "../functions/all.ts";
import type { Migration, Schema } from "../migrate.ts";
import { tenancy } from "./0001-tenancy.ts";
import { metering } from "./0002-metering.ts";
import { limits } from "./0003-limits.ts";
import { billing } from "./0004-billing.ts";
import { traces } from "./0005-traces.ts";
import { budgetCount } from "./0006-budget-count.ts";
import { sessions } from "./0007-sessions.ts";
import { files } from "./0010-files.ts";
import { batches } from "./0011-batches.ts";
import { agents } from "./0012-agents.ts";
import { chats } from "./0150-chats.ts";
import { policies } from "./0160-policies.ts";
import { libraries } from "./0161-libraries.ts";
import { agentAliases } from "./0162-agent-aliases.ts";
import { peopleInTheApp } from "./0170-people-in-the-app.ts";
import { whereTheTimeWent } from "./0171-where-the-time-went.ts";
import { writeUsageFunction } from "./0180-write-usage.ts";
import { decisionsOfARequest } from "./0181-decisions-of-a-request.ts";
import { sharedLibraries } from "./0185-shared-libraries.ts";
import { modelPulls } from "./0186-model-pulls.ts";
import { operators } from "./0190-operators.ts";
import { usageByPerson } from "./0192-usage-by-person.ts";
import { enginesAsked } from "./0193-engines-asked.ts";
import { browsersOfSessions } from "./0200-browsers-of-sessions.ts";
import { modelNames } from "./0205-model-names.ts";
import { budgetsOfModels } from "./0206-budgets-of-models.ts";
import { membersOfWorkspaces } from "./0210-members-of-workspaces.ts";

/** Every step of the schema. Append; never edit one that has been released. */
export const MIGRATIONS: readonly Migration[] = [
  tenancy,
  metering,
  limits,
  billing,
  traces,
  budgetCount,
  sessions,
  files,
  batches,
  agents,
  chats,
  policies,
  libraries,
  agentAliases,
  peopleInTheApp,
  whereTheTimeWent,
  writeUsageFunction,
  sharedLibraries,
  modelPulls,
  decisionsOfARequest,
  operators,
  usageByPerson,
  enginesAsked,
  browsersOfSessions,
  modelNames,
  budgetsOfModels,
  membersOfWorkspaces,
];

/** What a database of this version has. */
export const SCHEMA: Schema = { steps: MIGRATIONS, functions: FUNCTIONS };
