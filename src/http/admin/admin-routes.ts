import type { BackOffice, ModelDesk, Policies } from "#platform";
import type { Route } from "../route.ts";
import { billingDoors } from "./billing-doors.ts";
import { limitDoors } from "./limit-doors.ts";
import { memberDoors, signInRoutes } from "./member-doors.ts";
import { modelDoors } from "./model-doors.ts";
import { policyDoors } from "./policy-doors.ts";
import { tenancyDoors } from "./tenancy-doors.ts";
import { usageDoors } from "./usage-doors.ts";

/** The admin API, `/admin/v1`. Every door names the scope it needs; operators may add `?organization_id=`. */
export function adminRoutes(office: BackOffice, policies: Policies, desk?: ModelDesk): readonly Route[] {
  return [
    ...tenancyDoors(office),
    ...memberDoors(office),
    ...signInRoutes(office),
    ...limitDoors(office),
    ...usageDoors(office),
    ...billingDoors(office),
    ...policyDoors(office, policies),
    ...(desk ? modelDoors(office, desk) : []),
  ];
}
