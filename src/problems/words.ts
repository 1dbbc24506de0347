/**
 * Whom and what the problems are about. One word each, so that one token each at word level; none is also a word of a clause or a
 * format. The order is part of the grammar version: a draw is an index into these lists.
 */

export const names: ReadonlyArray<string> =
  "Sam Tom Ann Mia Leo Eva Max Zoe Ben Amy Dan Joy Kim Lee Ray Sue Ted Uma Vic Wes".split(" ")

export const items: ReadonlyArray<string> =
  "apples pens books coins cards shells stamps beads balls cups plums nuts keys toys rocks hats pears figs eggs buns".split(" ")
