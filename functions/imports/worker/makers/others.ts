import { NewMember } from "../../../../domain/access/member.ts";
import { NewTeam } from "../../../../domain/access/team.ts";
import { NewDeal } from "../../../../domain/deals/input.ts";
import { NewProduct } from "../../../../domain/products/product.ts";
import { memberHandlers } from "../../../access/members.ts";
import { teamHandlers } from "../../../access/teams.ts";
import { enteredDeal } from "../../../deals/create.ts";
import { productHandlers } from "../../../products/handlers.ts";
import { type Makers, maker } from "./maker.ts";
import { saleMaker } from "./sales.ts";

const nothing = { params: {}, query: {} };

/**
 * Everything but clients. Rows become records by the same functions as requests do: there is no second set of rules.
 * Of deals it is the function that their handler calls, since the handlers of all their routes would come along.
 */
export const otherMakers = {
  members: maker(
    NewMember,
    async (body, context) => (await memberHandlers.inviteMember({ ...nothing, body }, context)).id,
  ),
  teams: maker(
    NewTeam,
    async (body, context) => (await teamHandlers.createTeam({ ...nothing, body }, context)).id,
  ),
  products: maker(
    NewProduct,
    async (body, context) => (await productHandlers.createProduct({ ...nothing, body }, context)).id,
  ),
  deals: maker(NewDeal, async (body, context) => {
    const { deal, writes, happened } = await enteredDeal(body, context);
    return context.save({ writes, happened, answer: deal.id });
  }),
  sales: saleMaker,
} satisfies Makers;
