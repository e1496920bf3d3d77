import { z } from "zod";
import { TramontaneError } from "#base";
import { actorOf, adviseOn, diffPolicies, RULE_TEMPLATES } from "#platform";
import type { BackOffice, Policies, PolicyOwner } from "#platform";
import {
  AdvisePolicySchema,
  PolicyDraftSchema,
  PublishPolicySchema,
  ReplayPolicySchema,
  ReviewDecisionSchema,
  RollBackPolicySchema,
  TestPolicySchema,
} from "#protocol";
import type { PolicyDefinition } from "#protocol";
import { readQuery } from "../read-query.ts";
import type { Route } from "../route.ts";
import { adminRoute } from "./admin-exchange.ts";
import type { AdminExchange } from "./admin-exchange.ts";
import { viewDecision, viewPolicy, viewPrecision, viewReplay, viewVersion } from "./policy-views.ts";
import { list } from "./views.ts";

const VersionName = z.union([z.literal("draft"), z.literal("none"), z.coerce.number().int().min(1)]);
const DiffQuery = z.object({ from: VersionName.optional(), to: VersionName.optional() });
const LogQuery = z.object({
  before: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  rule_id: z.string().optional(),
  outcome: z.enum(["refuse", "warn", "log", "failed_open", "failed_closed"]).optional(),
});

/** A workspace's rules in plain words. All doors take `?workspace_id=`; without, it is the caller's own. */
export function policyDoors(office: BackOffice, policies: Policies): readonly Route[] {
  return [
    ...draftDoors(office, policies),
    ...versionDoors(office, policies),
    ...tryingDoors(office, policies),
    ...logDoors(office, policies),
  ];
}

function draftDoors(office: BackOffice, { store }: Policies): readonly Route[] {
  const show = async (owner: PolicyOwner) => viewPolicy(owner.workspaceId, await store.read(owner.workspaceId));
  return [
    adminRoute(office, {
      method: "GET",
      path: "/policy",
      summary: "Show a workspace's policy: the version in force, the draft, and advice on its rules",
      scope: "admin",
      handle: async (exchange) => await show(await ownerOf(office, exchange)),
    }),
    adminRoute(office, {
      method: "PUT",
      path: "/policy/draft",
      summary: "Keep a draft of the policy; nothing changes for anybody yet",
      scope: "admin",
      body: PolicyDraftSchema,
      async handle(exchange, body) {
        const owner = await ownerOf(office, exchange);
        await store.saveDraft(owner, body);
        return await show(owner);
      },
    }),
    adminRoute(office, {
      method: "DELETE",
      path: "/policy/draft",
      summary: "Drop the draft",
      scope: "admin",
      async handle(exchange) {
        const owner = await ownerOf(office, exchange);
        await store.discardDraft(owner);
        return await show(owner);
      },
    }),
    adminRoute(office, {
      method: "POST",
      path: "/policy/publish",
      summary: "Put the draft in force as a new version",
      scope: "admin",
      body: PublishPolicySchema,
      async handle(exchange, { note, base_version: base }) {
        const owner = await ownerOf(office, exchange);
        await store.publish(owner, { note: note ?? undefined, base: base ?? undefined });
        return await show(owner);
      },
    }),
    adminRoute(office, {
      method: "POST",
      path: "/policy/roll-back",
      summary: "Put an earlier version in force again, as a new version",
      scope: "admin",
      body: RollBackPolicySchema,
      async handle(exchange, { version, note }) {
        const owner = await ownerOf(office, exchange);
        await store.rollBack(owner, { version, note: note ?? undefined });
        return await show(owner);
      },
    }),
  ];
}

function versionDoors(office: BackOffice, { store }: Policies): readonly Route[] {
  const definitionOf = async (
    workspaceId: string,
    name: z.infer<typeof VersionName>,
  ): Promise<PolicyDefinition | undefined> => {
    if (name === "none") return undefined;
    if (name === "draft") return (await store.read(workspaceId)).draft;
    return (await store.version(workspaceId, name)).definition;
  };
  return [
    adminRoute(office, {
      method: "GET",
      path: "/policy/versions",
      summary: "List the versions of a policy, newest first",
      scope: "admin",
      handle: async (exchange) =>
        list((await store.versions((await ownerOf(office, exchange)).workspaceId)).map(viewVersion)),
    }),
    adminRoute(office, {
      method: "GET",
      path: "/policy/versions/:version",
      summary: "Show one version of a policy",
      scope: "admin",
      async handle(exchange) {
        const { workspaceId } = await ownerOf(office, exchange);
        return viewVersion(await store.version(workspaceId, Number(exchange.params["version"]) || 0));
      },
    }),
    adminRoute(office, {
      method: "GET",
      path: "/policy/diff",
      summary: "What changes between two versions; `from` is the version in force and `to` the draft unless named",
      scope: "admin",
      async handle(exchange) {
        const { workspaceId } = await ownerOf(office, exchange);
        const wanted = readQuery(DiffQuery, exchange.query);
        const { published } = await store.read(workspaceId);
        const from = wanted.from ?? published?.version ?? "none";
        const to = wanted.to ?? "draft";
        const diff = diffPolicies(await definitionOf(workspaceId, from), await definitionOf(workspaceId, to));
        return { object: "policy_diff", from, to, ...diff };
      },
    }),
  ];
}

