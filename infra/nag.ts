import { type App, type CfnResource, Validations } from "aws-cdk-lib";
import {
  AwsSolutionsChecks,
  type IApplyRule,
  NagRuleCompliance,
  type NagRuleResult,
  ServerlessChecks,
} from "cdk-nag";

/** What the packs did, counted while they ran. */
export interface Nag {
  /** Rules of both packs that were run. */
  readonly rules: Set<string>;
  /** Rules that had something to say about at least one resource. */
  readonly applied: Set<string>;
  /** Applications of a rule to a resource that it concerns. */
  checks: number;
  /** Everything the rules object to, whether acknowledged or not: rule id (with finding) and construct path. */
  readonly objections: Map<string, Set<string>>;
}

/** Counts what a rule answers, and passes the answer on. */
const counted = (nag: Nag, pack: string, params: IApplyRule): IApplyRule => {
  const suffix = params.ruleSuffixOverride ?? params.rule.name;
  const id = `${pack}-${suffix}`;
  nag.rules.add(id);
  const object = (finding: string, node: CfnResource) => {
    const paths = nag.objections.get(finding) ?? new Set();
    nag.objections.set(finding, paths.add(node.node.path));
  };
  const rule = (node: CfnResource): NagRuleResult => {
    let result: NagRuleResult;
    try {
      result = params.rule(node);
    } catch (failure) {
      object(id, node);
      throw failure;
    }
    if (result !== NagRuleCompliance.NOT_APPLICABLE) {
      nag.applied.add(id);
      nag.checks += 1;
    }
    if (result === NagRuleCompliance.NON_COMPLIANT) object(id, node);
    else if (Array.isArray(result)) for (const finding of result) object(`${id}[${finding}]`, node);
    return result;
  };
  return { ...params, ruleSuffixOverride: suffix, rule };
};

class CountingAwsSolutions extends AwsSolutionsChecks {
  private readonly nag: Nag;
  constructor(app: App, nag: Nag) {
    super(app);
    this.nag = nag;
  }
  protected override applyRule(params: IApplyRule): void {
    super.applyRule(counted(this.nag, this.packName, params));
  }
}

class CountingServerless extends ServerlessChecks {
  private readonly nag: Nag;
  constructor(app: App, nag: Nag) {
    super(app);
    this.nag = nag;
  }
  protected override applyRule(params: IApplyRule): void {
    super.applyRule(counted(this.nag, this.packName, params));
  }
}

/** Lets both packs of cdk-nag validate the synthesis of the app. */
export const addNag = (app: App): Nag => {
  const nag: Nag = { rules: new Set(), applied: new Set(), checks: 0, objections: new Map() };
  Validations.of(app).addPlugins(new CountingAwsSolutions(app, nag), new CountingServerless(app, nag));
  return nag;
};

export interface Place {
  readonly id: string;
  readonly path: string;
}

/** Every acknowledgement in the app, with the construct that it was given on. */
export const acknowledgementsIn = (app: App): (Place & { readonly reason: string })[] =>
  app.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter((entry) => entry.type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap((entry) =>
        Object.entries(Object(entry.data)).map(([id, reason]) => ({
          id: id.replace(/^annotation::/i, ""),
          path: construct.node.path,
          reason: String(reason),
        })),
      ),
  );

const within = (path: string, ancestor: string): boolean =>
  path === ancestor || path.startsWith(`${ancestor}/`);

/** After the synthesis: what the rules object to and nobody acknowledged, and acknowledgements that nothing needs. */
export const findingsOf = (nag: Nag, app: App): { left: Place[]; unneeded: Place[] } => {
  const acknowledged = acknowledgementsIn(app);
  const objections = [...nag.objections].flatMap(([id, paths]) => [...paths].map((path) => ({ id, path })));
  return {
    left: objections.filter(
      ({ id, path }) => !acknowledged.some((given) => given.id === id && within(path, given.path)),
    ),
    unneeded: acknowledged
      .filter((given) => !objections.some(({ id, path }) => given.id === id && within(path, given.path)))
      .map(({ id, path }) => ({ id, path })),
  };
};
