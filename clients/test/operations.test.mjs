// Every documented operation is answered without errors.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { buildSchema, parse, validate } from "graphql";
import {
  ask,
  contract,
  document,
  documentedVariables,
  managedPointId,
  operationNames,
  send,
  tokens,
  url,
} from "./service.mjs";

const schema = buildSchema(contract);

// Restores the real time even when a test of the clock fails half-way.
after(() =>
  ask(document("SetSandboxClock"), {
    variables: { input: { to: null } },
    token: tokens.manager,
  }),
);

/** What an operation needs that only the service knows. */
async function identifiers(name) {
  switch (name) {
    case "Node":
      return { id: await managedPointId() };
    case "Nodes":
      return { ids: [await managedPointId(), "rpt_01AQ3WVJ000000000000000000"] };
    case "ExplainAccess":
      return { personId: await agentId() };
    default:
      return {};
  }
}

/** The agent's identifier, as the manager of the point finds it. */
async function agentId() {
  const { staff } = await ask("{ staff(first: 100) { edges { node { id familyName } } } }", {
    token: tokens.manager,
  });
  return staff.edges.find(({ node }) => node.familyName === "Orsini").node.id;
}

/** Who asks what is not the manager's to know. */
const askers = {
  AccessLog: tokens.privacy,
  Contacts: tokens.agent,
  ExplainAccess: tokens.privacy,
  ManagedDwellings: tokens.stock,
  ReservationRights: tokens.stock,
};

/** How many dwellings the parts of a table count together. */
const sum = (parts) => parts.reduce((total, { count }) => total + count, 0);

