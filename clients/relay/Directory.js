// A list that grows as one scrolls, each item of which can be refreshed alone:
// what Relay's compiler asks of a contract (connections, Node, cursors).

import { graphql } from "relay-runtime";

export const page = graphql`
  fragment Directory_points on Query
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 20 }
    cursor: { type: "Cursor" }
    where: { type: "ReceptionPointFilter" }
  )
  @refetchable(queryName: "DirectoryPaginationQuery") {
    receptionPoints(first: $count, after: $cursor, where: $where)
      @connection(key: "Directory_receptionPoints", filters: ["where"]) {
      totalCount
      edges {
        node {
          id
          ...Directory_point
        }
      }
    }
  }
`;

export const item = graphql`
  fragment Directory_point on ReceptionPoint
  @argumentDefinitions(days: { type: "Int", defaultValue: 7 })
  @refetchable(queryName: "DirectoryPointRefetchQuery") {
    name
    address
    agreement {
      level
    }
    openingDays(days: $days) {
      date
      open {
        opens
        closes
      }
      holiday
    }
  }
`;

export const screen = graphql`
  query DirectoryQuery($where: ReceptionPointFilter) {
    ...Directory_points @arguments(where: $where)
  }
`;
