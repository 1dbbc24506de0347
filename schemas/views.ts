/** Questions that everyone asks, under a name like a table's. Each is SQL over tables of the store. */

import { Column } from "../src/store/schema/Column.ts"

export const views = [
  {
    name: "mixtureOf",
    description: "The mixtures that are behind a node, a row a node, mixture and source",
    columns: {
      run: Column.utf8(),
      study: Column.utf8(),
      latest: Column.bool(),
      node: Column.utf8(),
      mixture: Column.utf8("node that made the mixture"),
      depth: Column.int32("fewest steps of lineage back to it"),
      readBy: Column.utf8("stages on the way that read it: what only rl or evaluate read gave problems, and trained nothing"),
      source: Column.utf8("name of the source"),
      share: Column.float64("share of the training tokens"),
      tokens: Column.float64("training tokens"),
      documents: Column.int32("training documents")
    },
    over: ["nodes", "lineage", "ancestors", "sources"],
    sql:
      "with up as (select run, node, ancestor, depth from ancestors union all select run, node, node, 0 from nodes), " +
      "readers as (select up.run, up.node, l.fromNode as mixture, " +
      "string_agg(distinct n.stage, ', ' order by n.stage) as readBy from up " +
      "join lineage l on l.run = up.run and l.node = up.ancestor " +
      "join nodes n on n.run = l.run and n.node = l.node group by all) " +
      "select s.run, s.study, s.latest, up.node, s.node as mixture, up.depth, r.readBy, " +
      "s.source, s.share, s.tokens, s.documents from up join sources s on s.run = up.run and s.node = up.ancestor " +
      "left join readers r on r.run = up.run and r.node = up.node and r.mixture = s.node"
  }
] as const