/** What must stand in the data of a read, apart from the absence of errors. */
const expectations = {
  Communes({ communes }) {
    assert.equal(communes.totalCount, 49);
    assert.equal(communes.edges.length, 49);
    for (const { node } of communes.edges) {
      assert.match(node.boundary.type, /^(Multi)?Polygon$/, node.name);
    }
  },
  CommuneWithPoints({ commune }) {
    assert.equal(commune.name, "Grenoble");
    assert.ok(commune.receptionPoints.edges.length > 0);
  },
  ReceptionPoints({ receptionPoints }) {
    assert.equal(receptionPoints.edges.length, 50);
    for (const { node } of receptionPoints.edges) {
      assert.equal(node.openingDays.length, 7, node.name);
      assert.ok(node.operators.length > 0, node.name);
    }
  },
  OpenNow({ receptionPoints }) {
    assert.ok(receptionPoints.edges.length > 0);
    for (const { node } of receptionPoints.edges) {
      assert.ok([2, 3].includes(node.agreement.level), node.name);
    }
  },
  NearestReceptionPoints({ nearestReceptionPoints }) {
    const distances = nearestReceptionPoints.map((n) => n.distanceMetres);
    assert.equal(distances.length, 5);
    assert.deepEqual(distances, distances.toSorted((a, b) => a - b));
  },
  ServiceCatalogue({ serviceCatalogue }) {
    assert.deepEqual(
      serviceCatalogue.levels.map(({ level }) => level),
      [1, 2, 3],
    );
  },
  Organisations({ organisations }) {
    assert.equal(organisations.edges.length, organisations.totalCount);
    assert.ok(organisations.edges.every(({ node }) => node.registeringBody));
  },
  Viewer({ viewer }) {
    assert.equal(viewer.anonymous, false);
    assert.deepEqual(
      viewer.assignments.map(({ role }) => role),
      ["POINT_MANAGER"],
    );
  },
  Staff({ staff }) {
    assert.ok(staff.edges.length > 0);
    for (const { node } of staff.edges) {
      assert.ok(node.assignments.length > 0, node.familyName);
    }
  },
  Node({ node }) {
    assert.equal(node.__typename, "ReceptionPoint");
    assert.ok(node.openingHours.every(({ version }) => version > 0));
  },
  Buildings({ buildings }) {
    assert.equal(buildings.edges.length, 50);
    assert.ok(buildings.totalCount > 1000);
    const counts = buildings.edges.map(({ node }) => node.dwellingCount);
    assert.deepEqual(counts, counts.toSorted((a, b) => b - a));
  },
  Dwellings({ dwellings }) {
    assert.equal(dwellings.edges.length, 100);
    const surfaces = dwellings.edges.map(({ node }) => node.surface);
    assert.deepEqual(surfaces, surfaces.toSorted((a, b) => a - b));
    for (const { node } of dwellings.edges) {
      assert.equal(node.typology, "T3", node.id);
      assert.equal(node.building.commune.inseeCode, "38185", node.id);
    }
  },
  StockMap({ stockMap }) {
    assert.equal(stockMap.zoom, 11);
    assert.ok(stockMap.spots.length > 50, `${stockMap.spots.length} clusters`);
    assert.equal(sum(stockMap.spots), stockMap.totalCount);
    for (const spot of stockMap.spots) {
      assert.equal(spot.buildingId, null);
      assert.equal(sum(spot.typologies), spot.count);
    }
  },
  CommuneOutlines({ communeOutlines }) {
    assert.equal(communeOutlines.length, 49);
    for (const { name, boundary } of communeOutlines) {
      assert.match(boundary.type, /^(Multi)?Polygon$/, name);
    }
  },
  StockStatistics({ stockStatistics }) {
    assert.equal(stockStatistics.totalCount, 52000);
    assert.equal(sum(stockStatistics.cells), 52000);
  },
  ApplicationStatistics({ applicationStatistics }) {
    assert.ok(applicationStatistics.totalCount > 20, String(applicationStatistics.totalCount));
    assert.equal(sum(applicationStatistics.cells), applicationStatistics.totalCount);
  },
  PublishedFigures({ publishedFigures, publishedMonths }) {
    assert.equal(publishedFigures.month, publishedMonths[0].month);
    assert.ok(publishedFigures.cells.some(({ count }) => count === null));
    for (const { count } of publishedFigures.cells) {
      assert.ok(count === null || (count >= 10 && count % 5 === 0), String(count));
    }
  },
  Tension({ tension, tensionYears }) {
    assert.equal(tension.year, tensionYears[0]);
    assert.ok(tension.whole.ratio > 0, String(tension.whole.ratio));
    assert.ok(tension.cells.some(({ gap }) => gap !== null));
    for (const { ratio, gap } of [...tension.communes, ...tension.typologies, ...tension.cells]) {
      assert.equal(ratio === null, gap !== null);
    }
    assert.ok(tension.waiting[0].median);
  },
  PublishedRents({ publishedRents }) {
    assert.ok(publishedRents.cells.length > 0);
    for (const { median, low, high } of publishedRents.cells) {
      assert.equal(median % publishedRents.base, 0);
      assert.equal(low === null, high === null);
      assert.ok(low === null || (low <= median && median <= high), String([low, median, high]));
    }
  },
  HousingAdvice({ housingAdvice }) {
    assert.deepEqual(housingAdvice.typologies.filter(({ fit }) => fit === "FITS").map(({ typology }) => typology), ["T3", "T4"]);
    assert.deepEqual(housingAdvice.ceilings.map(({ loan, met }) => [loan, met]), [["PLAI", true], ["PLUS", true], ["PLS", true]]);
    assert.equal(housingAdvice.communes.length, 2);
    for (const { name, rents } of housingAdvice.communes) {
      assert.deepEqual(rents.map(({ typology }) => typology), ["T3"], name);
    }
    assert.equal(housingAdvice.broadening.length, 11);
    for (const { stockNow, stockThen } of housingAdvice.broadening) {
      assert.ok(stockThen > stockNow);
    }
  },
  StockFacets({ stockFacets }) {
    for (const facet of stockFacets) {
      assert.equal(sum(facet.values), facet.totalCount, facet.axis);
    }
  },
  StockVintages({ stockVintages }) {
    const [last, first] = stockVintages.edges.map(({ node }) => node);
    assert.equal(last.current, true);
    assert.equal(last.changes.edges.length, 20);
    assert.equal(first.comparison, null);
  },
  AppointmentMotives({ appointmentMotives }) {
    const offered = appointmentMotives.filter(({ bookableBy }) => bookableBy.includes("APPLICANT"));
    assert.ok(offered.some(({ code }) => code === "FIRST_REGISTRATION"));
    for (const { code, minutes, modes } of appointmentMotives) {
      assert.ok(minutes > 0 && modes.length > 0, code);
    }
  },
  CodeLists({ codeLists }) {
    assert.deepEqual(
      codeLists.map(({ name }) => name),
      ["financing", "construction", "Typology"],
    );
  },
  Applications({ applications }) {
    assert.equal(applications.edges.length, 50);
    const days = applications.edges.map(({ node }) => node.summary.registeredOn);
    assert.deepEqual(days, days.toSorted());
    for (const { node } of applications.edges) {
      assert.equal(node.state, "ACTIVE", node.id);
      assert.equal(node.summary.followingPoint.name, "Mairie de Grenoble", node.id);
    }
    // A few wish none of the Métropole's communes.
    assert.ok(applications.edges.filter(({ node }) => node.wishes.length > 0).length > 40);
  },
  DeskList({ applications }) {
    assert.equal(applications.edges.length, 50);
    for (const { node } of applications.edges) {
      assert.equal(node.state, "ACTIVE", node.id);
      assert.ok(node.household.length > 0, node.id);
    }
    assert.ok(applications.edges.some(({ node }) => node.pieces.length > 0));
  },
  ApplicationFile({ application }) {
    assert.equal(application.birthName, "Ferrier");
    assert.equal(application.household.length, application.summary.householdSize);
    assert.deepEqual(application.masked, [
      "SENSITIVE",
      "SOCIAL_NOTES",
      "RESERVATAIRE_NOTES",
    ]);
  },
  ApplicationLife({ application }) {
    assert.equal(application.state, "ACTIVE");
    assert.ok(application.deadlines.some(({ kind }) => kind === "EXPIRY"));
    assert.deepEqual(application.history, []);
  },
  OnlineRegistrations({ onlineRegistrations }) {
    assert.ok(onlineRegistrations.length > 0);
    for (const { receptionPoint, application } of onlineRegistrations) {
      assert.equal(receptionPoint, null);
      assert.equal(application, null);
    }
  },
  ApplicationPieces({ application }) {
    const { percent, required, accepted, missing } = application.completeness;
    assert.equal(percent, Math.floor((100 * accepted) / required));
    assert.equal(missing.length, required - accepted);
    // The identity document was accepted; the tax notice comes next.
    assert.deepEqual(missing[0].kinds, ["AVIS_N2"]);
  },
  FindApplicant({ applications }) {
    assert.deepEqual(
      applications.edges.map(({ node }) => node.birthName),
      ["Ferrier"],
    );
  },
  Slots({ slots }) {
    assert.equal(slots.slots.length, 50);
    assert.equal(slots.hasNextPage, true);
    const starts = slots.slots.map(({ startsAt }) => startsAt);
    assert.deepEqual(starts, starts.toSorted());
    const points = new Set(slots.receptionPoints.map(({ id }) => id));
    for (const { receptionPointId } of slots.slots) {
      assert.ok(points.has(receptionPointId), receptionPointId);
    }
  },
  ManagedDwellings({ managedDwellings }) {
    assert.ok(managedDwellings.length > 0);
    for (const { criteria, dwelling } of managedDwellings) {
      assert.equal(criteria.length, 13);
      assert.ok(dwelling.vacancies.some(({ closedOn }) => closedOn === null));
    }
  },
  ReservationRights({ reservationRights }) {
    assert.ok(reservationRights.some(({ state }) => state === "CONFIRMED"));
    assert.ok(reservationRights.some(({ state }) => state === "PROPOSED"));
  },
  AccessLog({ accessLog }) {
    const reads = accessLog.filter(({ kind }) => kind === "READ");
    assert.ok(reads.length > 0);
    for (const { organisation, operation } of reads) {
      assert.equal(organisation.name, "Commune de Grenoble", operation);
    }
  },
  ExplainAccess({ explainAccess }) {
    assert.equal(explainAccess.visible, true);
    const held = explainAccess.grounds.filter(({ holds }) => holds);
    assert.ok(held.some(({ ground }) => ground === "FOLLOWED"));
  },
  ViewerRights({ viewer }) {
    assert.deepEqual(
      viewer.rights.map(({ ground, missing }) => [ground, missing]),
      [
        ["FOLLOWED", null],
        ["ORIENTED", null],
        ["BREAK_GLASS", null],
        ["NAMED_AGENT", null],
      ],
    );
  },
  Permanences({ permanences }) {
    assert.ok(permanences.length > 0);
    for (const { id, state, servingPoint } of permanences) {
      assert.ok(["PLANNED", "STAFFED", "HELD"].includes(state), id);
      assert.ok(servingPoint.name, id);
    }
  },
  Contacts({ contacts }) {
    assert.ok(contacts.length > 0);
    for (const { id, receptionPoint, application } of contacts) {
      assert.equal(receptionPoint.name, "Mairie de Grenoble", id);
      assert.equal(application, null, id);
    }
  },
  Nodes({ nodes }) {
    assert.equal(nodes[0].__typename, "ReceptionPoint");
    assert.equal(nodes[1], null);
  },
};

