// What graphql-eslint asks of a contract and of operations, and where we differ.

import graphql from "@graphql-eslint/eslint-plugin";

const contract = "schema.graphql";
const operations = "clients/operations/*.graphql";

const languageOptions = {
  parser: graphql.parser,
  parserOptions: {
    graphQLConfig: { schema: contract, documents: operations },
  },
};
const plugins = { "@graphql-eslint": graphql };

export default [
  {
    files: [contract],
    languageOptions,
    plugins,
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      "@graphql-eslint/input-name": "error",
      "@graphql-eslint/no-scalar-result-type-on-mutation": "error",
      // Stricter than recommended: everything is described.
      "@graphql-eslint/require-description": [
        "error",
        {
          types: true,
          rootField: true,
          DirectiveDefinition: true,
          EnumValueDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
        },
      ],
      // Off: one line is written between simple quotes, more than one between
      // triple ones; the rule wants one of the two everywhere.
      "@graphql-eslint/description-style": "off",
      // Lists that are short by nature say their bound and are plain lists:
      // operators, services, errors, nodes, the nearest points.
      "@graphql-eslint/relay-edge-types": [
        "error",
        { listTypeCanWrapOnlyEdgeType: false },
      ],
      // What has no identity of its own has no identifier: the parts of a list,
      // of a payload or of a thing, figures, codes, which are named by themselves,
      // and the two things there is only one of. The column groups of an application,
      // its wishes and what is known of a member are found by the application alone: a
      // group that is hidden has nothing to name it by. Its history and its deadlines are
      // facts of it alone, and a ticket is what names an upload.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        {
          exceptions: {
            suffixes: ["Connection", "Edge", "Error", "Payload"],
            types: [
              "ApplicationCell",
              "AppointmentHit",
              "AppointmentMotive",
              "OccurrenceChange",
              "OrientationStep",
              "CommuneCoverage",
              "CoverageWeek",
              "HousingProject",
              "DwellingAnswer",
              "DwellingWorks",
              "ManagedDifference",
              "ReservationBalance",
              "BalanceCell",
              "PermanenceDay",
              "PermanenceGap",
              "PermanenceProposal",
              "PermanenceProposals",
              "PermanenceRecord",
              "ProposalReason",
              "StaffObstacle",
              "Participant",
              "RecordedContact",
              "SatisfactionMonth",
              "MessageCost",
              "Slot",
              "SlotPage",
              "ApplicationContact",
              "ApplicationDuplicate",
              "ApplicationEvent",
              "ApplicationFile",
              "ApplicationStatistics",
              "ApplicationSummary",
              "CodeEntry",
              "CodeList",
              "Completeness",
              "Deadline",
              "FormValue",
              "MemberParticulars",
              "MissingPiece",
              "CommuneOutline",
              "AccessExplanation",
              "AccessExportTicket",
              "GroundExplanation",
              "NearestReceptionPoint",
              "OpeningDay",
              "OpeningInterval",
              "PageInfo",
              "PieceFile",
              "PieceTicket",
              "PieceTransfer",
              "PublishedAxis",
              "PublishedCell",
              "PublishedFigures",
              "PublishedMonth",
              "PublishedRent",
              "PublishedRents",
              "Tension",
              "TensionCell",
              "WaitingFigures",
              "WaitingCount",
              "HousingAdvice",
              "HouseholdCategory",
              "IncomeCeiling",
              "Occupancy",
              "TypologyAdvice",
              "CommuneAdvice",
              "AccessibilityCount",
              "Broadening",
              "AdviceUnknown",
              "Right",
              "SensitiveRecord",
              "MailingAddress",
              "CurrentDwelling",
              "ValueOrigin",
              "ResourceLine",
              "CivilStatus",
              "Work",
              "DisabilityAnnex",
              "ServiceCatalogue",
              "ServiceLevel",
              "StockCell",
              "StockComparison",
              "StockDifference",
              "StockFacet",
              "StockFacetValue",
              "StockMap",
              "StockSpot",
              "StockStatistics",
              "StockTally",
              "TypologyCount",
              "Upload",
              "ValueConflict",
              "Viewer",
              "Wish",
            ],
          },
        },
      ],
    },
  },
  {
    files: [operations],
    languageOptions,
    plugins,
    rules: {
      ...graphql.configs["flat/operations-recommended"].rules,
      "@graphql-eslint/lone-executable-definition": "error",
      "@graphql-eslint/match-document-filename": [
        "error",
        { query: "PascalCase", mutation: "PascalCase" },
      ],
    },
  },
];
