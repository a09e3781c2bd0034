/** As far as it is used here; the package need not be installed for anything else. */
declare module "recheck" {
  export const checkSync: (
    source: string,
    flags: string,
    parameters?: { readonly timeout?: number },
  ) => {
    readonly status: "safe" | "vulnerable" | "unknown";
    readonly complexity?: { readonly summary: string };
    readonly attack?: { readonly pattern: string };
  };
}