/** What is tested in the order of a scenario, below. */
const inOrder = [
  "AcceptHandOver",
  "AcceptOrientation",
  "AcceptPiece",
  "AcceptProposedChange",
  "AddPartnerAppSecret",
  "Agenda",
  "AnswerLevelChange",
  "AssignRole",
  "BindAccount",
  "BookAppointment",
  "CancelAppointment",
  "Candidates",
  "ConfirmAssignment",
  "ConfirmContributingEmployers",
  "ContributingEmployers",
  "CorrectApplication",
  "DeclareAbsence",
  "DeclareOpeningException",
  "DepositApplicationAgain",
  "DepositDraft",
  "DepositPiece",
  "DesignateCandidate",
  "DiscardDraft",
  "EndAssignment",
  "HandOverApplication",
  "IssueBindingCode",
  "JoinWaitingList",
  "LeaveWaitingList",
  "MoveAppointment",
  "OpenApplicationInEmergency",
  "OpenAvailability",
  "OpenCalendarFeed",
  "OrientApplicant",
  "Orientations",
  "PlanPermanence",
  "PointCalendar",
  "PrepareAccessExport",
  "PrepareUpload",
  "ProposeChange",
  "ProposeContributingEmployers",
  "ProtectApplication",
  "PutForward",
  "ReceiveApplicant",
  "RecordAttendance",
  "RecordCommissionDecision",
  "RecordContact",
  "RecordInterview",
  "RecordOrientationReceived",
  "RecordProposalAnswer",
  "RefusePiece",
  "RegisterApplication",
  "RegisterOnline",
  "RegisterPartnerApp",
  "RegisterPerson",
  "RejectApplication",
  "RemoveApplication",
  "RenewApplication",
  "ReportBackOrientation",
  "RequestLevelChange",
  "RequestPermanence",
  "RevokePartnerApp",
  "SaveDraft",
  "SetSandboxClock",
  "StaffPermanence",
  "TakeOnlineRegistration",
  "ValidateApplication",
  "WithdrawAbsence",
  "WithdrawContributingEmployers",
  "WithdrawOpeningException",
  "WithdrawProposal",
];

test("each operation is tested", () => {
  assert.deepEqual(
    operationNames.toSorted(),
    [...Object.keys(expectations), ...inOrder].sort(),
  );
});

for (const name of operationNames) {
  test(`${name} is valid, and the only operation of its file`, () => {
    const parsed = parse(document(name));
    assert.deepEqual(validate(schema, parsed), []);
    assert.deepEqual(
      parsed.definitions.map((definition) => definition.name.value),
      [name],
    );
  });
}

for (const [name, expect] of Object.entries(expectations)) {
  test(name, async () => {
    const variables = {
      ...documentedVariables(name),
      ...(await identifiers(name)),
    };
    expect(await ask(document(name), { variables, token: askers[name] ?? tokens.manager }));
  });
}

test("DeclareOpeningException, then WithdrawOpeningException", async () => {
  const { input } = documentedVariables("DeclareOpeningException");
  const receptionPointId = await managedPointId();
  const { declareOpeningException: declared } = await ask(
    document("DeclareOpeningException"),
    { variables: { input: { ...input, receptionPointId } }, token: tokens.manager },
  );
  assert.deepEqual(declared.errors, []);
  assert.equal(declared.openingHours.validFrom, input.from);
  assert.deepEqual(declared.openingHours.intervals, input.intervals);

  const { id, version } = declared.openingHours;
  const withdraw = (at) =>
    ask(document("WithdrawOpeningException"), {
      variables: { input: { id, version: at } },
      token: tokens.manager,
    });
  const { withdrawOpeningException: stale } = await withdraw(version + 1);
  assert.equal(stale.receptionPoint, null);
  assert.deepEqual(
    stale.errors.map(({ code, yours, theirs }) => ({ code, yours, theirs })),
    [{ code: "STALE_VERSION", yours: version + 1, theirs: version }],
  );

  const { withdrawOpeningException: withdrawn } = await withdraw(version);
  assert.deepEqual(withdrawn.errors, []);
  assert.equal(withdrawn.receptionPoint.id, receptionPointId);
});

test("AssignRole is not for who only runs a point", async () => {
  const { input } = documentedVariables("AssignRole");
  const { data, errors } = await send(document("AssignRole"), {
    variables: {
      input: {
        ...input,
        personId: "per_01AQ3WVJ000000000000000000",
        organisationId: await managingOrganisationId(),
        receptionPointIds: [await managedPointId()],
      },
    },
    token: tokens.manager,
  });
  assert.equal(data, null);
  assert.deepEqual(
    errors.map(({ extensions }) => extensions.code),
    ["FORBIDDEN"],
  );
});

