import type { Resource, StackTemplate } from "./template.ts";

/** Something in the template that the stack on one machine does not run. It is refused at start, by name. */
export class Unsupported extends Error {
  constructor(where: string, what: string) {
    super(`${where}: ${what} is not known to the stack on one machine`);
    this.name = "Unsupported";
  }
}

export interface Pseudo {
  readonly region: string;
  readonly accountId: string;
}

/** What a resource answers to `Ref` and `Fn::GetAtt`. */
export interface Naming {
  /** The property that names the resource, if its type has one. */
  nameProperty(resource: Resource): string | undefined;
  /** The name of a resource that the template leaves unnamed. */
  defaultName(resource: Resource): string;
  reference(resource: Resource, name: string): unknown;
  attribute(resource: Resource, name: string, attribute: string): unknown;
}

/** A marker for a value that `AWS::NoValue` takes away. */
const noValue = Symbol("AWS::NoValue");

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const asList = (value: unknown, where: string): unknown[] => {
  if (!Array.isArray(value)) throw new Error(`${where}: a list is expected`);
  return value;
};

const asText = (value: unknown, where: string): string => {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error(`${where}: a text is expected, not ${JSON.stringify(value)}`);
};

/** Evaluates the intrinsic functions of templates that refer to one another. */
export class Resolver {
  readonly #stacks: ReadonlyMap<string, StackTemplate>;
  readonly #naming: Naming;
  readonly #pseudo: Pseudo;
  readonly #exports = new Map<string, { stack: StackTemplate; value: unknown }>();
  readonly #properties = new Map<Resource, Record<string, unknown>>();
  readonly #underWay = new Set<Resource>();

  constructor(stacks: readonly StackTemplate[], naming: Naming, pseudo: Pseudo) {
    this.#stacks = new Map(stacks.map((stack) => [stack.name, stack]));
    this.#naming = naming;
    this.#pseudo = pseudo;
    for (const stack of stacks)
      for (const [id, { Value, exportName }] of Object.entries(stack.outputs))
        if (exportName !== undefined)
          this.#exports.set(asText(this.#value(stack, exportName, id), id), { stack, value: Value });
  }

