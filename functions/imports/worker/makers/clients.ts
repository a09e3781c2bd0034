import { NewClientWhole } from "../../../../domain/clients/whole.ts";
import { newClientRecords } from "../../../clients/create.ts";
import { type Makers, maker } from "./maker.ts";

/** Clients, in a worker of their own: what is known of phone numbers is a tenth of a bundle. */
export const clientMakers = {
  clients: maker(NewClientWhole, async (body, context) => {
    const { records, writes, happened } = await newClientRecords(body, context, context.member);
    return context.save({ writes, happened, answer: records.client.id });
  }),
} satisfies Makers;