/** Sends a documented command with its variables and some more. */
function command(name, more, token) {
  const { input } = documentedVariables(name);
  return send(document(name), { variables: { input: { ...input, ...more } }, token });
}

test("RecordContact, ReceiveApplicant, then IssueBindingCode", async () => {
  const { data: recorded } = await command(
    "RecordContact",
    { receptionPointId: await managedPointId() },
    tokens.agent,
  );
  const { contact } = recorded.recordContact;
  assert.equal(contact.receptionPoint.name, "Mairie de Grenoble");

  const { data: received } = await command("ReceiveApplicant", { contactId: contact.id }, tokens.agent);
  const { application, errors } = received.receiveApplicant;
  assert.deepEqual(errors, []);
  assert.equal(application.birthName, "Ferrier");

  const { data: issued } = await command(
    "IssueBindingCode",
    { applicationId: application.id },
    tokens.agent,
  );
  assert.equal(issued.issueBindingCode.code.length, 8);

  // What binds is the account of an applicant, and no member of staff's.
  const { code } = issued.issueBindingCode;
  const staff = await command("BindAccount", { code }, tokens.agent);
  assert.equal(staff.errors[0].extensions.code, "FORBIDDEN");
  const { data: bound } = await command("BindAccount", { code }, tokens.received);
  assert.deepEqual(bound.bindAccount.errors, []);
  assert.equal(bound.bindAccount.application.id, application.id);
  // A social officer protects.
  const kept = await command(
    "ProtectApplication",
    { applicationId: application.id, agentIds: [await agentId()] },
    tokens.manager,
  );
  assert.equal(kept.errors[0].extensions.code, "FORBIDDEN");
});

test("RegisterOnline, then TakeOnlineRegistration", async () => {
  const { form } = documentedVariables("RegisterOnline").input;
  const file = { ...form.file, taxYear: new Date().getFullYear() - 1 };
  const online = { form: { ...form, file } };
  const { data } = await command("RegisterOnline", online, tokens.applicant);
  assert.deepEqual(data.registerOnline.errors, []);
  assert.equal(data.registerOnline.application.state, "PENDING_VALIDATION");
  const { data: again } = await command("RegisterOnline", online, tokens.applicant);
  assert.equal(again.registerOnline.errors[0].code, "DUPLICATE");

  const receptionPointId = await receivingPointId();
  const { onlineRegistrations } = await ask(document("OnlineRegistrations"), {
    variables: documentedVariables("OnlineRegistrations"),
    token: tokens.receiver,
  });
  const { id } = onlineRegistrations.at(-1);
  const { data: took } = await command("TakeOnlineRegistration", { id, receptionPointId }, tokens.receiver);
  assert.deepEqual(took.takeOnlineRegistration.errors, []);
  assert.equal(took.takeOnlineRegistration.onlineRegistration.receptionPoint.id, receptionPointId);
  assert.equal(took.takeOnlineRegistration.onlineRegistration.application.state, "PENDING_VALIDATION");
});

test("SaveDraft, DepositDraft, RejectApplication, then DepositApplicationAgain", async () => {
  const receptionPointId = await managedPointId();
  const { data: begun } = await command("SaveDraft", { receptionPointId }, tokens.agent);
  const { draft } = begun.saveDraft;
  assert.ok(draft.missing.some(({ field }) => field.join(".") === "form.contact.address"));
  const { data: early } = await command("DepositDraft", { id: draft.id, version: draft.version }, tokens.agent);
  assert.deepEqual(early.depositDraft.errors.map(({ field }) => field), draft.missing.map(({ field }) => field));

  const { contact, file } = documentedVariables("RegisterApplication").input.form;
  const { form } = documentedVariables("SaveDraft").input;
  const whole = { ...form, contact, file: { ...file, taxYear: new Date().getFullYear() - 1 } };
  const { data: saved } = await command("SaveDraft", { id: draft.id, version: draft.version, form: whole }, tokens.agent);
  assert.deepEqual(saved.saveDraft.draft.missing, []);
  const { version } = saved.saveDraft.draft;
  const { data: deposited } = await command("DepositDraft", { id: draft.id, version }, tokens.agent);
  assert.deepEqual(deposited.depositDraft.errors, []);
  const applicationId = deposited.depositDraft.application.id;

  const { data: rejected } = await command("RejectApplication", { applicationId }, tokens.agent);
  assert.equal(rejected.rejectApplication.application.state, "REJECTED");
  const { data: again } = await command("DepositApplicationAgain", { applicationId }, tokens.agent);
  assert.equal(again.depositApplicationAgain.application.state, "PENDING_VALIDATION");
  const { data: valid } = await command("ValidateApplication", { applicationId }, tokens.agent);
  assert.equal(valid.validateApplication.application.state, "ACTIVE");

  // The applicant moves to Échirolles, whose desk follows from then on, and gives up there.
  const to = await receivingPointId();
  const { data: offered } = await command("HandOverApplication", { applicationId, receptionPointId: to }, tokens.agent);
  assert.deepEqual(offered.handOverApplication.errors, []);
  const { handOvers } = await ask("{ handOvers(first: 100) { id toPoint { id } } }", { token: tokens.receiver });
  const { data: taken } = await command("AcceptHandOver", { id: handOvers.at(-1).id }, tokens.receiver);
  assert.equal(taken.acceptHandOver.application.summary.followingPoint.id, to);
  const former = await command("RemoveApplication", { applicationId }, tokens.agent);
  assert.equal(former.errors[0].extensions.code, "FORBIDDEN");
  const { data: removed } = await command("RemoveApplication", { applicationId }, tokens.receiver);
  assert.equal(removed.removeApplication.application.state, "REMOVED");
});

test("SaveDraft, then DiscardDraft", async () => {
  const receptionPointId = await managedPointId();
  const { data } = await command("SaveDraft", { receptionPointId }, tokens.agent);
  const { id } = data.saveDraft.draft;
  const { data: gone } = await command("DiscardDraft", { id }, tokens.agent);
  assert.equal(gone.discardDraft.discardedId, id);
  const again = await command("DiscardDraft", { id }, tokens.agent);
  assert.equal(again.errors[0].extensions.code, "NOT_FOUND");
});

