/** FNV-1a over a text, as a place among so many shards: texts that differ in little are spread evenly. */
export const spread = (text: string, shards: number): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % shards;
};
