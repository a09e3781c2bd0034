import * as z from "zod";
import { AwsError, unknownAction } from "./aws-error.ts";
import type { Clock } from "./clock.ts";
import type { Model } from "./model.ts";
import type { User, Users } from "./users.ts";

const Attributes = z.array(z.object({ Name: z.string(), Value: z.string().default("") })).default([]);
const OfUser = z.object({ UserPoolId: z.string(), Username: z.string() });
const Create = OfUser.extend({ UserAttributes: Attributes });

const shape = (user: User) => ({
  Username: user.username,
  UserCreateDate: user.createdAtMs / 1000,
  UserLastModifiedDate: user.createdAtMs / 1000,
  Enabled: user.enabled,
  UserStatus: "FORCE_CHANGE_PASSWORD",
});
const attributesOf = (user: User) =>
  Object.entries(user.attributes).map(([Name, Value]) => ({ Name, Value }));
const toRecord = (attributes: z.infer<typeof Attributes>): Record<string, string> =>
  Object.fromEntries(attributes.map(({ Name, Value }) => [Name, Value]));

/** The actions of Cognito's user pools that the product uses; its users lie in the data folder. */
export class Cognito {
  readonly #users: Users;
  readonly #clock: Clock;
  readonly #pools: ReadonlySet<string>;

  constructor(users: Users, clock: Clock, model: Model) {
    this.#users = users;
    this.#clock = clock;
    this.#pools = new Set(model.userPools.map((pool) => pool.id));
  }

  handle(action: string, request: unknown): unknown {
    switch (action) {
      case "AdminCreateUser":
        return this.#create(Create.parse(request));
      case "AdminGetUser": {
        const user = this.#find(OfUser.parse(request));
        return { ...shape(user), UserAttributes: attributesOf(user) };
      }
      case "AdminDisableUser":
        this.#users.enable(this.#find(OfUser.parse(request)), false);
        return {};
      case "AdminEnableUser":
        this.#users.enable(this.#find(OfUser.parse(request)), true);
        return {};
      case "AdminDeleteUser":
        this.#users.remove(this.#find(OfUser.parse(request)));
        return {};
      case "AdminUpdateUserAttributes":
        this.#users.update(this.#find(OfUser.parse(request)), toRecord(Create.parse(request).UserAttributes));
        return {};
      case "AdminUserGlobalSignOut":
        // Ends the sessions that refresh tokens: the issuer has none, and access tokens outlive it in AWS too.
        this.#find(OfUser.parse(request));
        return {};
      default:
        throw unknownAction("Cognito", action);
    }
  }

  #create({ UserPoolId, Username, UserAttributes }: z.infer<typeof Create>): unknown {
    this.#checkPool(UserPoolId);
    const user = this.#users.create(UserPoolId, Username, toRecord(UserAttributes), this.#clock.now());
    if (!user) throw new AwsError("UsernameExistsException", "User account already exists");
    return { User: { ...shape(user), Attributes: attributesOf(user) } };
  }

  #find({ UserPoolId, Username }: z.infer<typeof OfUser>): User {
    this.#checkPool(UserPoolId);
    const user = this.#users.find(UserPoolId, Username);
    if (!user) throw new AwsError("UserNotFoundException", "User does not exist.");
    return user;
  }

  #checkPool(id: string): void {
    if (!this.#pools.has(id))
      throw new AwsError("ResourceNotFoundException", `User pool ${id} does not exist.`);
  }
}