test("RegisterPerson, AssignRole, ConfirmAssignment, then EndAssignment", async () => {
  const organisationId = await managingOrganisationId();
  const { data: known } = await command("RegisterPerson", { organisationId }, tokens.admin);
  assert.deepEqual(known.registerPerson.errors, []);
  const personId = known.registerPerson.person.id;

  const role = { personId, organisationId, role: "ORG_ADMIN", share: undefined };
  const { data: proposed } = await command("AssignRole", role, tokens.admin);
  assert.deepEqual(proposed.assignRole.errors, []);
  const { id, state, version } = proposed.assignRole.assignment;
  assert.equal(state, "PROPOSED");
  const alone = await command("ConfirmAssignment", { id, version }, tokens.admin);
  assert.equal(alone.errors[0].extensions.reason, "NOT_YOURSELF");
  const { data: confirmed } = await command("ConfirmAssignment", { id, version }, tokens.secondAdmin);
  assert.equal(confirmed.confirmAssignment.assignment.state, "CONFIRMED");
  const { data: ended } = await command(
    "EndAssignment",
    { id, version: confirmed.confirmAssignment.assignment.version },
    tokens.admin,
  );
  assert.deepEqual(ended.endAssignment.errors, []);
});

test("RegisterPartnerApp, AddPartnerAppSecret, then RevokePartnerApp", async () => {
  const { settings } = documentedVariables("RegisterPartnerApp").input;
  const validUntil = new Date(Date.now() + 180 * 24 * 3600_000).toISOString().slice(0, 10);
  const organisationId = await managingOrganisationId();
  const { data } = await command("RegisterPartnerApp", { organisationId, settings: { ...settings, validUntil } }, tokens.admin);
  assert.deepEqual(data.registerPartnerApp.errors, []);
  const { id, version, readOnly } = data.registerPartnerApp.partnerApp;
  assert.equal(readOnly, true);
  const { data: made } = await command("AddPartnerAppSecret", { partnerAppId: id }, tokens.admin);
  assert.match(made.addPartnerAppSecret.secret, /^guichet_secret_/);
  const { data: ended } = await command("RevokePartnerApp", { id, version }, tokens.admin);
  assert.ok(ended.revokePartnerApp.partnerApp.revokedAt);
});

test("ProposeChange, AcceptProposedChange, then CorrectApplication", async () => {
  const { id } = await documentedApplication();
  const receptionPointId = await receivingPointId();
  const { data: recorded } = await command("RecordContact", { receptionPointId }, tokens.receiver);
  const contactId = recorded.recordContact.contact.id;
  await command("ReceiveApplicant", { contactId }, tokens.receiver);
  const { data: proposed } = await command("ProposeChange", { applicationId: id }, tokens.receiver);
  assert.deepEqual(proposed.proposeChange.errors, []);

  const { application } = await ask(
    "query($uniqueNumber: UniqueNumber!) { application(uniqueNumber: $uniqueNumber) { proposedChanges { id receptionPoint { id } values { field } } contact { version } } }",
    { variables: documentedVariables("ApplicationFile"), token: tokens.agent },
  );
  const [change] = application.proposedChanges;
  assert.equal(change.receptionPoint.id, receptionPointId);
  const { data: accepted } = await command("AcceptProposedChange", { id: change.id }, tokens.agent);
  assert.deepEqual(accepted.acceptProposedChange.errors, []);
  const { contact } = accepted.acceptProposedChange.application;
  assert.equal(contact.address, documentedVariables("ProposeChange").input.correction.contact.address);

  // What was read before the change was accepted is no longer what is stated.
  const correct = async (version) => {
    const { data } = await command("CorrectApplication", { applicationId: id, versions: { contact: version } }, tokens.agent);
    return data.correctApplication;
  };
  assert.equal((await correct(application.contact.version)).errors[0].code, "STALE_VERSION");
  const corrected = await correct(contact.version);
  assert.deepEqual(corrected.errors, []);
  assert.equal(corrected.application.contact.version, contact.version + 1);
});

test("RegisterApplication, RenewApplication, then ValidateApplication", async () => {
  const { form } = documentedVariables("RegisterApplication").input;
  const file = { ...form.file, taxYear: new Date().getFullYear() - 1 };
  const { data } = await command(
    "RegisterApplication",
    { receptionPointId: await managedPointId(), form: { ...form, file } },
    tokens.agent,
  );
  const { application, errors } = data.registerApplication;
  assert.deepEqual(errors, []);
  assert.equal(application.state, "PENDING_VALIDATION");

  // It is not registered yet: what is open instead is told.
  const { data: renewed } = await command(
    "RenewApplication",
    { applicationId: application.id },
    tokens.agent,
  );
  assert.deepEqual(renewed.renewApplication.errors[0].allowed, ["VALIDATE", "REJECT", "MERGE"]);

  const { data: validated } = await command("ValidateApplication", { applicationId: application.id }, tokens.agent);
  assert.deepEqual(validated.validateApplication.errors, []);
  assert.equal(validated.validateApplication.application.state, "ACTIVE");
  assert.equal(validated.validateApplication.application.uniqueNumber.length, 18);
});

