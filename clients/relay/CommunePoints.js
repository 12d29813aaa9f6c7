// A connection below a node: its next pages are asked for through `node(id:)`.

import { graphql } from "relay-runtime";

export const page = graphql`
  fragment CommunePoints_commune on Commune
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 1 }
    cursor: { type: "Cursor" }
  )
  @refetchable(queryName: "CommunePointsPaginationQuery") {
    name
    receptionPoints(first: $count, after: $cursor)
      @connection(key: "CommunePoints_receptionPoints") {
      edges {
        node {
          id
          name
        }
      }
    }
  }
`;

export const screen = graphql`
  query CommunePointsQuery($inseeCode: InseeCode!) {
    commune(inseeCode: $inseeCode) {
      ...CommunePoints_commune
    }
  }
`;
