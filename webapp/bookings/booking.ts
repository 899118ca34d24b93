import { Column, DataType, Model, Table } from 'sequelize-typescript';

@Table({ tableName: 'booking', createdAt: 'created_at', updatedAt: 'updated_at' })
export class Booking extends Model {
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

  @Column({ type: DataType.BLOB, field: 'idempotency_key' })
  declare idempotencyKey: Buffer | null;

  @Column({ type: DataType.INTEGER.UNSIGNED })
  declare sequence: number;

  @Column({ type: DataType.DATE(3), field: 'cancelled_at' })
  declare cancelledAt: Date | null;
}
