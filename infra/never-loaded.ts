import path from "node:path";
import type { Plugin } from "esbuild";

/**
 * Ways to credentials that a Lambda never takes: profiles, single sign-on, a login, a process, a web identity,
 * metadata of an instance or a container. A Lambda on Node has them in its environment, where the SDK looks first.
 * 135 kB of every bundle.
 */
const credentials =
  /^(@aws-sdk\/(credential-provider-(http|sso|ini|login|process|web-identity)|token-providers|nested-clients.*)|@smithy\/credential-provider-imds.*)$/;

/** Streams of events in an answer: no service that we call has such. 16 kB, and all they import kept whole. */
const eventStreams = /^@smithy\/core\/event-streams$/;

/**
 * What the X-Ray SDK has for others than a Lambda: version 2 of the AWS SDK (which brings semver), machines it
 * might run on, promises of libraries, databases, web servers in front. 50 kB.
 */
const xrayElsewhere =
  /^\.\/(patchers\/(aws_p|promise_p)|segments\/plugins\/\w+|database\/sql_data|middleware\/incoming_request_data)$/;

/** Its samplers, of which it asks in a Lambda only that they keep still: whether to trace, Lambda decides. */
const xraySamplers = /^\.{1,2}\/middleware\/mw_utils$/;
const noSamplers = "module.exports = { disableCentralizedSampling() {} };";

/**
 * The X-Ray SDK carries its segment with cls-hooked, which hooks every promise of the process: measured,
 * a third of the CPU time of a request. Node's own AsyncLocalStorage does the same for next to nothing.
 */
const hookedContext = /^cls-hooked(\/context)?$/;
const ownContext = path.resolve(import.meta.dirname, "../functions/kit/async-namespace.ts");

/** An esbuild plugin: empty modules for what a Lambda never loads, and our context for the X-Ray SDK. */
export const neverLoaded: Plugin = {
  name: "never-loaded",
  setup(build) {
    const leaveOut = ({ path: name }: { path: string }) => ({ path: name, namespace: "left-out" });
    build.onResolve({ filter: credentials }, leaveOut);
    build.onResolve({ filter: eventStreams }, leaveOut);
    build.onResolve({ filter: xrayElsewhere }, leaveOut);
    build.onResolve({ filter: xraySamplers }, ({ path: name }) => ({
      path: name,
      namespace: "no-samplers",
    }));
    build.onResolve({ filter: hookedContext }, () => ({ path: ownContext }));
    build.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({
      contents: "module.exports = {};",
      loader: "js",
    }));
    build.onLoad({ filter: /.*/, namespace: "no-samplers" }, () => ({ contents: noSamplers, loader: "js" }));
  },
};
