import { expect } from 'chai';
import type { CoreV1Event } from '@kubernetes/client-node';
import { eventRows, readEvents } from '../../../../operator/status-page/model/app-events.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const anEvent = (name: string, minute: number, more: Partial<CoreV1Event> = {}): CoreV1Event => ({
  metadata: { name: `${name}.1` },
  involvedObject: { kind: 'Pod', name },
  type: 'Normal',
  reason: 'Started',
  message: `of ${name}`,
  lastTimestamp: new Date(Date.UTC(2026, 2, 1, 11, minute)),
  ...more,
});

describe('the events of an app', () => {
  it('are those of its objects, the latest first, and not those of other objects whose names begin alike', () => {
    const events = [
      anEvent('milky', 1, { involvedObject: { kind: 'VacationApp', name: 'milky' } }),
      anEvent('milky-admin-7', 6),
      anEvent('milky-web', 7, { involvedObject: { kind: 'VacationApp', name: 'milky-web' } }),
      anEvent('milky-web-1', 3, { type: 'Warning', count: 4 }),
      anEvent('data-milky-mysql-0', 2),
      anEvent('milky-way-web-1', 4),
      anEvent('data-milky-way-mysql-0', 4),
      anEvent('other', 5),
    ];
    const rows = eventRows(events, 'milky', ['milky', 'milky-way'], NOW);
    expect(rows.map(({ object }) => object)).to.deep.equal([
      'Pod/milky-web-1',
      'Pod/data-milky-mysql-0',
      'VacationApp/milky',
    ]);
    expect(rows[0]).to.deep.include({ isWarning: true, count: 4, reason: 'Started' });
    expect(rows[0]?.last?.age).to.equal('57 min');
  });

  it('are read page by page, and not for ever', async () => {
    const asked: unknown[] = [];
    const client = {
      request: (request: { query?: object }) => {
        asked.push(request.query);
        return Promise.resolve({ items: [anEvent('a', 1)], metadata: { continue: 'more' } });
      },
    };
    expect(await readEvents(client as never, 'travel')).to.have.length(4);
    expect(asked[1]).to.deep.equal({ limit: 500, continue: 'more' });
  });
});