test("Slots, BookAppointment, Agenda, MoveAppointment, then CancelAppointment", async () => {
  const { slots } = await ask(document("Slots"), { variables: documentedVariables("Slots") });
  const application = await documentedApplication();
  const { receptionPointId, startsAt, endsAt } = slots.slots.at(-1);
  const other = slots.slots.find((slot) => slot.endsAt <= startsAt);
  const book = async () => {
    const { data } = await command(
      "BookAppointment",
      { applicationId: application.id, receptionPointId, startsAt },
      tokens.agent,
    );
    return data.bookAppointment;
  };
  const { appointment, errors } = await book();
  assert.deepEqual(errors, []);
  assert.equal(appointment.endsAt, endsAt);
  assert.ok(appointment.participants.every(({ attendance }) => attendance === "UPCOMING"));

  const { errors: refused } = await book();
  assert.deepEqual(
    refused.map(({ code }) => code),
    ["OVERLAP"],
  );

  const { agenda } = await ask(document("Agenda"), {
    variables: { ...documentedVariables("Agenda"), receptionPointId, from: startsAt.slice(0, 10) },
    token: tokens.agent,
  });
  // Of another point the agent sees no agenda.
  const there = agenda.filter((line) => line.appointment?.id === appointment.id);
  assert.equal(there.length > 0, receptionPointId === (await managedPointId()));

  const { data: moved } = await command(
    "MoveAppointment",
    { id: appointment.id, version: appointment.version, receptionPointId: other.receptionPointId, startsAt: other.startsAt },
    tokens.agent,
  );
  assert.deepEqual(moved.moveAppointment.errors, []);
  assert.equal(moved.moveAppointment.appointment.endsAt, other.endsAt);

  const cancel = async (version) => {
    const { data } = await command("CancelAppointment", { id: appointment.id, version }, tokens.agent);
    return data.cancelAppointment;
  };
  const { errors: stale } = await cancel(appointment.version);
  assert.deepEqual(
    stale.map(({ code }) => code),
    ["STALE_VERSION"],
  );
  const { appointment: cancelled } = await cancel(moved.moveAppointment.appointment.version);
  assert.equal(cancelled.state, "CANCELLED");
});

test("RecordAttendance, then RecordInterview", async () => {
  const { agenda } = await ask(document("Agenda"), {
    variables: { receptionPointId: await managedPointId(), from: inDays(-6), days: 6 },
    token: tokens.agent,
  });
  const { startsAt, appointment } = agenda.findLast(
    ({ endsAt, appointment }) => appointment?.state === "UPCOMING" && new Date(endsAt) < new Date(),
  );
  const { id, version } = appointment;
  const participants = appointment.participants.map(({ memberId }) => ({ memberId, attendance: "HONOURED" }));
  const { data } = await command("RecordAttendance", { id, version, participants }, tokens.agent);
  assert.deepEqual(data.recordAttendance.errors, []);
  assert.equal(data.recordAttendance.appointment.state, "HELD");
  const { application } = data.recordAttendance.appointment;

  const { data: written } = await command(
    "RecordInterview",
    { applicationId: application.id, appointmentId: id, heldOn: startsAt.slice(0, 10) },
    tokens.agent,
  );
  assert.deepEqual(written.recordInterview.errors, []);
  assert.equal(written.recordInterview.interview.notes.length, 1);
});

test("DeclareAbsence, then WithdrawAbsence", async () => {
  const personId = await agentId();
  const { data } = await command(
    "DeclareAbsence",
    { personId, startsAt: `${inDays(1)}T00:00:00Z`, endsAt: `${inDays(8)}T00:00:00Z` },
    tokens.manager,
  );
  const { absence, hit, errors } = data.declareAbsence;
  assert.deepEqual(errors, []);
  // The agent receives within a week, and whoever was to come may come at another time.
  assert.ok(hit.length > 0);
  for (const { startsAt, alternatives } of hit) {
    assert.ok(alternatives.length > 0, startsAt);
  }
  const { data: withdrawn } = await command("WithdrawAbsence", { id: absence.id }, tokens.manager);
  assert.equal(withdrawn.withdrawAbsence.withdrawnId, absence.id);
});

test("OpenAvailability, then PointCalendar", async () => {
  const receptionPointId = await managedPointId();
  const { data } = await command(
    "OpenAvailability",
    { personId: await agentId(), receptionPointId, firstDay: inDays(1), validUntil: inDays(30) },
    tokens.manager,
  );
  const { availability, errors } = data.openAvailability;
  assert.deepEqual(errors, []);
  assert.equal(availability.version, 1);
  const { availabilities } = await ask(document("PointCalendar"), {
    variables: { ...documentedVariables("PointCalendar"), receptionPointId },
    token: tokens.manager,
  });
  const opened = availabilities.find(({ id }) => id === availability.id);
  assert.equal(opened.person.familyName, "Orsini");
  assert.equal(opened.rule, documentedVariables("OpenAvailability").input.rule);
});

test("OpenCalendarFeed", async () => {
  const { data } = await command("OpenCalendarFeed", {}, tokens.agent);
  const { path, errors } = data.openCalendarFeed;
  assert.deepEqual(errors, []);
  const feed = await fetch(new URL(path, url));
  assert.equal(feed.status, 200);
  const text = await feed.text();
  assert.match(text, /^BEGIN:VCALENDAR\r\n/);
  assert.doesNotMatch(text, /Ferrier/);
});

/** The town hall to which others send theirs. */
async function receivingPointId() {
  const { viewer } = await ask("{ viewer { assignments { receptionPoints { id } } } }", { token: tokens.receiver });
  return viewer.assignments[0].receptionPoints[0].id;
}

/** The application that the documentation names, as the agent sees it. */
async function documentedApplication() {
  const { application } = await ask(document("ApplicationFile"), {
    variables: documentedVariables("ApplicationFile"),
    token: tokens.agent,
  });
  return application;
}

test("JoinWaitingList, then LeaveWaitingList", async () => {
  const { id: applicationId } = await documentedApplication();
  const { data } = await command("JoinWaitingList", { applicationId, until: inDays(60) }, tokens.agent);
  const { waitingPlace, errors } = data.joinWaitingList;
  assert.deepEqual(errors, []);
  assert.equal(waitingPlace.state, "WAITING");

  const { data: left } = await command("LeaveWaitingList", { id: waitingPlace.id }, tokens.agent);
  assert.deepEqual(left.leaveWaitingList.errors, []);
  assert.equal(left.leaveWaitingList.waitingPlace.state, "LEFT");
});

