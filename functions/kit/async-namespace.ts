import { AsyncLocalStorage } from "node:async_hooks";

/**
 * What the X-Ray SDK asks of cls-hooked, on Node's AsyncLocalStorage. The bundler puts this module in
 * cls-hooked's place (infra/never-loaded.ts says why). Emitters cannot be bound: only the SDK's HTTP
 * patcher does that, and we do not use it.
 */
type Context = Record<string, unknown>;

class Namespace {
  readonly #storage = new AsyncLocalStorage<Context | undefined>();
  /**
   * Stands wherever no run is under way. The SDK enters it once, while the Lambda is loaded, and counts on it in
   * every invocation: what `enterWith` gives is gone as soon as the import that loads the Lambda is awaited.
   */
  #entered: Context | undefined;

  get active(): Context | undefined {
    return this.#storage.getStore() ?? this.#entered;
  }

  createContext(): Context {
    return Object.create(this.active ?? null) as Context;
  }

  get(key: string): unknown {
    return this.active?.[key];
  }

  set(key: string, value: unknown): unknown {
    if (!this.active) throw new Error("No context available. ns.run() or ns.bind() must be called first.");
    this.active[key] = value;
    return value;
  }

  run(work: (context: Context) => unknown): Context {
    const context = this.createContext();
    this.#storage.run(context, () => work(context));
    return context;
  }

  runAndReturn<T>(work: (context: Context) => T): T {
    const context = this.createContext();
    return this.#storage.run(context, () => work(context));
  }

  runPromise<T>(work: (context: Context) => Promise<T>): Promise<T> {
    return this.runAndReturn(work);
  }

  bind<Args extends unknown[], T>(work: (...args: Args) => T, context = this.active): (...args: Args) => T {
    return (...args) => this.#storage.run(context, () => work(...args));
  }

  enter(context: Context): void {
    this.#entered = context;
  }

  exit(): void {
    this.#entered = undefined;
  }
}

const namespaces = new Map<string, Namespace>();

export const getNamespace = (name: string): Namespace | undefined => namespaces.get(name);

export const createNamespace = (name: string): Namespace => {
  const namespace = new Namespace();
  namespaces.set(name, namespace);
  return namespace;
};

export const destroyNamespace = (name: string): void => {
  namespaces.delete(name);
};