  /** The resources that the templates make, those left out whose condition does not hold. */
  *resources(): Generator<Resource> {
    for (const stack of this.#stacks.values())
      for (const resource of stack.resources.values())
        if (resource.condition === undefined || this.#condition(stack, resource.condition)) yield resource;
  }

  /** The properties of a resource with everything resolved. */
  properties(resource: Resource): Record<string, unknown> {
    const known = this.#properties.get(resource);
    if (known) return known;
    if (this.#underWay.has(resource)) throw new Error(`${resource.id} refers to itself`);
    this.#underWay.add(resource);
    try {
      const stack = this.#stack(resource.stack);
      const resolved = this.#value(stack, resource.properties, resource.id);
      const properties = isRecord(resolved) ? resolved : {};
      this.#properties.set(resource, properties);
      return properties;
    } finally {
      this.#underWay.delete(resource);
    }
  }

  /** The name of the resource: only its naming property is looked at, since others may refer back to it. */
  name(resource: Resource): string {
    const property = this.#naming.nameProperty(resource);
    const given = property === undefined ? undefined : resource.properties[property];
    if (given === undefined) return this.#naming.defaultName(resource);
    return asText(this.#value(this.#stack(resource.stack), given, resource.id), resource.id);
  }

  reference(resource: Resource): unknown {
    return this.#naming.reference(resource, this.name(resource));
  }

  attribute(resource: Resource, attribute: string): unknown {
    return this.#naming.attribute(resource, this.name(resource), attribute);
  }

  #stack(name: string): StackTemplate {
    const stack = this.#stacks.get(name);
    if (!stack) throw new Error(`There is no stack ${name}`);
    return stack;
  }

  #value(stack: StackTemplate, value: unknown, where: string): unknown {
    if (Array.isArray(value))
      return value.map((item) => this.#value(stack, item, where)).filter((item) => item !== noValue);
    if (!isRecord(value)) return value;
    const [key, ...others] = Object.keys(value);
    if (key !== undefined && others.length === 0 && (key === "Ref" || key.startsWith("Fn::")))
      return this.#intrinsic(stack, key, value[key], where);
    const resolved: Record<string, unknown> = {};
    for (const [name, inner] of Object.entries(value)) {
      const result = this.#value(stack, inner, `${where}.${name}`);
      if (result !== noValue) resolved[name] = result;
    }
    return resolved;
  }

  #intrinsic(stack: StackTemplate, name: string, argument: unknown, where: string): unknown {
    const list = (): unknown[] => asList(this.#value(stack, argument, where), `${where} ${name}`);
    switch (name) {
      case "Ref":
        return this.#ref(stack, asText(argument, where), where);
      case "Fn::GetAtt": {
        const parts = typeof argument === "string" ? argument.split(".") : asList(argument, where);
        const [id, ...attribute] = parts.map((part) => asText(this.#value(stack, part, where), where));
        return this.#getAtt(stack, id ?? "", attribute.join("."), where);
      }
      case "Fn::ImportValue": {
        const exportName = asText(this.#value(stack, argument, where), where);
        const exported = this.#exports.get(exportName);
        if (!exported) throw new Error(`${where}: nothing is exported as ${exportName}`);
        return this.#value(exported.stack, exported.value, where);
      }
      case "Fn::Join": {
        const [separator, parts] = list();
        return asList(parts, where)
          .map((part) => asText(part, where))
          .join(asText(separator, where));
      }
      case "Fn::Sub":
        return this.#sub(stack, argument, where);
      case "Fn::Select": {
        const [index, choices] = list();
        return asList(choices, where)[Number(index)];
      }
      case "Fn::Split": {
        const [separator, text] = list();
        return asText(text, where).split(asText(separator, where));
      }
      case "Fn::If": {
        const [condition, yes, no] = asList(argument, where);
        const chosen = this.#condition(stack, asText(condition, where)) ? yes : no;
        return this.#value(stack, chosen, where);
      }
      default:
        throw new Unsupported(where, name);
    }
  }

  #ref(stack: StackTemplate, id: string, where: string): unknown {
    switch (id) {
      case "AWS::Region":
        return this.#pseudo.region;
      case "AWS::AccountId":
        return this.#pseudo.accountId;
      case "AWS::Partition":
        return "aws";
      case "AWS::URLSuffix":
        return "amazonaws.com";
      case "AWS::StackName":
        return stack.name;
      case "AWS::StackId":
        return `arn:aws:cloudformation:${this.#pseudo.region}:${this.#pseudo.accountId}:stack/${stack.name}/local`;
      case "AWS::NoValue":
        return noValue;
    }
    if (id in stack.parameters) return stack.parameters[id] ?? "";
    const resource = stack.resources.get(id);
    if (!resource) throw new Unsupported(where, `Ref ${id}`);
    return this.reference(resource);
  }

  #getAtt(stack: StackTemplate, id: string, attribute: string, where: string): unknown {
    const resource = stack.resources.get(id);
    if (!resource) throw new Unsupported(where, `Fn::GetAtt ${id}.${attribute}`);
    return this.attribute(resource, attribute);
  }

  #sub(stack: StackTemplate, argument: unknown, where: string): string {
    const [pattern, names] = Array.isArray(argument) ? argument : [argument, {}];
    const variables = this.#value(stack, names, where);
    return asText(pattern, where).replaceAll(/\$\{(!?)([^${}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (isRecord(variables) && name in variables) return asText(variables[name], where);
      const [id = "", ...attribute] = name.split(".");
      return asText(
        attribute.length > 0
          ? this.#getAtt(stack, id, attribute.join("."), where)
          : this.#ref(stack, id, where),
        where,
      );
    });
  }

  #condition(stack: StackTemplate, name: string): boolean {
    if (!(name in stack.conditions)) throw new Error(`There is no condition ${name}`);
    return this.#test(stack, stack.conditions[name], name);
  }

  #test(stack: StackTemplate, test: unknown, where: string): boolean {
    if (!isRecord(test)) throw new Unsupported(where, `condition ${JSON.stringify(test)}`);
    const [operator = "", argument] = Object.entries(test)[0] ?? [];
    const all = (): unknown[] => asList(argument, where);
    switch (operator) {
      case "Fn::Equals": {
        const [left, right] = all().map((side) => this.#value(stack, side, where));
        return left === right;
      }
      case "Fn::And":
        return all().every((inner) => this.#test(stack, inner, where));
      case "Fn::Or":
        return all().some((inner) => this.#test(stack, inner, where));
      case "Fn::Not":
        return !this.#test(stack, all()[0], where);
      case "Condition":
        return this.#condition(stack, asText(argument, where));
      default:
        throw new Unsupported(where, operator);
    }
  }
}
