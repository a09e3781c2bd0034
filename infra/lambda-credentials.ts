import type { Plugin } from "esbuild";

/**
 * Ways to credentials that a Lambda never takes: profiles, single sign-on, a login, a process, a web
 * identity, instance metadata. A Lambda has them in its environment (or, with SnapStart, from the
 * container endpoint); the SDK asks for the others only after those, so that leaving them out saves
 * 120 kB of every bundle and changes nothing else.
 */
const unused =
  /^(@aws-sdk\/(credential-provider-(sso|ini|login|process|web-identity)|token-providers|nested-clients.*)|@smithy\/credential-provider-imds.*)$/;

/** An esbuild plugin that puts an empty module in the place of what a Lambda never loads. */
export const lambdaCredentials: Plugin = {
  name: "lambda-credentials",
  setup(build) {
    build.onResolve({ filter: unused }, ({ path }) => ({ path, namespace: "left-out" }));
    build.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({ contents: "export {}", loader: "js" }));
  },
};
