import * as z from "zod";
import { mostCompanies } from "../../domain/access/email.ts";
import { Member, Tenant } from "../../domain/access/records.ts";
import { Id } from "../../domain/kernel/id.ts";
import { route } from "../kit/route.ts";

const MyCompany = z
  .object({
    tenantId: Id("tenant"),
    name: Tenant.shape.name,
    memberId: Id("member").meta({ description: "Who I am there" }),
    role: Member.shape.role,
    invitedAt: Member.shape.createdAt,
    isEntered: z.boolean().meta({ description: "My next token is for this company" }),
  })
  .meta({ id: "MyCompany" });

export const companyRoutes = {
  listMyCompanies: route({
    method: "GET",
    path: "/v1/me/companies",
    summary: "The companies in which I am an active member, the one that I enter first",
    description: `Whoever was invited by another company finds it here. Up to ${mostCompanies}.`,
    permission: "member",
    status: 200,
    output: z.object({ items: z.array(MyCompany).max(mostCompanies + 2) }),
  }),
  enterCompany: route({
    method: "POST",
    path: "/v1/me/companies/{tenantId}/entry",
    summary: "Choose the company that my tokens are for",
    description:
      "Holds from the next token on, which a sign-in or a refresh gives; this one stays for its company. Until it is chosen, " +
      "tokens are for the company that I have been in the longest, also where another one invites me.",
    permission: "member",
    params: z.strictObject({ tenantId: Id("tenant") }),
    status: 200,
    output: MyCompany,
  }),
};
