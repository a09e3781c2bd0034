/** What the CDK CLI runs (`cdk.json`): the app, validated by cdk-nag, into the folder that the CLI names. */
import { lambdas } from "../functions/lambdas.ts";
import { buildApp } from "./app.ts";
import { bundleFunctions } from "./bundle.ts";

await bundleFunctions(lambdas);
buildApp({ lambdas }).synth();
