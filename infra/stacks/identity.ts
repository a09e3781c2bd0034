import { Aws, CfnOutput, Duration, Fn, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import {
  AccountRecovery,
  FeaturePlan,
  LambdaVersion,
  Mfa,
  OAuthScope,
  StandardThreatProtectionMode,
  UserPool,
  type UserPoolClient,
  UserPoolOperation,
} from "aws-cdk-lib/aws-cognito";
import type { Construct } from "constructs";
import type { LambdaDeclaration } from "../../functions/kit/lambda.ts";
import { acknowledge } from "../constructs/acknowledge.ts";
import { type FunctionContext, ProductFunction } from "../constructs/function.ts";
import { nameOf } from "../settings.ts";
import { exportAlways } from "./exports.ts";

/**
 * Who may sign in. The pool needs its trigger, the trigger needs the table, and the functions of access
 * need the pool: so the trigger stands here, between the table's stack and the functions' stack, and
 * nothing goes round in a circle.
 */
export class IdentityStack extends Stack {
  readonly userPool: UserPool;
  readonly client: UserPoolClient;

  constructor(
    scope: Construct,
    id: string,
    declaration: LambdaDeclaration | undefined,
    context: FunctionContext,
    props: StackProps,
  ) {
    super(scope, id, props);
    const { settings } = context;
    this.userPool = new UserPool(this, "Members", {
      userPoolName: nameOf(settings, "members"),
      featurePlan: FeaturePlan.PLUS,
      // Blocks sign-ins with leaked passwords and from unlikely places. It is paid per active member, and
      // members are a company's own people: cents, where the data of all its clients is behind the door.
      standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
      // A member is made by an admin of the tenant; nobody lets himself in.
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      keepOriginal: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        passwordHistorySize: 5,
        tempPasswordValidity: Duration.days(3),
      },
      mfa: settings.mfa === "required" ? Mfa.REQUIRED : Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    if (settings.mfa === "optional") {
      acknowledge(
        this.userPool,
        "AwsSolutions-COG2",
        'Members enrol an authenticator app when they choose to; threat protection is enforced for all. Deploy with the context "mfa=required" to demand it.',
      );
    }
    this.client = this.userPool.addClient("Clients", {
      userPoolClientName: nameOf(settings, "clients"),
      // Pages and apps cannot keep a secret; PKCE stands in for it.
      generateSecret: false,
      authFlows: { userSrp: true },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
        callbackUrls: [...settings.callbackUrls],
        logoutUrls: [...settings.callbackUrls],
      },
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
    });
    const domain = this.userPool.addDomain("SignIn", {
      // The prefix is one for all accounts of the region, hence the account in it.
      cognitoDomain: { domainPrefix: Fn.join("-", [nameOf(settings, "members"), Aws.ACCOUNT_ID]) },
    });
    if (declaration !== undefined) this.addTrigger(declaration, context);

    exportAlways(this, [
      this.userPool.userPoolProviderUrl,
      this.userPool.userPoolArn,
      this.userPool.userPoolId,
      this.client.userPoolClientId,
    ]);
    new CfnOutput(this, "UserPoolId", { value: this.userPool.userPoolId });
    new CfnOutput(this, "UserPoolClientId", { value: this.client.userPoolClientId });
    new CfnOutput(this, "SignInDomain", { value: domain.domainName });
  }

  /** Puts tenant and member into the claims of every token. */
  private addTrigger(declaration: LambdaDeclaration, context: FunctionContext): void {
    const trigger = new ProductFunction(this, "PreToken", {
      declaration,
      context,
      memoryMb: 1024,
      // Cognito waits five seconds and no longer.
      timeoutSeconds: 5,
      synchronous: "Cognito invokes the trigger synchronously: a failure is the answer to the sign-in.",
    });
    this.userPool.addTrigger(
      UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG,
      trigger.lambda,
      LambdaVersion.V2_0,
    );
  }
}