test("OrientApplicant, Orientations, AcceptOrientation, RecordOrientationReceived, then ReportBackOrientation", async () => {
  const { id: applicationId } = await documentedApplication();
  const { receptionPoints } = await ask(
    '{ receptionPoints(first: 1, where: { levels: [3], communes: ["38151"] }) { edges { node { id } } } }',
  );
  const { id: receptionPointId } = receptionPoints.edges[0].node;
  const { data } = await command("OrientApplicant", { applicationId, receptionPointId }, tokens.agent);
  const { orientation, errors } = data.orientApplicant;
  assert.deepEqual(errors, []);
  assert.equal(orientation.state, "SENT");

  const { orientations } = await ask(document("Orientations"), {
    variables: documentedVariables("Orientations"),
    token: tokens.agent,
  });
  const sent = orientations.find(({ id }) => id === orientation.id);
  assert.equal(sent.application.birthName, "Ferrier");
  assert.equal(sent.steps.length, 1);

  const { id } = orientation;
  const answered = async (name, field) => {
    const { data } = await command(name, { id }, tokens.receiver);
    assert.deepEqual(data[field].errors, [], name);
    return data[field].orientation;
  };
  const accepted = await answered("AcceptOrientation", "acceptOrientation");
  assert.equal(accepted.application.birthName, "Ferrier");
  assert.equal((await answered("RecordOrientationReceived", "recordOrientationReceived")).state, "RECEIVED");
  const ended = await answered("ReportBackOrientation", "reportBackOrientation");
  assert.equal(ended.outcome, documentedVariables("ReportBackOrientation").input.outcome);
});

test("DesignateCandidate, then Candidates", async () => {
  const { id: applicationId } = await documentedApplication();
  const { reservationRights } = await ask(
    "{ reservationRights(first: 1, where: { states: [CONFIRMED] }) { id landlord { id } } }",
    { token: tokens.state },
  );
  const [{ id: reservationRightId, landlord }] = reservationRights;
  const { dwellings } = await ask(
    "query ($of: [ID!]) { dwellings(first: 1, where: { landlords: $of }) { edges { node { id } } } }",
    { variables: { of: [landlord.id] } },
  );
  const { id: dwellingId } = dwellings.edges[0].node;
  const { data } = await command("DesignateCandidate", { applicationId, dwellingId, reservationRightId }, tokens.state);
  const { proposal, errors } = data.designateCandidate;
  assert.deepEqual(errors, []);
  assert.equal(proposal.state, "PUT_FORWARD");

  const { applications } = await ask(document("Candidates"), {
    variables: documentedVariables("Candidates"),
    token: tokens.landlord,
  });
  const { node } = applications.edges.find(({ node: { id } }) => id === applicationId);
  assert.equal(node.proposals[0].dwelling.id, dwellingId);
});

test("PutForward, RecordCommissionDecision, RecordProposalAnswer, then WithdrawProposal", async () => {
  const { viewer } = await ask("{ viewer { assignments { organisation { id } } } }", { token: tokens.landlord });
  const { dwellings, applications } = await ask(
    "query ($of: [ID!]) { dwellings(last: 1, where: { landlords: $of }) { edges { node { id } } } applications(last: 2, where: { states: [ACTIVE] }) { edges { node { id } } } }",
    { variables: { of: [viewer.assignments[0].organisation.id] }, token: tokens.landlord },
  );
  const dwellingId = dwellings.edges[0].node.id;
  const done = async (name, field, more) => {
    const { data } = await command(name, more, tokens.landlord);
    assert.deepEqual(data[field].errors, [], name);
    return data[field].proposal;
  };
  const [taken, other] = await Promise.all(
    applications.edges.map(({ node }) => done("PutForward", "putForward", { applicationId: node.id, dwellingId })),
  );
  const decided = await done("RecordCommissionDecision", "recordCommissionDecision", { id: taken.id });
  assert.equal(decided.decision, "ATTRIBUTED");
  const answered = await done("RecordProposalAnswer", "recordProposalAnswer", { id: taken.id });
  assert.equal(answered.state, "ACCEPTED");
  assert.equal((await done("WithdrawProposal", "withdrawProposal", { id: other.id })).state, "WITHDRAWN");
});

test("RequestPermanence, PlanPermanence, then StaffPermanence", async () => {
  const { plan } = documentedVariables("RequestPermanence").input;
  const { data } = await command(
    "RequestPermanence",
    { receptionPointId: await managedPointId(), plan: { ...plan, firstDay: inDays(7), validUntil: inDays(90) } },
    tokens.manager,
  );
  const { permanence, errors } = data.requestPermanence;
  assert.deepEqual(errors, []);
  assert.equal(permanence.state, "REQUESTED");

  const { viewer, staff } = await ask(
    "{ viewer { assignments { receptionPoints { id } } } staff(first: 100) { edges { node { id familyName } } } }",
    { token: tokens.planner },
  );
  const { data: planned } = await command(
    "PlanPermanence",
    {
      id: permanence.id,
      version: permanence.version,
      servingPointId: viewer.assignments[0].receptionPoints[0].id,
      plan: { ...documentedVariables("PlanPermanence").input.plan, firstDay: inDays(7), validUntil: inDays(90) },
    },
    tokens.planner,
  );
  assert.deepEqual(planned.planPermanence.errors, []);
  assert.equal(planned.planPermanence.permanence.state, "PLANNED");

  const { data: staffed } = await command(
    "StaffPermanence",
    {
      id: permanence.id,
      version: planned.planPermanence.permanence.version,
      personIds: [staff.edges.find(({ node }) => node.familyName === "Guichard").node.id],
    },
    tokens.planner,
  );
  assert.deepEqual(staffed.staffPermanence.errors, []);
  assert.equal(staffed.staffPermanence.permanence.state, "STAFFED");
});

test("RequestLevelChange, then AnswerLevelChange", async () => {
  const { data } = await command(
    "RequestLevelChange",
    { receptionPointId: await managedPointId(), from: inDays(30) },
    tokens.manager,
  );
  const { levelChange, errors } = data.requestLevelChange;
  assert.deepEqual(errors, []);
  const { data: answered } = await command(
    "AnswerLevelChange",
    { id: levelChange.id, grantedFrom: inDays(60) },
    tokens.planner,
  );
  assert.deepEqual(answered.answerLevelChange.errors, []);
  assert.equal(answered.answerLevelChange.levelChange.state, "GRANTED");
});

