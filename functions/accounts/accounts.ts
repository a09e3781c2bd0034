import {
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminUserGlobalSignOutCommand,
  type CognitoIdentityProviderClient,
  UserNotFoundException,
  UsernameExistsException,
} from "@aws-sdk/client-cognito-identity-provider";
import * as z from "zod";
import { memberDismissed, memberInvited } from "../../events/access.ts";
import { activeMemberships } from "../access/memberships.ts";
import type { Heard, Listening } from "../kit/listen.ts";
import { memberEntity } from "../kit/records.ts";
import type { Database } from "../kit/table/database.ts";

/** What has to be possible with logins. An address that is there already, or not there, is no error. */
export interface Logins {
  create(email: string): Promise<void>;
  enable(email: string): Promise<void>;
  /** Ends the sessions too. */
  disable(email: string): Promise<void>;
}

/** The logins of a user pool. Cognito sends the invitation with a first password. */
export const poolLogins = (
  client: Pick<CognitoIdentityProviderClient, "send">,
  UserPoolId: string,
): Logins => ({
  async create(email) {
    try {
      await client.send(
        new AdminCreateUserCommand({
          UserPoolId,
          Username: email,
          UserAttributes: [
            { Name: "email", Value: email },
            { Name: "email_verified", Value: "true" },
          ],
          DesiredDeliveryMediums: ["EMAIL"],
        }),
      );
    } catch (error) {
      if (!(error instanceof UsernameExistsException)) throw error;
    }
  },
  async enable(email) {
    await client.send(new AdminEnableUserCommand({ UserPoolId, Username: email }));
  },
  async disable(email) {
    try {
      await client.send(new AdminDisableUserCommand({ UserPoolId, Username: email }));
      await client.send(new AdminUserGlobalSignOutCommand({ UserPoolId, Username: email }));
    } catch (error) {
      if (!(error instanceof UserNotFoundException)) throw error;
    }
  },
});

/** Invitation and reinstatement carry the member, the dismissal names them. */
const Subject = z.union([
  memberInvited.data.pick({ id: true }).transform(({ id }) => id),
  memberDismissed.data.pick({ memberId: true }).transform(({ memberId }) => memberId),
]);

/** How often members of an address may change while its login is brought in line. */
const mostRounds = 5;

/**
 * Brings the login of a member's address in line with the members that have it: it is open as long as one of them, of whatever
 * company, is active. So a company shuts nobody out of another. Events come more than once and in any order, so that none is
 * taken at its word: the records decide, and are read once more when the login is done.
 */
export const keepLogin = async (
  { event }: Heard,
  { store }: Listening,
  logins: Logins,
  database: Database,
): Promise<void> => {
  const id = Subject.parse(event.data);
  const member = await store.get(memberEntity, { id });
  if (!member) return;
  const { email } = member;
  let before: boolean | undefined;
  for (let round = 0; round < mostRounds; round++) {
    const isOpen = (await activeMemberships(database, email)).length > 0;
    if (isOpen === before) return;
    if (isOpen) {
      await logins.create(email);
      await logins.enable(email);
    } else await logins.disable(email);
    before = isOpen;
  }
  throw new Error(`member ${id} is dismissed and reinstated faster than the login can follow`);
};
