import { expect } from 'chai';
import type { CoreV1Event } from '@kubernetes/client-node';
import { eventsPage } from '../../../../operator/status-page/model/events-page.ts';

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
    const { rows, omissions } = eventsPage({ events, isCut: false }, 'milky', ['milky', 'milky-way'], NOW);
    expect(rows.map(({ object }) => object)).to.deep.equal([
      'Pod/milky-web-1',
      'Pod/data-milky-mysql-0',
      'VacationApp/milky',
    ]);
    expect(rows[0]).to.deep.include({ isWarning: true, count: 4, reason: 'Started' });
    expect(rows[0]?.last?.age).to.equal('57 min');
    expect(omissions).to.deep.equal([]);
  });

  it('are the latest hundred, and the page says what is left out', () => {
    const events = Array.from({ length: 101 }, (_, index) => anEvent('milky-web', index % 60));
    const { rows, omissions } = eventsPage({ events, isCut: true }, 'milky', ['milky'], NOW);
    expect(rows).to.have.length(100);
    expect(omissions).to.deep.equal([
      'These are the latest 100 of 101 events.',
      'The namespace has more than the 101 events that were read, so some may be missing here.',
    ]);
  });
});