test("ProposeContributingEmployers, to WithdrawContributingEmployers", async () => {
  const { data } = await command("ProposeContributingEmployers", {}, tokens.employers);
  const { contributingEmployers, errors } = data.proposeContributingEmployers;
  assert.deepEqual(errors, []);
  assert.equal(contributingEmployers[0].state, "PROPOSED");
  const these = { ids: contributingEmployers.map(({ id }) => id) };

  const { data: confirmed } = await command("ConfirmContributingEmployers", these, tokens.steering);
  assert.deepEqual(confirmed.confirmContributingEmployers.errors, []);
  assert.equal(confirmed.confirmContributingEmployers.contributingEmployers[0].state, "CONFIRMED");

  const { contributingEmployers: list } = await ask(document("ContributingEmployers"), {
    variables: documentedVariables("ContributingEmployers"),
    token: tokens.employers,
  });
  assert.ok(list.some(({ siret, state }) => siret === "99900000300015" && state === "CONFIRMED"));
  const { applications } = await ask(document("Applications"), {
    variables: documentedVariables("Applications"),
    token: tokens.employers,
  });
  assert.ok(applications.edges.length > 0, "somebody works for an employer of the list");

  const { data: withdrawn } = await command("WithdrawContributingEmployers", these, tokens.employers);
  assert.deepEqual(withdrawn.withdrawContributingEmployers.errors, []);
  assert.equal(withdrawn.withdrawContributingEmployers.contributingEmployers[0].state, "WITHDRAWN");
});

/** A day so many days from today. */
function inDays(n) {
  return new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
}

/** A piece that the agent has deposited, and that holds no virus. */
async function deposited() {
  const { data: prepared } = await command("PrepareUpload", {}, tokens.agent);
  const { upload } = prepared.prepareUpload;
  const sent = await fetch(new URL(upload.path, url), {
    method: "PATCH",
    headers: {
      Authorization: `Bearer ${tokens.agent}`,
      "Content-Type": "application/offset+octet-stream",
      "Tus-Resumable": "1.0.0",
      "Upload-Offset": "0",
    },
    body: "%PDF-1.4\n1 0 obj\n<</Type/Page>>\nendobj\n%%EOF\n",
  });
  assert.equal(sent.status, 204);
  const { application } = await ask(document("ApplicationPieces"), {
    variables: documentedVariables("ApplicationPieces"),
    token: tokens.agent,
  });
  const { data } = await command(
    "DepositPiece",
    { ticket: upload.ticket, applicationId: application.id, receptionPointId: await managedPointId() },
    tokens.agent,
  );
  assert.deepEqual(data.depositPiece.errors, []);
  return data.depositPiece.piece;
}

/** Waits until the antivirus has looked at a piece: nobody accepts it before. */
async function scanned({ id }) {
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    const { application } = await ask(document("ApplicationPieces"), {
      variables: documentedVariables("ApplicationPieces"),
      token: tokens.agent,
    });
    if (application.pieces.find((piece) => piece.id === id).scan === "CLEAN") {
      return;
    }
    await setTimeout(100);
  }
  assert.fail(`${id} waits for the antivirus`);
}

test("PrepareUpload, DepositPiece, then AcceptPiece or RefusePiece", async () => {
  const [good, bad] = [await deposited(), await deposited()];
  assert.equal(good.state, "DEPOSITED");
  await scanned(good);

  const { data: accepted } = await command("AcceptPiece", { pieceId: good.id, issuedOn: inDays(-10) }, tokens.agent);
  assert.deepEqual(accepted.acceptPiece.errors, []);
  assert.equal(accepted.acceptPiece.piece.state, "ACCEPTED");

  const { data: refused } = await command("RefusePiece", { pieceId: bad.id }, tokens.agent);
  assert.deepEqual(refused.refusePiece.errors, []);
  assert.equal(refused.refusePiece.piece.refusedFor, "UNREADABLE");
});

test("PrepareAccessExport", async () => {
  const { data } = await command("PrepareAccessExport", {}, tokens.privacy);
  const { ticket, errors } = data.prepareAccessExport;
  assert.deepEqual(errors, []);
  const archive = await fetch(new URL(ticket.path, url), {
    headers: { Authorization: `Bearer ${tokens.privacy}` },
  });
  assert.equal(archive.status, 200);
  assert.equal(archive.headers.get("content-type"), "application/zip");
  const bytes = new Uint8Array(await archive.arrayBuffer());
  assert.deepEqual([...bytes.slice(0, 2)], [0x50, 0x4b]);
});

test("OpenApplicationInEmergency", async () => {
  const { data } = await command("OpenApplicationInEmergency", {}, tokens.manager);
  const { application, openUntil, errors } = data.openApplicationInEmergency;
  assert.deepEqual(errors, []);
  assert.equal(application.state, "ACTIVE");
  assert.ok(new Date(openUntil) > new Date());
});

/** The organisation for which the manager works. */
async function managingOrganisationId() {
  const { viewer } = await ask(document("Viewer"), { token: tokens.manager });
  return viewer.assignments[0].organisation.id;
}

test("SetSandboxClock", async () => {
  const move = async (to) => {
    const { setSandboxClock } = await ask(document("SetSandboxClock"), {
      variables: { input: { to } },
      token: tokens.manager,
    });
    assert.deepEqual(setSandboxClock.errors, []);
    return setSandboxClock.now;
  };
  const today = async () =>
    (await ask(document("Viewer"), { token: tokens.manager })).viewer.today;

  const before = await today();
  // The first instant of a day belongs to it: a clock that is late shows the eve.
  assert.match(await move("2031-03-04T00:00:00+01:00"), /^2031-03-03T23:00:/);
  assert.equal(await today(), "2031-03-04");
  await move(documentedVariables("SetSandboxClock").input.to);
  assert.ok([before, await today()].includes(before));
  assert.notEqual(await today(), "2031-03-04");
});
