import { expect } from 'chai';
import { bookingFormOf, linkFieldsOf, newBookingForm } from '../../../webapp/bookings/forms.ts';
import { searchOf } from '../../../webapp/web/form.ts';

const VEGA = { id: 'vega', name: 'Vega', capacity: 1 };

describe('A link to the booking form', () => {
  const filledIn = {
    age: '42',
    previous_experience: 'Yes',
    destination: 'Vega',
    departure_date: '2030-02-01',
    return_date: '2030-02-03',
    blackhole_visit: 'Yes',
    form_key: '',
  };

  it('keeps what was filled in, under names that the form does not have', () => {
    const search = searchOf(linkFieldsOf(bookingFormOf(filledIn, [VEGA])));
    const query = Object.fromEntries(new URLSearchParams(search));
    expect(query).to.deep.equal({
      departure: '2030-02-01',
      return: '2030-02-03',
      traveller_age: '42',
      experience: 'Yes',
      blackhole: 'Yes',
    });
    expect(filledIn).to.not.have.any.keys(Object.keys(query));
    const { formKey, ...form } = newBookingForm(query, [VEGA], '2030-01-01');
    expect(formKey).to.have.length(36);
    expect(form).to.deep.equal({
      age: '42',
      previousExperience: 'Yes',
      destination: VEGA,
      departureDate: '2030-02-01',
      returnDate: '2030-02-03',
      blackholeVisit: 'Yes',
    });
  });
});
