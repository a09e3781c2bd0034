import type { Templates } from "./templates.ts";

/** A guarantee about the templates, with ways to break it: a check that a break does not alarm is no check. */
export interface Check {
  readonly guarantee: string;
  /** What is wrong, in words; empty where the guarantee holds. */
  readonly violations: (templates: Templates) => string[];
  /** Each alters a copy so that the guarantee no longer holds. Named after what is done. */
  readonly breaks: Readonly<Record<string, (templates: Templates) => void>>;
}

/** The violations of a condition, named. */
export const unless = (holds: boolean, violation: string): string[] => (holds ? [] : [violation]);