function tryingDoors(office: BackOffice, { workbench }: Policies): readonly Route[] {
  return [
    adminRoute(office, {
      method: "GET",
      path: "/policy/templates",
      summary: "Rules to start from",
      scope: "admin",
      handle: () =>
        Promise.resolve(list(RULE_TEMPLATES.map((template) => ({ object: "policy_template", ...template })))),
    }),
    adminRoute(office, {
      method: "POST",
      path: "/policy/advice",
      summary: "What a careful reader would ask about these rules: vague words, pairs that conflict, better wordings",
      scope: "admin",
      body: AdvisePolicySchema,
      handle: (_exchange, { rules }) =>
        Promise.resolve(
          list(
            adviseOn(rules.map((rule, index) => ({ ...rule, id: rule.id ?? `new_${index + 1}` }))).map((it) => ({
              ...it,
            })),
          ),
        ),
    }),
    adminRoute(office, {
      method: "POST",
      path: "/policy/test",
      summary: "What the draft, or the version in force, would do with these texts; nothing is kept",
      scope: "admin",
      body: TestPolicySchema,
      async handle(exchange, { texts, applies_to: stage, which }) {
        const { workspaceId } = await ownerOf(office, exchange);
        const verdicts = await workbench.test(workspaceId, { texts, stage, which, signal: exchange.signal });
        return list(verdicts.map((verdict) => ({ object: "policy_verdict", ...verdict })));
      },
    }),
    adminRoute(office, {
      method: "POST",
      path: "/policy/replay",
      summary: "What the draft would do with the newest messages of the workspace's chats, beside the version in force",
      scope: "admin",
      body: ReplayPolicySchema,
      async handle(exchange, { messages, applies_to: stage }) {
        const owner = await ownerOf(office, exchange);
        const replayed = await workbench.replay(owner.workspaceId, { messages, stage, signal: exchange.signal });
        await office.database.transaction((session) =>
          office.audit.append(session, {
            organizationId: owner.organizationId,
            actor: owner.actor,
            event: "policy.replay",
            target: `workspace:${owner.workspaceId}`,
            details: { messages: replayed.length, stage },
          }),
        );
        return viewReplay(replayed);
      },
    }),
  ];
}

function logDoors(office: BackOffice, { log }: Policies): readonly Route[] {
  return [
    adminRoute(office, {
      method: "GET",
      path: "/policy/decisions",
      summary: "The moderation log, newest first: what was refused, warned about or only logged, and by which rule",
      scope: "admin",
      async handle(exchange) {
        const { workspaceId } = await ownerOf(office, exchange);
        const { before, limit, rule_id: ruleId, outcome } = readQuery(LogQuery, exchange.query);
        return list((await log.list(workspaceId, { before, limit, ruleId, outcome })).map(viewDecision));
      },
    }),
    adminRoute(office, {
      method: "GET",
      path: "/policy/decisions/:id/excerpt",
      summary: "The beginning of what was judged, where it was kept; who reads it is written down",
      scope: "admin",
      async handle(exchange) {
        const id = exchange.params["id"]!;
        const excerpt = await log.excerpt(await ownerOf(office, exchange), id);
        return { object: "policy_excerpt", id, excerpt };
      },
    }),
    adminRoute(office, {
      method: "POST",
      path: "/policy/decisions/:id/review",
      summary: "Say whether a decision was right; null takes it back",
      scope: "admin",
      body: ReviewDecisionSchema,
      handle: async (exchange, { verdict }) =>
        viewDecision(await log.review(await ownerOf(office, exchange), exchange.params["id"]!, verdict ?? undefined)),
    }),
    adminRoute(office, {
      method: "GET",
      path: "/policy/precision",
      summary: "How often each rule was right, as far as people said so",
      scope: "admin",
      handle: async (exchange) =>
        list((await log.precision((await ownerOf(office, exchange)).workspaceId)).map(viewPrecision)),
    }),
  ];
}

/** The workspace concerned: one of the organisation's. Errors: `not_found`. */
async function ownerOf(office: BackOffice, { organizationId, caller, query }: AdminExchange): Promise<PolicyOwner> {
  const wanted = query["workspace_id"] ?? caller.workspaceId;
  const workspaces = await office.organizations.workspaces(organizationId);
  const found = workspaces.find(({ id }) => id === wanted);
  if (found) return { organizationId, workspaceId: found.id, actor: actorOf(caller) };
  throw new TramontaneError("not_found", "This organization has no such workspace", { field: "workspace_id" });
}
