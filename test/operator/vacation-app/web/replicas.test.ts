import { expect } from 'chai';
import { FACT, FIELD_MANAGER, HANDOVER_MANAGER } from '../../../../operator/vacation-app/names.ts';
import { replicasToHandOver } from '../../../../operator/vacation-app/web/replicas.ts';
import { aCompleteApp, aDeployment } from '../../../support/vacation-app.ts';

const OWNED = { 'f:spec': { 'f:replicas': {} } };
const manager = (name: string) => ({ manager: name, operation: 'Apply', fieldsV1: OWNED });
const scaler = { manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale', fieldsV1: OWNED };

const asleep = (size: string | undefined) =>
  aDeployment({
    metadata: {
      managedFields: [manager(FIELD_MANAGER)],
      ...(size === undefined ? {} : { annotations: { [FACT.size]: size } }),
    },
    spec: { replicas: 0 },
  });
const live = (replicas: number | undefined, ...managedFields: object[]) =>
  aDeployment({ metadata: { managedFields }, spec: replicas === undefined ? {} : { replicas } });
const autoscaled = aCompleteApp({ spec: { autoscaling: { minReplicas: 2, maxReplicas: 5 } } });

const external = aCompleteApp({ spec: { autoscaling: { mode: 'External', minReplicas: 2, maxReplicas: 5 } } });

const rows: readonly [
  string,
  ReturnType<typeof aCompleteApp>,
  ReturnType<typeof live> | undefined,
  number | undefined,
][] = [
  ['the app fixes the number', aCompleteApp({ spec: { replicas: 3 } }), live(3, manager(FIELD_MANAGER)), undefined],
  ['there is no Deployment', autoscaled, undefined, undefined],
  ['nobody owns it: what the server filled in is raised to the least', autoscaled, live(1), 2],
  ['we own it: what it is', autoscaled, live(4, manager(FIELD_MANAGER)), 4],
  ['we own it and it is too large', autoscaled, live(9, manager(FIELD_MANAGER)), 5],
  ['we own it beside the autoscaler', autoscaled, live(4, manager(FIELD_MANAGER), scaler), 4],
  ['it is handed over already', autoscaled, live(2, manager(HANDOVER_MANAGER)), undefined],
  ['the autoscaler owns it', autoscaled, live(4, scaler), undefined],
  ['the app hibernates', aCompleteApp({ spec: { mode: 'Hibernated' } }), live(4, scaler), undefined],
  ['the app wakes: what it was', autoscaled, asleep('4'), 4],
  ['the app wakes to other bounds', autoscaled, asleep('9'), 5],
  ['the app wakes that never ran', autoscaled, asleep(undefined), 2],
  ['the app wakes after somebody changed what is kept', autoscaled, asleep('many'), 2],
  ['the app wakes with a fixed number', aCompleteApp({ spec: { replicas: 3 } }), asleep('4'), undefined],
  ['somebody else has set it to none, at which the autoscaler is off', autoscaled, live(0, manager('kubectl')), 2],
  ['another autoscaler has set it to none', external, live(0, manager('keda')), undefined],
  ['another autoscaler has scaled it to none', external, live(0), undefined],
  ['it was scaled to none, which nobody owns then', autoscaled, live(0), 2],
  [
    'somebody has set it to none, and the app hibernates',
    aCompleteApp({ spec: { mode: 'Hibernated' } }),
    live(0),
    undefined,
  ],
  ['somebody else owns it', autoscaled, live(40, manager('kubectl')), undefined],
  ['another scaler decides, of a new Deployment: the least', external, live(1), 2],
  ['another scaler decides, of a number that was fixed: what it is', external, live(1, manager(FIELD_MANAGER)), 1],
  ['another scaler decides, who has scaled', external, live(40, scaler), undefined],
  ['the app wakes and another scaler decides: what it was', external, asleep('9'), 9],
  ['the app wakes that never ran and another scaler decides', external, asleep(undefined), 2],
];

describe('the number of pods to hand over', () => {
  for (const [title, app, deployment, expected] of rows) {
    it(`is ${expected ?? 'none'}: ${title}`, () => {
      expect(replicasToHandOver(app, deployment)).to.equal(expected);
    });
  }
});
