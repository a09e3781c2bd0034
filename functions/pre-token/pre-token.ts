import type { PreTokenGenerationV2TriggerEvent } from "aws-lambda";
import { activeMemberships } from "../access/memberships.ts";
import type { Ground } from "../kit/machine.ts";
import { newMeter } from "../kit/table/database.ts";

/** No token is issued. What the person is told does not say which of the reasons it was. */
const refused = (): Error => new Error("This address may not sign in here.");

/**
 * Puts `tenant` and `member` into the access token of a person: of the company that they chose, else of the one that they have
 * been in the longest. An address that is unknown, that nobody has
 * verified (whoever changes his address to another's has not), or whose members are all dismissed gets no token.
 */
export const withClaims = async (
  event: PreTokenGenerationV2TriggerEvent,
  ground: Ground,
): Promise<PreTokenGenerationV2TriggerEvent> => {
  const { email, email_verified: verified } = event.request.userAttributes;
  if (!email || verified !== "true") throw refused();
  const [entered] = await activeMemberships(ground.database(newMeter()), email);
  if (!entered) throw refused();
  return {
    ...event,
    response: {
      claimsAndScopeOverrideDetails: {
        accessTokenGeneration: {
          claimsToAddOrOverride: { tenant: entered.tenantId, member: entered.member.id },
        },
      },
    },
  };
};
