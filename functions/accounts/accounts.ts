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
import type { Member } from "../../domain/access/records.ts";
import { memberDismissed, memberInvited } from "../../events/access.ts";
import type { Heard, Listening } from "../kit/listen.ts";
import { memberEntity } from "../kit/records.ts";

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

/** How often a member may change while the login is brought in line. */
const mostRounds = 5;

const bringInLine = async (logins: Logins, member: Member): Promise<void> => {
  if (member.status === "dismissed") return logins.disable(member.email);
  await logins.create(member.email);
  await logins.enable(member.email);
};

/**
 * Brings a member's login in line with the member. Events come more than once and in any order, so that none
 * is taken at its word: the member's record decides, and is read once more when the login is done.
 */
export const keepLogin = async ({ event }: Heard, { store }: Listening, logins: Logins): Promise<void> => {
  const id = Subject.parse(event.data);
  let before: Member["status"] | undefined;
  for (let round = 0; round < mostRounds; round++) {
    const member = await store.get(memberEntity, { id });
    if (!member || member.status === before) return;
    await bringInLine(logins, member);
    before = member.status;
  }
  throw new Error(`member ${id} is dismissed and reinstated faster than the login can follow`);
};
