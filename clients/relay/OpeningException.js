// A command whose payload refreshes what is on the screen, with the refusals of
// an interface's types.

import { graphql } from "relay-runtime";

export const declare = graphql`
  mutation OpeningExceptionMutation($input: DeclareOpeningExceptionInput!) {
    declareOpeningException(input: $input) {
      receptionPoint {
        ...Directory_point
      }
      errors {
        __typename
        code
        field
        message
        ... on StaleVersionError {
          theirs
        }
      }
    }
  }
`;
