import type { PreTokenGenerationV2TriggerEvent } from "aws-lambda";
import { emailClaimEntity } from "../access/claims.ts";
import type { Ground } from "../kit/machine.ts";
import { memberEntity } from "../kit/records.ts";
import { newMeter } from "../kit/table/database.ts";
import { Store } from "../kit/table/store.ts";
import { SystemStore } from "../kit/table/system.ts";

/** No token is issued. What the person is told does not say which of the reasons it was. */
const refused = (): Error => new Error("This address may not sign in here.");

/**
 * Puts `tenant` and `member` into the access token of a member. An address that is unknown, that nobody has
 * verified (whoever changes his address to another's has not), or whose member is dismissed gets no token.
 */
export const withClaims = async (
  event: PreTokenGenerationV2TriggerEvent,
  ground: Ground,
): Promise<PreTokenGenerationV2TriggerEvent> => {
  const { email, email_verified: verified } = event.request.userAttributes;
  if (!email || verified !== "true") throw refused();
  const database = ground.database(newMeter());
  const claim = await new SystemStore(database).get(emailClaimEntity, { email });
  if (!claim) throw refused();
  const member = await new Store(database, claim.tenantId).get(memberEntity, { id: claim.memberId });
  if (member?.status !== "active") throw refused();
  return {
    ...event,
    response: {
      claimsAndScopeOverrideDetails: {
        accessTokenGeneration: {
          claimsToAddOrOverride: { tenant: claim.tenantId, member: claim.memberId },
        },
      },
    },
  };
};
