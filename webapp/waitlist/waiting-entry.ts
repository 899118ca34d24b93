import { Column, DataType, HasMany, Model, Table } from 'sequelize-typescript';
import { Booking } from '../bookings/booking.ts';

@Table({ tableName: 'waiting_list', timestamps: false })
export class WaitingEntry extends Model {
  @Column({ type: DataType.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column({ type: DataType.CHAR(8) })
  declare reference: string;

  @Column({ type: DataType.BIGINT.UNSIGNED, field: 'traveller_id' })
  declare travellerId: number;

  @Column({ type: DataType.STRING(63), field: 'destination_id' })
  declare destinationId: string;

  @Column({ type: DataType.STRING(80), field: 'destination_name' })
  declare destinationName: string;

  @Column({ type: DataType.DATEONLY, field: 'departure_date' })
  declare departureDate: string;

  @Column({ type: DataType.DATEONLY, field: 'return_date' })
  declare returnDate: string;

  @Column({ type: DataType.TINYINT.UNSIGNED })
  declare age: number;

  @Column({ type: DataType.BOOLEAN, field: 'previous_experience' })
  declare previousExperience: boolean;

  @Column({ type: DataType.BOOLEAN, field: 'blackhole_visit' })
  declare blackholeVisit: boolean;

  /** Set by the column's default. */
  @Column({ type: DataType.DATE(3), field: 'joined_at' })
  declare joinedAt: Date;

  @Column({ type: DataType.DATE(3), field: 'offered_until' })
  declare offeredUntil: Date | null;

  @Column({ type: DataType.DATE(3), field: 'lapsed_at' })
  declare lapsedAt: Date | null;

  /** All bookings of the traveller, on any dates. */
  @HasMany(() => Booking, { foreignKey: 'travellerId', sourceKey: 'travellerId', constraints: false })
  declare trips: Booking[];

  /** All entries of the traveller, on any dates, including this one. */
  @HasMany(() => WaitingEntry, { foreignKey: 'travellerId', sourceKey: 'travellerId', constraints: false })
  declare entries: WaitingEntry[];
}
