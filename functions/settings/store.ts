import type { StageOfType } from "../../domain/settings/rules.ts";
import { partitions } from "../deals/store.ts";
import type { Store } from "../kit/table/store.ts";

/**
 * The stages in which open deals stand, by one look at each one's place on the board. The index may be a
 * moment late, and a deal may move in between look and write: such a deal then stands in a stage that is not
 * in the settings, from where it can be moved on.
 */
export const occupied = async (store: Store, stages: readonly StageOfType[]): Promise<StageOfType[]> => {
  const inUse: StageOfType[] = [];
  for (const stage of stages) {
    const pk = partitions.board(stage.typeId, stage.stageId);
    const { items } = await store.items({ index: "list", pk, limit: 1 });
    if (items.length > 0) inUse.push(stage);
  }
  return inUse;
};
