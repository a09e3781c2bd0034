import { type Company, fresh, freshEmail } from "../company.ts";
import type { Requests } from "../request.ts";

export const anotherMember = ({ call }: Company) =>
  call.inviteMember({ body: { email: freshEmail(), name: "Dan Ș", role: "manager" } });

const anotherHead = async ({ call }: Company) =>
  (await call.inviteMember({ body: { email: freshEmail(), name: "Elena Ș", role: "head" } })).id;

const anotherTeam = ({ call }: Company) => call.createTeam({ body: { name: `Team ${fresh()}` } });

export const access: Requests = {
  inviteMember: async ({ ids }) => ({
    body: { email: freshEmail(), name: "Maria Ș", role: "manager", teamId: ids.team },
  }),
  changeMember: async (company) => ({
    params: { memberId: (await anotherMember(company)).id },
    body: { name: "Radu Ț", role: "head", teamId: company.ids.team },
  }),
  dismissMember: async (company) => ({
    params: { memberId: (await anotherMember(company)).id },
    body: { handOverTo: company.ids.mem },
  }),
  reinstateMember: async (company) => {
    const { id } = await anotherMember(company);
    await company.call.dismissMember({
      params: { memberId: id },
      body: { handOverTo: company.adminMemberId },
    });
    return { params: { memberId: id } };
  },
  enterCompany: async ({ tenantId }) => ({ params: { tenantId } }),
  changeTenant: async () => ({ body: { name: `Company ${fresh()}`, country: "RO" } }),
  createTeam: async (company) => ({ body: { name: `Team ${fresh()}`, headId: await anotherHead(company) } }),
  changeTeam: async (company) => ({
    params: { teamId: (await anotherTeam(company)).id },
    body: { name: `Team ${fresh()}`, headId: await anotherHead(company) },
  }),
  deleteTeam: async (company) => ({ params: { teamId: (await anotherTeam(company)).id } }),
};
