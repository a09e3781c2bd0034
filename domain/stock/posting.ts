import { exactNumber } from "../kernel/money.ts";
import type { NewAccount } from "../ledger/account.ts";
import { Shortage } from "../ledger/errors.ts";
import type { NewTransaction, Posting } from "../ledger/transaction.ts";
import type { DocumentKind, DocumentLine, StockDocument } from "./document.ts";
import { isPlace, stockAccount } from "./warehouse.ts";

/** Against what the value of the goods is posted; a transfer moves none. */
const contraByKind: Readonly<Record<DocumentKind, string | undefined>> = {
  receipt: "goods-received",
  transfer: undefined,
  "write-off": "stock-differences",
  count: "stock-differences",
  shipment: "cost-of-goods",
  return: "cost-of-goods",
};

/** Whether a document of this kind takes goods out; a count does by the sign of its lines. */
const outgoing: ReadonlySet<DocumentKind> = new Set(["write-off", "shipment"]);

/** The account of a place, opened by the way when something first comes there. */
const placeAccount = (warehouseId: string, place: string): NewAccount => ({
  path: stockAccount(warehouseId, place),
  type: "stock",
  mayGoBelowZero: false,
  managedBy: "stock",
});

const posting = (account: string, commodity: string, amount: number, productId?: string): Posting[] =>
  amount === 0 ? [] : [{ account, commodity, amount, ...(productId === undefined ? {} : { productId }) }];

/** The quantities of a line: from place to place, from the world or into it. */
const quantitiesOf = (kind: DocumentKind, line: DocumentLine): Posting[] => {
  const { productId, warehouseId, place, toWarehouseId, toPlace } = line;
  const here = stockAccount(warehouseId, place);
  if (toWarehouseId !== undefined && toPlace !== undefined)
    return [
      ...posting(stockAccount(toWarehouseId, toPlace), productId, line.quantity),
      ...posting(here, productId, -line.quantity),
    ];
  const change = outgoing.has(kind) ? -line.quantity : line.quantity;
  return [...posting(here, productId, change), ...posting("world", productId, -change)];
};

/** The postings of values, of each line its part. */
const valuesOf = (
  { kind, lines, currency }: StockDocument,
  partOf: (line: DocumentLine) => number,
): Posting[] => {
  const contra = contraByKind[kind];
  if (contra === undefined) return [];
  const sign = outgoing.has(kind) ? -1n : 1n;
  const changes = lines.map((line) => sign * BigInt(partOf(line)));
  const sum = exactNumber(changes.reduce((a, b) => a + b, 0n));
  // The cost of goods is posted by product, for the profit of each; the rest only as a sum.
  const against =
    contra === "cost-of-goods"
      ? lines.flatMap(({ productId }, at) =>
          posting(contra, currency, exactNumber(-(changes[at] ?? 0n)), productId),
        )
      : posting(contra, currency, exactNumber(-BigInt(sum)));
  return [...posting("inventory", currency, sum), ...against];
};

export interface StockPosting {
  readonly transaction: NewTransaction;
  readonly opens: readonly NewAccount[];
}

/**
 * The ledger's transactions of a document, the first under the document's id: quantities in
 * `stock:<warehouse>:<place>` against `world`, values in `inventory` against what the kind says. Others, of
 * later days, where parts of the values leave then. None where nothing moves: a count without a difference.
 * @throws money.overflow
 */
export const postingsOf = (document: StockDocument): StockPosting[] => {
  const { id, kind, effectiveOn, memo, lines, clientId, counterpartyId, dealId, orderId } = document;
  const places = new Map(
    lines.flatMap(({ warehouseId, place, toWarehouseId, toPlace }) =>
      [
        placeAccount(warehouseId, place),
        ...(toWarehouseId && toPlace ? [placeAccount(toWarehouseId, toPlace)] : []),
      ].map((account) => [account.path, account] as const),
    ),
  );
  const transaction = (own: Pick<NewTransaction, "id" | "effectiveOn" | "postings">): NewTransaction => ({
    ...own,
    kind: `stock-${kind}`,
    ...(memo === undefined ? {} : { memo }),
    links: {
      ...(clientId === undefined ? {} : { clientId }),
      ...(counterpartyId === undefined ? {} : { counterpartyId }),
      ...(dealId === undefined ? {} : { dealId }),
      ...(orderId === undefined ? {} : { orderId }),
      documentId: id,
    },
  });
  const postings = [
    ...lines.flatMap((line) => quantitiesOf(kind, line)),
    ...valuesOf(document, ({ valueMinor, laterValueMinor = 0 }) => valueMinor - laterValueMinor),
  ];
  const days = new Set(lines.flatMap(({ laterOn }) => (laterOn === undefined ? [] : [laterOn])));
  return [
    { transaction: transaction({ id, effectiveOn, postings }), opens: [...places.values()] },
    ...[...days].map((day) => ({
      transaction: transaction({
        id: `${id}:${day}`,
        effectiveOn: day,
        postings: valuesOf(document, ({ laterOn, laterValueMinor = 0 }) =>
          laterOn === day ? laterValueMinor : 0,
        ),
      }),
      opens: [],
    })),
  ].filter(({ transaction: { postings: moved } }) => moved.length > 0);
};

/**
 * Whether others took the goods since a movement was decided: decided anew, the stock itself says what is short, and on
 * which day. What other accounts refuse stands.
 */
export const isTakenByOthers = (error: unknown): boolean =>
  error instanceof Shortage && isPlace(error.shortage.account);
