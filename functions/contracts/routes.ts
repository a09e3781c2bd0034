import * as z from "zod";
import { Consumption, NewConsumption } from "../../domain/contracts/consumption.ts";
import {
  Contract,
  ContractChange,
  ContractDay,
  ContractDeal,
  ContractState,
  NewContract,
  NewTermination,
  Signing,
} from "../../domain/contracts/contract.ts";
import { AnnouncedFile, FilePlace, NewContractFile } from "../../domain/contracts/files.ts";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { Line } from "../../domain/kernel/text.ts";
import { route } from "../kit/route.ts";

const params = z.strictObject({ contractId: Id("contract") });
const fileParams = params.extend({ fileId: Id("file") });
const reads = { feature: "contracts", permission: "contract:read" } as const;
const writes = { feature: "contracts", permission: "contract:write" } as const;
const path = "/v1/contracts/{contractId}";

const agreementFailures = ["contract.number-taken", "reference.unknown"] as const;

export const contractRoutes = {
  createContract: route({
    ...writes,
    method: "POST",
    path: "/v1/contracts",
    summary: "Draw up a contract with a client's counterparty",
    description: "It is a draft, in which everything but the client may change, until it is signed.",
    body: NewContract,
    status: 201,
    output: Contract,
    versioned: true,
    failures: agreementFailures,
  }),
  listContracts: route({
    ...reads,
    method: "GET",
    path: "/v1/contracts",
    summary: "Contracts: of a client by their first day, of a deal, or all by their last day",
    description:
      "A contract is seen by whoever sees its client. `endsFrom` and `endsTo` ask for those whose last day lies " +
      "between them; without an end they come last. A page may hold fewer than `limit` while `next` says that more follow.",
    query: z.strictObject({
      ...PageQuery,
      client: Id("client").optional(),
      deal: Id("deal").optional(),
      number: Line.min(1).max(60).optional().meta({ description: "In any case" }),
      state: ContractState.optional(),
      endsFrom: ContractDay.optional(),
      endsTo: ContractDay.optional(),
    }),
    status: 200,
    output: pageOf(Contract),
  }),
  readContract: route({
    ...reads,
    method: "GET",
    path,
    summary: "A contract: its state, and what is consumed of what was agreed",
    params,
    status: 200,
    output: Contract,
    versioned: true,
  }),
  changeContract: route({
    ...writes,
    method: "PATCH",
    path,
    summary: "Change a contract",
    description:
      "Only what the body names is changed; `null` takes a value away. Once it is signed, its number, kind, " +
      "counterparty, first day and currency stay; its last day and amount may change, but not below what was consumed.",
    params,
    body: ContractChange,
    status: 200,
    output: Contract,
    versioned: true,
    failures: [
      ...agreementFailures,
      "contract.fixed",
      "contract.days",
      "contract.exceeded",
      "contract.single",
    ],
  }),
  signContract: route({
    ...writes,
    method: "POST",
    path: `${path}/signing`,
    summary: "State that a contract was signed",
    params,
    body: Signing,
    status: 200,
    output: Contract,
    versioned: true,
    failures: ["contract.not-draft", "contract.days"],
  }),
  terminateContract: route({
    ...writes,
    method: "POST",
    path: `${path}/termination`,
    summary: "Terminate a contract before its end",
    description: "It stays active until the day named has passed.",
    params,
    body: NewTermination,
    status: 200,
    output: Contract,
    versioned: true,
    failures: ["contract.not-in-force", "contract.days"],
  }),
  linkContractDeal: route({
    ...writes,
    method: "POST",
    path: `${path}/deals`,
    summary: "State that a deal of the client is made under a contract",
    params,
    body: z.strictObject({ dealId: Id("deal") }),
    status: 201,
    output: Contract,
    versioned: true,
    failures: ["reference.unknown", "contract.deal-linked", "contract.single", "limit.exceeded"],
  }),
  listContractDeals: route({
    ...reads,
    method: "GET",
    path: `${path}/deals`,
    summary: "The deals made under a contract, as they were linked",
    params,
    query: z.strictObject(PageQuery),
    status: 200,
    output: pageOf(ContractDeal),
  }),
  unlinkContractDeal: route({
    ...writes,
    method: "DELETE",
    path: `${path}/deals/{dealId}`,
    summary: "Take a deal off a contract",
    params: params.extend({ dealId: Id("deal") }),
    status: 200,
    output: Contract,
    versioned: true,
  }),
  consumeContract: route({
    ...writes,
    method: "POST",
    path: `${path}/consumptions`,
    summary: "Enter what was taken of a contract",
    description:
      "Refused on a day on which the contract is not in force, and beyond the amount agreed, whoever else consumes at " +
      "the same moment.",
    params,
    body: NewConsumption,
    status: 201,
    output: Consumption,
    failures: [
      "contract.not-in-force",
      "contract.exceeded",
      "contract.currency-differs",
      "reference.unknown",
      "money.overflow",
    ],
  }),
  listContractConsumptions: route({
    ...reads,
    method: "GET",
    path: `${path}/consumptions`,
    summary: "What was taken of a contract, newest entry first; a reversal stands with what it takes back",
    params,
    query: z.strictObject(PageQuery),
    status: 200,
    output: pageOf(Consumption),
  }),
  reverseContractConsumption: route({
    ...writes,
    method: "POST",
    path: `${path}/consumptions/{consumptionId}/reversal`,
    summary: "Take back an entry of what was consumed, whole and once",
    params: params.extend({ consumptionId: Id("consumption") }),
    status: 201,
    output: Consumption,
    failures: ["contract.consumption-reversed", "contract.consumption-invoiced"],
  }),
  announceContractFile: route({
    ...writes,
    method: "POST",
    path: `${path}/files`,
    summary: "Announce a file of a contract and ask for a place to upload it to",
    description:
      "PUT the bytes of the file to the URL that comes back, with the headers that come with it (they are signed); then say so: " +
      "`POST …/files/{fileId}/arrival`.",
    params,
    body: NewContractFile,
    status: 201,
    output: AnnouncedFile,
    failures: ["limit.exceeded"],
  }),
  confirmContractFile: route({
    ...writes,
    method: "POST",
    path: `${path}/files/{fileId}/arrival`,
    summary: "State that the bytes of a file were uploaded, and keep them",
    description:
      "Size and type are held against what was announced. The bytes are copied to where no upload reaches them: what is put to " +
      "the upload's URL later changes nothing. Sent again it answers with the contract as it is.",
    params: fileParams,
    status: 200,
    output: Contract,
    versioned: true,
    failures: ["contract.file-missing"],
  }),
  readContractFile: route({
    ...reads,
    method: "GET",
    path: `${path}/files/{fileId}`,
    summary: "A file of a contract, and a URL to read it from",
    description:
      "The URL needs no token and is good for an hour. What it answers is an attachment with the announced type: a browser saves it.",
    params: fileParams,
    status: 200,
    output: FilePlace,
    failures: ["contract.file-missing", "contract.file-changed"],
  }),
  removeContractFile: route({
    ...writes,
    method: "DELETE",
    path: `${path}/files/{fileId}`,
    summary: "Remove a file of a contract with its bytes",
    params: fileParams,
    status: 200,
    output: Contract,
    versioned: true,
  }),
};
